// Prints what a file weighs: its bytes, and its bytes in Brotli at its best.

import { readFileSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';

const bytes = readFileSync(process.argv[2]);
console.log(bytes.length, brotliCompressSync(bytes).length);

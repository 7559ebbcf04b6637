// Writes a Brotli and a gzip copy beside every file of a folder that compresses well, and prints the sizes.
//
// `config.json` is left out: people edit it in place after the build, and a stale copy would be sent instead.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join, relative } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const COMPRESSIBLE = new Set(['.html', '.js', '.mjs', '.css', '.svg', '.json', '.wasm', '.txt', '.webmanifest']);
const EDITED_IN_PLACE = new Set(['config.json']);

const folder = process.argv[2];
const total = { raw: 0, gzip: 0, brotli: 0 };
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;

for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !COMPRESSIBLE.has(extname(entry.name)) || EDITED_IN_PLACE.has(entry.name)) {
    continue;
  }
  const path = join(entry.parentPath ?? entry.path, entry.name);
  const raw = readFileSync(path);
  const brotli = brotliCompressSync(raw, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: raw.length,
    },
  });
  const gzip = gzipSync(raw, { level: constants.Z_BEST_COMPRESSION });
  // A copy that is no smaller would only cost the reader a decompression.
  const smaller = brotli.length < raw.length && gzip.length < raw.length;
  if (smaller) {
    writeFileSync(`${path}.br`, brotli);
    writeFileSync(`${path}.gz`, gzip);
  }
  total.raw += raw.length;
  total.gzip += smaller ? gzip.length : raw.length;
  total.brotli += smaller ? brotli.length : raw.length;
  if (raw.length >= 10_000) {
    console.log(
      `  ${relative(folder, path)}: ${kilobytes(raw.length)}, gzip ${kilobytes(gzip.length)}, Brotli ${kilobytes(brotli.length)}`,
    );
  }
}
console.log(
  `  the whole page: ${kilobytes(total.raw)}, gzip ${kilobytes(total.gzip)}, Brotli ${kilobytes(total.brotli)}`,
);

// Compressed copies beside a file, for servers that send them as they are.

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, constants, gunzipSync, gzipSync } from 'node:zlib';

const COMPRESSIBLE = new Set(['.html', '.js', '.mjs', '.css', '.svg', '.json', '.wasm', '.txt', '.webmanifest']);

/** Files that people edit on the host, and those that say which release it is: a stale copy would be sent instead. */
const EDITED_IN_PLACE = new Set(['config.json', 'build.json']);

/** The endings of the copies. */
export const COPIES = ['.br', '.gz'];

/** Whether copies of this file are worth having. */
export function isCompressible(path) {
  return COMPRESSIBLE.has(extname(path)) && !EDITED_IN_PLACE.has(basename(path));
}

/** Writes both copies beside a file, unless they would be no smaller; returns the sizes of what is now sent. */
export function writeCopies(path) {
  const raw = readFileSync(path);
  const brotli = brotliCompressSync(raw, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: raw.length,
    },
  });
  const gzip = gzipSync(raw, { level: constants.Z_BEST_COMPRESSION });
  for (const ending of COPIES) {
    rmSync(`${path}${ending}`, { force: true });
  }
  // A copy that is no smaller would only cost the reader a decompression.
  if (brotli.length >= raw.length || gzip.length >= raw.length) {
    return { raw: raw.length, gzip: raw.length, brotli: raw.length };
  }
  writeFileSync(`${path}.br`, brotli);
  writeFileSync(`${path}.gz`, gzip);
  return { raw: raw.length, gzip: gzip.length, brotli: brotli.length };
}

/** Whether both copies of a file are there and are copies of what it now is. */
export function hasCopies(path) {
  try {
    const raw = readFileSync(path);
    const [brotli, gzip] = COPIES.map((ending) => readFileSync(`${path}${ending}`));
    return brotliDecompressSync(brotli).equals(raw) && gunzipSync(gzip).equals(raw);
  } catch {
    return false;
  }
}

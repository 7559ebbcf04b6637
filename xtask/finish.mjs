// Finishes the page that Trunk has built in a folder: joins its style sheets into one, makes its script small, puts the
// demonstration's program beside it, writes a Brotli and a gzip copy beside every file that compresses well, and
// prints the sizes.
//
// Trunk's own minifier cannot read the script that wasm-bindgen writes; Terser, among the project's packages, can.

import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';

import { isCompressible, writeCopies } from './compressed.mjs';

const [folder, packages, demo] = process.argv.slice(2);
const { minify } = createRequire(join(packages, 'index.js'))('terser');

/** One style sheet in the place of several: one request before the first paint, and what repeats compresses away. */
function joinStyles() {
  const page = join(folder, 'index.html');
  const html = readFileSync(page, 'utf8');
  const links = [...html.matchAll(/<link[^>]*rel="?stylesheet[^>]*>/g)].map(([link]) => ({
    link,
    path: join(folder, /href="?([^"\s>]+)/.exec(link)[1]),
  }));
  if (links.length < 2) return;
  const style = links.map(({ path }) => readFileSync(path, 'utf8')).join('\n');
  const name = `style-${createHash('sha256').update(style).digest('hex').slice(0, 16)}.css`;
  writeFileSync(join(folder, name), style);
  for (const { path } of links) rmSync(path);
  const [first, ...others] = links.map(({ link }) => link);
  const joined = others.reduce((text, link) => text.replace(link, ''), html);
  writeFileSync(page, joined.replace(first, `<link rel="stylesheet" href="./${name}">`));
}

async function minifyScripts() {
  for (const name of readdirSync(folder).filter((name) => name.endsWith('.js'))) {
    const path = join(folder, name);
    const { code } = await minify(readFileSync(path, 'utf8'), { module: true });
    writeFileSync(path, code);
  }
}

/** The demonstration's program in a folder of its own, and its address in the page for those who ask for it. */
async function placeDemo() {
  const place = join(folder, 'demo');
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place);
  const put = (name, ending, content) => {
    const hashed = `${name}-${createHash('sha256').update(content).digest('hex').slice(0, 16)}${ending}`;
    writeFileSync(join(place, hashed), content);
    return hashed;
  };
  const program = put('hub', '_bg.wasm', readFileSync(join(demo, 'switchhook-demo_bg.wasm')));
  const script = readFileSync(join(demo, 'switchhook-demo.js'), 'utf8');
  const { code } = await minify(script.replaceAll('switchhook-demo_bg.wasm', program), { module: true });
  const hub = put('hub', '.js', code);
  const worker = put('worker', '.js', `import start from "./${hub}";\nawait start();\n`);
  const page = join(folder, 'index.html');
  const html = readFileSync(page, 'utf8').replace(/ data-demo="?[^"\s>]*"?/, '');
  const boot = / id="?boot"?(?=[\s>])/;
  if (!boot.test(html)) throw new Error('index.html has no script "boot" that could be told where the demonstration is');
  writeFileSync(page, html.replace(boot, (id) => `${id} data-demo="./demo/${worker}"`));
}

joinStyles();
await minifyScripts();
await placeDemo();

const total = { raw: 0, gzip: 0, brotli: 0 };
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;

for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !isCompressible(entry.name)) {
    continue;
  }
  const path = join(entry.parentPath ?? entry.path, entry.name);
  const { raw, gzip, brotli } = writeCopies(path);
  // Fetched by those only who want that language, or the demonstration.
  if (/^(languages|demo)\b/.test(relative(folder, path))) {
    console.log(`  ${relative(folder, path)}: ${kilobytes(raw)}, Brotli ${kilobytes(brotli)}, when wanted`);
    continue;
  }
  total.raw += raw;
  total.gzip += gzip;
  total.brotli += brotli;
  if (raw >= 10_000) {
    console.log(
      `  ${relative(folder, path)}: ${kilobytes(raw)}, gzip ${kilobytes(gzip)}, Brotli ${kilobytes(brotli)}`,
    );
  }
}
console.log(
  `  the whole page: ${kilobytes(total.raw)}, gzip ${kilobytes(total.gzip)}, Brotli ${kilobytes(total.brotli)}`,
);

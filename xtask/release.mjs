// Makes a release of the built page: a folder that any static server can serve from any path.
//
//   node release.mjs --from dist --out release [--previous FOLDER] [--config FILE]
//
// What index.html names gets the hash of its final content into its name, so that it may be kept for ever. Integrity
// attributes are computed last of all, from the files as they then lie there: name, content and attribute cannot
// disagree. What keeps its name is asked for at each load. `build.json` names the release by the hash of its content,
// so that the same files are the same release, and lists its parts for the release that follows.
//
// `boot.js` keeps its name on purpose. It is what finds out that the files which an old index.html names are gone, so
// it must itself be found by every index.html that was ever served.

import { createHash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, extname, join, relative, resolve, sep } from 'node:path';
import { parseArgs } from 'node:util';

import { COPIES, hasCopies, isCompressible, writeCopies } from './compressed.mjs';

/** A name that carries the hash of its content: `switchhook-0123456789abcdef_bg.wasm`. */
const HASHED = /-[0-9a-f]{16}(_bg)?\.[a-z]+$/;

/** What is not part of a release's identity: the site's own file, and the one that tells the identity. */
const NOT_COUNTED = ['config.json', 'build.json'];

/** The configuration to begin with. */
const EXAMPLE = 'config.example.json';

/** Something that whoever runs the command can put right. */
class Failure extends Error {}

const digest = (algorithm, bytes, encoding) => createHash(algorithm).update(bytes).digest(encoding);

/** Every file below a folder but the compressed copies, by its path with slashes, in the order of the alphabet. */
function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !COPIES.includes(extname(entry.name)))
    .map((entry) =>
      relative(folder, join(entry.parentPath ?? entry.path, entry.name))
        .split(sep)
        .join('/'),
    )
    .sort();
}

/** The value of an attribute of a tag, with quotes or without. */
function attribute(tag, name) {
  const [, quoted, bare] = new RegExp(`\\s${name}=(?:"([^"]*)"|([^\\s>]+))`).exec(tag) ?? [];
  return quoted ?? bare;
}

/**
 * Gives a file the name that its content asks for, and tells the `texts` that name it. The hash that Trunk has given it
 * is of what it was before it was made smaller, and sometimes a digit shorter.
 */
function nameByContent(folder, name, texts) {
  const bytes = readFileSync(join(folder, name));
  const [, stem, ending] = /^(.+?)(?:-[0-9a-f]{10,16})?((?:_bg)?\.[a-z]+)$/.exec(name);
  const hashed = `${stem}-${digest('sha256', bytes, 'hex').slice(0, 16)}${ending}`;
  if (hashed !== name) {
    for (const end of ['', ...COPIES].filter((end) => existsSync(join(folder, `${name}${end}`)))) {
      renameSync(join(folder, `${name}${end}`), join(folder, `${hashed}${end}`));
    }
    for (const text of texts) {
      const path = join(folder, text);
      writeFileSync(path, readFileSync(path, 'utf8').replaceAll(name, hashed));
    }
  }
}

/** Names what the page is made of by its content. The script may name the program, so the program comes first. */
function nameParts(folder) {
  const html = readFileSync(join(folder, 'index.html'), 'utf8');
  const boot = html.match(/<script[^>]*>/g)?.find((tag) => attribute(tag, 'id') === 'boot') ?? '';
  const sheets = html.match(/<link[^>]*>/g)?.filter((tag) => attribute(tag, 'rel') === 'stylesheet') ?? [];
  const named = [attribute(boot, 'data-wasm'), attribute(boot, 'data-module')];
  named.push(...sheets.map((tag) => attribute(tag, 'href')));
  if (!named.every((name) => name && existsSync(join(folder, name)))) {
    throw new Failure("The built page's index.html does not name its files.\n  `cargo xtask page` builds it anew.");
  }
  const [program, script, ...styles] = named.map((name) => name.replace(/^\.\//, ''));
  nameByContent(folder, program, ['index.html', script]);
  nameByContent(folder, script, ['index.html']);
  for (const style of styles) {
    nameByContent(folder, style, ['index.html']);
  }
}

function identity(folder) {
  const hash = createHash('sha256');
  for (const name of filesBelow(folder).filter((name) => !NOT_COUNTED.includes(name))) {
    hash.update(`${name}\0${digest('sha256', readFileSync(join(folder, name)), 'hex')}\n`);
  }
  return hash.digest('hex').slice(0, 16);
}

/** Has the page know its release, and the browser check what it fetches by name. */
function seal(folder, build) {
  const path = join(folder, 'index.html');
  const checked = readFileSync(path, 'utf8').replace(/<link[^>]*>/g, (tag) => {
    const name = attribute(tag, 'href') ?? '';
    // Not the program: what is checked must have arrived whole, and this is compiled while it arrives.
    if (!['stylesheet', 'modulepreload'].includes(attribute(tag, 'rel')) || !HASHED.test(name)) {
      return tag;
    }
    const integrity = digest('sha384', readFileSync(join(folder, name)), 'base64');
    return tag.replace(/\s*\/?>$/, ` integrity="sha384-${integrity}">`);
  });
  writeFileSync(path, checked.replace('<title>', `<meta name="build" content="${build}"><title>`));
}

/** The parts of a release, by name; nothing where there is none. What is no name of a part is left out. */
function partsOf(folder) {
  try {
    const { parts } = JSON.parse(readFileSync(join(folder, 'build.json'), 'utf8'));
    return parts.filter((name) => HASHED.test(name) && !/^\/|\\|\.\.|:/.test(name));
  } catch {
    return null;
  }
}

/** Takes over what pages of the release before may still ask for: its own parts, not those that it took over. */
function carryOver(previous, folder) {
  const parts = partsOf(previous);
  if (!parts) {
    throw new Failure(
      `${previous} holds no release: there is no build.json with its parts.\n  Name the folder of the release that is live.`,
    );
  }
  for (const name of parts) {
    for (const end of ['', ...COPIES]) {
      const [kept, place] = [join(previous, `${name}${end}`), join(folder, `${name}${end}`)];
      if (existsSync(kept) && !existsSync(place)) {
        mkdirSync(dirname(place), { recursive: true });
        copyFileSync(kept, place);
      }
    }
  }
  return parts.length;
}

/** The site's configuration: the one that was given, else that of the release before, else the example. */
function configure(folder, { config, previous }) {
  const found = [previous && join(previous, 'config.json'), join(folder, 'config.json')];
  const chosen = config ?? found.find((path) => path && existsSync(path)) ?? join(folder, EXAMPLE);
  let text;
  try {
    text = readFileSync(chosen, 'utf8');
    JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new Failure(
      `The configuration cannot be used: ${chosen}: ${error.message}.\n  Put it right and start again.`,
    );
  }
  writeFileSync(join(folder, 'config.json'), text);
  return chosen === join(folder, EXAMPLE)
    ? 'with the example of a configuration: edit its config.json, or name yours with --config'
    : `with the configuration of ${chosen}`;
}

/** Makes the release in `folder`, which does not exist yet; returns its name. */
function make(folder, options) {
  cpSync(options.from, folder, { recursive: true });
  nameParts(folder);
  const build = identity(folder);
  const parts = filesBelow(folder).filter((name) => HASHED.test(name));
  seal(folder, build);
  const config = configure(folder, options);
  for (const name of filesBelow(folder).filter((name) => isCompressible(name))) {
    if (!hasCopies(join(folder, name))) {
      writeCopies(join(folder, name));
    }
  }
  writeFileSync(join(folder, 'build.json'), `${JSON.stringify({ build, parts })}\n`);
  console.log(`Release ${build}, ${config}.`);
  if (options.previous) {
    const count = carryOver(options.previous, folder);
    console.log(`It carries the ${count} parts of the release before, for pages that are open.`);
  }
}

/** Makes the release beside its place and moves it there, so that nobody is served half of it. */
function release(options) {
  const { out } = options;
  if (existsSync(out) && readdirSync(out).length > 0 && !existsSync(join(out, 'build.json'))) {
    throw new Failure(`${out} holds something that is no release.\n  Name a new folder with --out, or empty this one.`);
  }
  const [making, leaving] = [`${out}.new-${process.pid}`, `${out}.old-${process.pid}`];
  try {
    make(making, options);
    if (existsSync(out)) {
      renameSync(out, leaving);
    }
    renameSync(making, out);
  } finally {
    rmSync(making, { recursive: true, force: true });
    rmSync(leaving, { recursive: true, force: true });
  }
  console.log(`It is in ${out}: copy that folder to any place on any static server.`);
}

const text = { type: 'string' };
const { values } = parseArgs({ options: { from: text, out: text, previous: text, config: text } });
try {
  const absolute = Object.entries(values).map(([name, path]) => [name, resolve(path)]);
  release(Object.fromEntries(absolute));
} catch (error) {
  console.error(error instanceof Failure ? error.message : error);
  process.exitCode = 1;
}

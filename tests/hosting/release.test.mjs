// What `cargo xtask dist` makes: names that are hashes, attributes that equal their files, copies that are copies, the
// same release from the same files, and the parts of the one before, but of no other.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';

import { copyOfPage, makeRelease, renew, scratch } from '../support/host.mjs';

const HASHED = /-([0-9a-f]{16})(?:_bg)?\.[a-z]+$/;
const hash = (algorithm, bytes, form) => createHash(algorithm).update(bytes).digest(form);

describe('a release', () => {
  let room;
  let page;

  before(async () => {
    room = await scratch();
    page = await copyOfPage(room.folder);
  });
  after(() => room?.remove());

  const place = (name) => join(room.folder, name);
  const make = (name, options = {}) => makeRelease({ from: page, out: place(name), ...options });
  const files = async (folder) => {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const found = entries.filter((entry) => entry.isFile());
    return found.map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(folder.length + 1)).sort();
  };
  const refused = async (options, words) =>
    assert.rejects(makeRelease(options), ({ stderr }) => {
      assert.match(stderr, words);
      assert.doesNotMatch(stderr, /\n\s+at /, 'words and no stack');
      return true;
    });

  test('names every part by its content, and says the same in index.html and build.json', async () => {
    const { build, parts } = await make('named');
    const html = await readFile(place('named/index.html'), 'utf8');
    assert.match(build, /^[0-9a-f]{16}$/);
    assert.ok(html.includes(`<meta name="build" content="${build}">`));
    assert.ok(parts.length >= 3, 'program, script and style');
    for (const name of parts) {
      const bytes = await readFile(place(`named/${name}`));
      if (!name.includes('/')) {
        assert.equal(HASHED.exec(name)[1], hash('sha256', bytes, 'hex').slice(0, 16), name);
        assert.ok(html.includes(name), `${name} is named by index.html`);
      }
    }
    const named = [...html.matchAll(/(?:src|href|data-module|data-wasm)="?([^"\s>]+)/g)].map(([, name]) => name);
    for (const name of named) {
      assert.doesNotMatch(name, /^\/|:/, 'every address is relative');
      assert.ok(existsSync(place(`named/${name}`)), name);
    }
  });

  test('has integrity attributes that equal their files, and compressed copies that are those files', async () => {
    await make('sealed');
    const html = await readFile(place('sealed/index.html'), 'utf8');
    const sealed = [...html.matchAll(/<link[^>]*integrity[^>]*>/g)].map(([tag]) => tag);
    assert.deepEqual(sealed.map((tag) => /rel="?(\w+)/.exec(tag)[1]).sort(), ['modulepreload', 'stylesheet']);
    for (const tag of sealed) {
      const [, name] = /href="?([^"\s>]+)/.exec(tag);
      const [, integrity] = /integrity="sha384-([^"]+)"/.exec(tag);
      const path = place(`sealed/${name}`);
      assert.match(name, HASHED, 'what may change under its name has no such attribute');
      const copies = [
        readFile(path),
        readFile(`${path}.br`).then(brotliDecompressSync),
        readFile(`${path}.gz`).then(gunzipSync),
      ];
      for (const bytes of await Promise.all(copies)) {
        assert.equal(hash('sha384', bytes, 'base64'), integrity, name);
      }
    }
    const all = await files(place('sealed'));
    for (const name of all.filter((name) => /\.(br|gz)$/.test(name))) {
      const [whole, copy] = [
        await readFile(place(`sealed/${name.slice(0, -3)}`)),
        await readFile(place(`sealed/${name}`)),
      ];
      assert.ok((name.endsWith('.br') ? brotliDecompressSync : gunzipSync)(copy).equals(whole), name);
    }
    for (const name of ['config.json', 'build.json']) {
      assert.ok(!all.includes(`${name}.br`) && !all.includes(`${name}.gz`), `${name} is edited, and has no copy`);
    }
  });

  test('is the same from the same files, whatever the site, and another from others', async () => {
    const one = await make('one');
    await writeFile(place('site.json'), '{"source":{"hub":"wss://rte.example.com"}}');
    assert.deepEqual(await make('two', { config: place('site.json') }), one);
    const changed = place('changed');
    await mkdir(changed);
    const other = await copyOfPage(changed);
    await renew(other, 'changed', /\.css$/);
    const { build, parts } = await makeRelease({ from: other, out: place('three') });
    assert.notEqual(build, one.build);
    assert.deepEqual(
      parts.filter((name) => !one.parts.includes(name)).map((name) => name.split('.').pop()),
      ['css'],
      'what has not changed keeps its name',
    );
  });

  test('carries the parts of the release before, and of no other', async () => {
    const next = place('next');
    await mkdir(next);
    const changing = await copyOfPage(next);
    const versions = [await makeRelease({ from: changing, out: place('v1') })];
    for (const version of ['v2', 'v3']) {
      await renew(changing, version);
      versions.push(await makeRelease({ from: changing, out: place(version), previous: place(`v${versions.length}`) }));
    }
    const [first, second, third] = versions.map(({ parts }) => parts);
    const has = (folder, names) => names.filter((name) => existsSync(place(`${folder}/${name}`)));
    assert.deepEqual(has('v2', [...first, ...second]), [...first, ...second]);
    assert.deepEqual(has('v3', [...second, ...third]), [...second, ...third]);
    const gone = first.filter((name) => !second.includes(name) && !third.includes(name));
    assert.deepEqual(has('v3', gone), []);
    assert.ok(gone.length > 0);
    for (const name of second.filter((name) => existsSync(place(`v2/${name}.br`)))) {
      assert.ok(existsSync(place(`v3/${name}.br`)), 'with its copies');
    }
  });

  test('has the configuration that is given, else that of the release before, else the example', async () => {
    const read = (name) => readFile(place(`${name}/config.json`), 'utf8');
    await make('example');
    assert.equal(await read('example'), await readFile(join(page, 'config.example.json'), 'utf8'));
    await writeFile(place('mine.json'), '\uFEFF{"source":{"hub":"wss://mine.example"}}');
    await make('mine', { config: place('mine.json') });
    assert.match(await read('mine'), /mine\.example/);
    await make('heir', { previous: place('mine') });
    assert.match(await read('heir'), /mine\.example/);
    await writeFile(place('broken.json'), '{"source":');
    await refused({ from: page, out: place('never'), config: place('broken.json') }, /broken\.json: .*JSON/);
    await refused({ from: page, out: place('never'), config: place('missing.json') }, /missing\.json/);
    assert.ok(!existsSync(place('never')));
  });

  test('replaces a release as a whole, and nothing that is none', async () => {
    await make('live');
    await writeFile(place('live/left-over.txt'), 'of the last one');
    await make('live');
    assert.ok(!existsSync(place('live/left-over.txt')));
    await mkdir(place('photographs'));
    await writeFile(place('photographs/holiday.jpg'), '');
    await refused({ from: page, out: place('photographs') }, /no release/);
    assert.deepEqual(await files(place('photographs')), ['holiday.jpg']);
    await refused({ from: page, out: place('live'), previous: place('photographs') }, /photographs holds no release/);
    assert.ok(existsSync(place('live/index.html')), 'what failed has changed nothing');
    const left = (await readdir(room.folder)).filter((name) => /\.(new|old)-/.test(name));
    assert.deepEqual(left, [], 'nothing is left beside it');
  });

  test('takes no path from the release before that leads out of its folder', async () => {
    await mkdir(place('forged/inner'), { recursive: true });
    const secret = 'secret-0123456789abcdef.js';
    await writeFile(place(`forged/${secret}`), '');
    const parts = [`../${secret}`, `${place('forged')}/${secret}`, `a/../../${secret}`, `..\\${secret}`];
    await writeFile(place('forged/inner/build.json'), JSON.stringify({ build: 'x', parts }));
    await writeFile(place('forged/inner/config.json'), '{}');
    await make('careful', { previous: place('forged/inner') });
    const names = (await files(room.folder)).filter((name) => name.includes('secret'));
    assert.deepEqual(names, [`forged/${secret}`]);
  });
});

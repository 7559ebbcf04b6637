// The documented copying into a bucket: every file once, with its type and caching, what names others last.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';

import { makeRelease, scratch } from '../support/host.mjs';
import { PROJECT } from '../support/packages.mjs';

const HASHED = /-[0-9a-f]{16}(_bg)?\.[a-z]+$/;

describe('copying a release into a bucket', () => {
  let room;

  before(async () => (room = await scratch()));
  after(() => room?.remove());

  test('takes every file once, those with a hash first, index.html and build.json last', async () => {
    const release = join(room.folder, 'release');
    await makeRelease({ from: process.env.SWITCHHOOK_DIST, out: release });
    // In the place of Amazon's program: one line for each copy, its words apart.
    const programs = join(room.folder, 'programs');
    await mkdir(programs);
    await writeFile(join(programs, 'aws'), `#!/bin/sh\n(printf '%s\\t' "$@"; echo) >> "${room.folder}/said"\n`);
    await chmod(join(programs, 'aws'), 0o755);
    const script = join(PROJECT, 'docs', 'hosting', 's3-cloudfront', 'deploy.sh');
    const env = { ...process.env, PATH: [programs, process.env.PATH].join(delimiter) };
    await promisify(execFile)('bash', [script, release, 's3://desk-example/tools/desk/'], { env });

    const said = (await readFile(join(room.folder, 'said'), 'utf8')).trimEnd().split('\n');
    const copies = said.map((line) => {
      const [service, verb, name, to, , type, , caching] = line.split('\t');
      assert.deepEqual([service, verb, to], ['s3', 'cp', `s3://desk-example/tools/desk/${name}`]);
      return { name, type, caching };
    });
    const names = copies.map(({ name }) => name);
    const entries = await readdir(release, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile() && !/\.(br|gz)$/.test(entry.name))
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(release.length + 1));
    assert.deepEqual([...names].sort(), files.sort());
    assert.deepEqual(names.slice(-2), ['index.html', 'build.json']);
    const hashed = names.filter((name) => HASHED.test(name));
    assert.deepEqual(names.slice(0, hashed.length), hashed);
    for (const { name, type, caching } of copies) {
      assert.equal(caching, HASHED.test(name) ? 'public, max-age=31536000, immutable' : 'no-cache', name);
      assert.ok(type.length > 0, name);
    }
    const typeOf = (ending) => copies.find(({ name }) => name.endsWith(ending)).type;
    assert.equal(typeOf('.wasm'), 'application/wasm');
    assert.match(typeOf('.js'), /^text\/javascript\b/);
    assert.match(typeOf('.css'), /^text\/css\b/);
  });
});

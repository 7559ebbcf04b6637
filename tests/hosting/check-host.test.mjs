// Every check of `cargo xtask check-host` speaks up at a host that makes its mistake, and none at a good one.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';

import { checkHost, Host, told } from '../../xtask/check-host.mjs';
import { makeRelease, policyFor, scratch, serveRelease } from '../support/host.mjs';

const HUB = 'http://hub.example:8090';
const CONFIG = { source: { token: { url: `${HUB}/token` }, hub: 'ws://hub.example:8090/rte', directory: {} } };

/** Changes what is sent for the names that fit. */
const for_ = (pattern, change) => (answer, request) => pattern.test(answer.name) && change(answer, request);
const header = (pattern, name, value) =>
  for_(pattern, ({ headers }) => (value === undefined ? delete headers[name] : (headers[name] = value)));
const policy = (change) =>
  for_(/./, ({ headers }) => (headers['content-security-policy'] = change(headers['content-security-policy'])));
/** Changes what a file holds, however it is sent. */
const content = (pattern, change) =>
  for_(pattern, (answer) => {
    const [pack, unpack] = PACKERS[answer.headers['content-encoding']] ?? [(bytes) => bytes, (bytes) => bytes];
    answer.body = pack(Buffer.from(change(unpack(answer.body).toString('latin1')), 'latin1'));
  });
const PACKERS = { br: [brotliCompressSync, brotliDecompressSync], gzip: [gzipSync, gunzipSync] };

/** The mistakes: what is found, and how the host makes it. */
const MISTAKES = [
  ['no-page', for_(/^index/, (answer) => (answer.status = 503))],
  ['not-the-page', content(/^index/, () => '<!doctype html><title>It works</title>')],
  [
    'redirects',
    for_(/^index/, (answer) => Object.assign(answer, { status: 302, headers: { location: '/tools/desk/' } })),
  ],
  ['no-policy', header(/./, 'content-security-policy')],
  ['weak-policy', policy((policy) => policy.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'"))],
  ['weak-policy', policy((policy) => policy.replace("'wasm-unsafe-eval'", "'wasm-unsafe-eval' 'unsafe-eval'"))],
  ['weak-policy', policy((policy) => policy.replace("default-src 'none'", "default-src 'self'"))],
  ['no-wasm', policy((policy) => policy.replace(" 'wasm-unsafe-eval'", ''))],
  ['any-ancestor', policy((policy) => policy.replace(/; frame-ancestors [^;]*/, ''))],
  ['any-ancestor', policy((policy) => policy.replace(/frame-ancestors [^;]*/, 'frame-ancestors *'))],
  [
    'frame-options',
    (answer) => {
      answer.headers['x-frame-options'] = 'DENY';
      answer.headers['content-security-policy'] = answer.headers['content-security-policy'].replace(
        "frame-ancestors 'self'",
        'frame-ancestors https://portal.example',
      );
    },
  ],
  ['cannot-connect', policy((policy) => policy.replace(/ ws:\/\/[^;]*/, ''))],
  ['no-referrer-policy', header(/./, 'referrer-policy')],
  ['two-policies', policy((policy) => `${policy}, default-src 'self'`)],
  ['no-trusted-types', policy((policy) => policy.replace(/; require-trusted-types-for [^;]*/, ''))],
  ['no-permissions-policy', header(/./, 'permissions-policy')],
  [
    'portal-shut-out',
    content(/^config/, (text) =>
      JSON.stringify({ ...JSON.parse(text), embed: { allowedOrigins: ['https://portal.example'] } }),
    ),
  ],
  [
    'element-kept-back',
    (answer) => {
      answer.headers['content-security-policy'] = answer.headers['content-security-policy'].replace(
        "frame-ancestors 'self'",
        "frame-ancestors 'self' https://portal.example",
      );
      if (answer.name === 'config.json') {
        answer.body = Buffer.from(JSON.stringify({ ...CONFIG, embed: { allowedOrigins: ['https://portal.example'] } }));
      }
      if (answer.name === 'embed/switchhook-desk.js') {
        Object.assign(answer, { status: 200, body: 'customElements' });
        answer.headers['cross-origin-resource-policy'] = 'same-origin';
      }
    },
  ],
  ['no-nosniff', header(/\.js$/, 'x-content-type-options')],
  ['cookie', header(/^index/, 'set-cookie', 'visit=1')],
  ['wasm-type', header(/\.wasm$/, 'content-type', 'application/octet-stream')],
  ['type', header(/\.css$/, 'content-type', 'text/plain')],
  ['type', header(/^config/, 'content-type', 'text/html')],
  [
    'copy-type',
    for_(
      /^switchhook.*\.js$/,
      ({ headers }) => headers['content-encoding'] && (headers['content-type'] = 'application/gzip'),
    ),
  ],
  ['unhashed-kept', header(/^index/, 'cache-control', 'max-age=3600')],
  ['unhashed-kept', header(/^config/, 'cache-control')],
  ['hashed-not-kept', header(/\.wasm$/, 'cache-control', 'no-cache')],
  [
    'missing-is-kept',
    for_(
      /^switchhook/,
      (answer) => answer.status === 404 && (answer.headers['cache-control'] = 'public, max-age=31536000, immutable'),
    ),
  ],
  [
    'missing-is-found',
    for_(
      /^switchhook/,
      (answer) => answer.status === 404 && Object.assign(answer, { status: 200, body: '<!doctype html>' }),
    ),
  ],
  ['no-file', for_(/\.wasm$/, (answer) => (answer.status = 404))],
  ['no-vary', header(/\.css$/, 'vary')],
  [
    'unasked-encoding',
    for_(/\.css$/, (answer) => {
      if (!answer.headers['content-encoding']) {
        answer.headers['content-encoding'] = 'gzip';
        answer.body = gzipSync(answer.body);
      }
    }),
  ],
  [
    'unsaid-encoding',
    for_(/\.css$/, (answer) => {
      if (!answer.headers['content-encoding']) {
        answer.body = gzipSync(answer.body);
      }
    }),
  ],
  [
    'broken-encoding',
    for_(/\.css$/, (answer) => answer.headers['content-encoding'] && (answer.body = Buffer.from('body{}'))),
  ],
  [
    'copies-differ',
    for_(/\.css$/, (answer) => answer.headers['content-encoding'] === 'gzip' && (answer.body = gzipSync('body{}'))),
  ],
  [
    'copies-differ',
    for_(/^config/, (answer, request) => {
      if (request.headers['accept-encoding'] === 'gzip') {
        answer.headers['content-encoding'] = 'gzip';
        answer.body = gzipSync('{"source":{}}');
      }
    }),
  ],
  ['copy-fails', for_(/\.css$/, (answer) => answer.headers['content-encoding'] === 'br' && (answer.status = 403))],
  ['config-not-json', content(/^config/, () => '{"source":')],
  ['build-differs', content(/^build/, () => '{"build":"another"}')],
  ['no-build', for_(/^build/, (answer) => (answer.status = 404))],
  ['altered', content(/\.js$/, (script) => `${script}\n// seen by a proxy`)],
  ['altered', content(/\.css$/, (style) => `${style}\n/* seen by a proxy */`)],
  [
    'foreign-file',
    content(/^index/, (html) => html.replace('href=favicon.svg', 'href=https://cdn.example/favicon.svg')),
  ],
];

describe('check-host', () => {
  let room;
  let host;

  before(async () => {
    room = await scratch();
    const out = `${room.folder}/release`;
    await makeRelease({ from: process.env.SWITCHHOOK_DIST, out });
    host = await serveRelease(out, { policy: await policyFor(HUB) });
    host.config = JSON.stringify(CONFIG);
  });
  after(async () => {
    await host?.stop();
    await room?.remove();
  });

  /** What is found at a host that makes a mistake. */
  const found = async (spoil, address = host.url) => {
    host.spoil = (answer, request) => {
      if (answer.name === 'config.json') {
        answer.body = Buffer.from(host.config);
      }
      spoil(answer, request);
    };
    return checkHost(address);
  };
  const ids = (findings) => [...new Set(findings.map(({ id }) => id))].sort();

  test('finds nothing at a host that does everything right', async () => {
    const findings = await found(() => {});
    assert.deepEqual(findings, [], told(host.url, findings));
    assert.match(told(host.url, findings), /serves the page as it should/);
  });

  test('follows the redirect to the slash at the end', async () => {
    assert.deepEqual(await found(() => {}, host.url.slice(0, -1)), []);
  });

  MISTAKES.forEach(([id, spoil], index) => {
    test(`finds ${id} (${index + 1})`, async () => {
      const findings = await found(spoil);
      assert.deepEqual(ids(findings), [id], told(host.url, findings));
      for (const { what, instead } of findings) {
        assert.match(what, /\.$/, 'a whole sentence');
        assert.ok(instead.length > 3, what);
      }
    });
  });

  test('finds that nothing is compressed, and what is merely not as small as it could be', async () => {
    const refuse = (encoding) => async (answer) => {
      if (answer.headers['content-encoding'] === encoding) {
        answer.body = await readFile(`${host.folder}/${answer.name}`);
        delete answer.headers['content-encoding'];
      }
    };
    const withoutGzip = await checkWith(refuse('gzip'));
    assert.deepEqual(ids(withoutGzip), ['no-gzip']);
    const withoutBrotli = await checkWith(refuse('br'));
    assert.deepEqual(ids(withoutBrotli), ['no-brotli']);
    assert.ok(withoutBrotli.every(({ severity }) => severity === 'better'));
  });

  async function checkWith(spoil) {
    host.spoil = async (answer, request) => {
      if (answer.name === 'config.json') {
        answer.body = Buffer.from(host.config);
      }
      await spoil(answer, request);
    };
    return checkHost(host.url);
  }

  test('finds a folder that is served without the slash at its end', async () => {
    const index = await fetch(host.url);
    const body = await index.text();
    const findings = await found(
      (answer) => {
        if (answer.name === '') {
          Object.assign(answer, { status: 200, body, headers: { 'content-type': 'text/html' } });
        }
      },
      host.url.slice(0, -1),
    );
    assert.deepEqual(ids(findings), ['no-slash']);
  });

  test('finds what is not https, and who does not keep to it, but lets a computer speak with itself', () => {
    const foundAt = (address, headers = {}) => {
      const host = new Host(address);
      host.checkAddress({ url: new URL(address), headers });
      return ids(host.findings);
    };
    assert.deepEqual(foundAt('http://desk.example/'), ['not-https']);
    assert.deepEqual(foundAt('http://localhost:8090/'), []);
    assert.deepEqual(foundAt('https://desk.example/'), ['no-hsts']);
    assert.deepEqual(foundAt('https://desk.example/', { 'strict-transport-security': 'max-age=31536000' }), []);
  });

  test('has a test for each of its findings', async () => {
    const source = await readFile(new URL('../../xtask/check-host.mjs', import.meta.url), 'utf8');
    const known = [...source.matchAll(/this\.(?:wrong|better)\(\s*'([a-z-]+)'/g)].map(([, id]) => id);
    const elsewhere = ['unreachable', 'no-slash', 'not-https', 'no-hsts', 'no-gzip', 'no-brotli'];
    const tested = new Set([...MISTAKES.map(([id]) => id), ...elsewhere]);
    assert.deepEqual(
      known.filter((id) => !tested.has(id)),
      [],
    );
  });

  test('says so when there is nobody', async () => {
    const findings = await checkHost('http://127.0.0.1:1/');
    assert.deepEqual(ids(findings), ['unreachable']);
  });
});

// Says what a host of the page gets wrong, in words, and what to have there instead.
//
//   node check-host.mjs https://desk.example/tools/desk/
//
// It asks for what a browser asks for, once plainly and once for each compression, and compares. A finding is `wrong`
// where the page does not work, works with the wrong files or is not safe, and `better` where it is merely slower or
// less guarded than it could be. The exit code is 1 when something is wrong.

import { createHash, randomBytes } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { pathToFileURL } from 'node:url';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';

/** A host that takes longer for a file is not there. */
const LIMIT = 15_000;
/** No file of the page is larger; what is, is not read to its end. */
const LARGEST = 64 * 1024 * 1024;
const MOST_REDIRECTS = 5;
/** What may be kept for ever is to be kept for this long at least, seconds. */
const LONG = 30 * 24 * 3600;

const TYPES = {
  html: ['text/html'],
  js: ['text/javascript', 'application/javascript'],
  css: ['text/css'],
  json: ['application/json'],
  svg: ['image/svg+xml'],
  wasm: ['application/wasm'],
};
const DECODERS = { br: brotliDecompressSync, gzip: gunzipSync };

/** Asks once for an address; what comes back is what came over the wire. */
function ask(url, encoding) {
  const { request } = url.protocol === 'https:' ? https : http;
  const headers = { 'Accept-Encoding': encoding, 'User-Agent': 'switchhook-check-host', Accept: '*/*' };
  return new Promise((resolve, reject) => {
    const asking = request(url, { headers, timeout: LIMIT }, (answer) => {
      const pieces = [];
      let length = 0;
      answer.on('data', (piece) => {
        pieces.push(piece);
        length += piece.length;
        if (length > LARGEST) {
          asking.destroy(new Error('the answer has no end'));
        }
      });
      answer.on('error', reject);
      answer.on('end', () => {
        resolve({ url, status: answer.statusCode, headers: answer.headers, raw: Buffer.concat(pieces) });
      });
    });
    asking.on('timeout', () => asking.destroy(new Error(`no answer within ${LIMIT / 1000} seconds`)));
    asking.on('error', reject);
    asking.end();
  });
}

/** Asks for an address and follows where it leads; `loops` when that has no end. */
async function follow(url) {
  const seen = new Set();
  for (let place = url; ;) {
    const answer = await ask(place, 'identity');
    const { location } = answer.headers;
    if (answer.status < 300 || answer.status > 399 || !location) {
      return answer;
    }
    if (seen.has(place.href) || seen.size >= MOST_REDIRECTS) {
      return { ...answer, loops: true };
    }
    seen.add(place.href);
    place = new URL(location, place);
  }
}

const words = (value) =>
  (value ?? '')
    .toLowerCase()
    .split(/[\s,;]+/)
    .filter(Boolean);
const mime = ({ headers }) => (headers['content-type'] ?? '').split(';')[0].trim().toLowerCase();
const hash = (algorithm, bytes, form) => createHash(algorithm).update(bytes).digest(form);

/** The directives of a policy by name; what stands twice counts once, as in the browser. */
function directives(policy) {
  const found = new Map();
  for (const directive of policy.split(';')) {
    const [name, ...sources] = directive.trim().split(/\s+/);
    if (name && !found.has(name.toLowerCase())) {
      found.set(name.toLowerCase(), sources);
    }
  }
  return found;
}

/** Everything that is asked of one host. */
export class Host {
  constructor(address) {
    this.address = address;
    this.findings = [];
  }

  wrong(id, what, instead) {
    this.findings.push({ severity: 'wrong', id, what, instead });
  }

  better(id, what, instead) {
    this.findings.push({ severity: 'better', id, what, instead });
  }

  async check() {
    let answer;
    try {
      answer = await follow(new URL(this.address));
    } catch (error) {
      this.wrong(
        'unreachable',
        `${this.address} cannot be reached: ${error.message}.`,
        'Check the address, the name server, the firewall and the certificate.',
      );
      return;
    }
    if (answer.loops) {
      this.wrong(
        'redirects',
        `${this.address} redirects for ever, or too often.`,
        'Answer for the folder itself, and redirect once at most: to https, and to the slash at the end.',
      );
      return;
    }
    if (answer.status !== 200) {
      this.wrong(
        'no-page',
        `${answer.url} answers with status ${answer.status}.`,
        'Serve index.html of the release for its folder.',
      );
      return;
    }
    const html = answer.raw.toString('utf8');
    const boot = html.match(/<script[^>]*>/g)?.find((tag) => /\sid="?boot\b/.test(tag));
    if (!boot) {
      this.wrong('not-the-page', `${answer.url} is another page.`, "Give the address of the desk's own folder.");
      return;
    }
    this.base = answer.url;
    this.checkAddress(answer);
    if (this.findings.some(({ id }) => id === 'no-slash')) {
      return;
    }
    this.checkPolicy(answer);
    await this.checkPage(html, boot);
    await this.checkMissing();
  }

  checkAddress({ url, headers }) {
    const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
    if (url.protocol === 'http:' && !isLocal) {
      this.wrong(
        'not-https',
        `${url.origin} is not https: what is typed into the sign-in can be read on the way, and browsers let such a page show no notification.`,
        'Serve the page by https only, and redirect http to it.',
      );
    }
    if (url.protocol === 'https:' && !headers['strict-transport-security']) {
      this.better(
        'no-hsts',
        `${url.origin} does not say that it is to be reached by https only.`,
        'Strict-Transport-Security: max-age=31536000',
      );
    }
    if (!/\/$|\.html$/.test(url.pathname)) {
      this.wrong(
        'no-slash',
        `${url} answers without a slash at its end, so that all relative addresses of the page lead elsewhere.`,
        'Redirect the folder to the address with the slash.',
      );
    }
    if (headers['set-cookie']) {
      this.better(
        'cookie',
        'The page comes with a cookie, which it does not need.',
        'Serve it from where no cookie is set.',
      );
    }
  }

  checkPolicy({ headers }) {
    const policy = headers['content-security-policy'];
    if (!policy) {
      this.wrong(
        'no-policy',
        'The page comes without a Content-Security-Policy.',
        'Send the header that `cargo xtask csp` prints.',
      );
      return;
    }
    // Where a header stands twice, Node joins the two.
    const [first, ...others] = policy.split(',');
    if (others.length > 0) {
      this.better(
        'two-policies',
        'The page comes with several policies, and browsers hold it to all of them.',
        'Send the header that `cargo xtask csp` prints, once.',
      );
    }
    const found = directives(first);
    const script = found.get('script-src') ?? found.get('default-src') ?? ['*'];
    const loose = (sources) =>
      sources.filter((source) => /^('unsafe-(inline|eval|hashes)'|\*|https?:|data:|blob:)$/.test(source));
    for (const name of ['script-src', 'style-src', 'default-src', 'object-src', 'base-uri']) {
      const sources = loose(found.get(name) ?? []);
      if (sources.length > 0) {
        this.wrong(
          'weak-policy',
          `The policy allows ${sources.join(' and ')} in ${name}.`,
          'Send the header that `cargo xtask csp` prints, as it is.',
        );
      }
    }
    if (!script.includes("'wasm-unsafe-eval'") && !script.includes("'unsafe-eval'")) {
      this.wrong(
        'no-wasm',
        'The policy does not let the browser compile WebAssembly.',
        "script-src 'self' 'wasm-unsafe-eval'",
      );
    }
    if (found.get('default-src')?.join() !== "'none'") {
      this.wrong(
        'weak-policy',
        "The policy does not begin with default-src 'none', so that it allows what it does not name.",
        'Send the header that `cargo xtask csp` prints, as it is.',
      );
    }
    const ancestors = found.get('frame-ancestors');
    if (!ancestors || loose(ancestors).length > 0) {
      this.wrong(
        'any-ancestor',
        'Any site may show the page in a frame and have agents press its buttons unseen.',
        "frame-ancestors 'none', 'self', or the exact origins of your portals",
      );
    }
    if (headers['x-frame-options'] && ancestors && !['', "'none'", "'self'"].includes(ancestors.join(' '))) {
      this.better(
        'frame-options',
        'X-Frame-Options says something else than frame-ancestors.',
        'Leave X-Frame-Options out; every browser that can run the page knows frame-ancestors.',
      );
    }
    if (!headers['referrer-policy']) {
      this.better(
        'no-referrer-policy',
        'The page does not say what other sites are told of its address.',
        'Referrer-Policy: no-referrer',
      );
    }
    if (!found.has('require-trusted-types-for')) {
      this.better(
        'no-trusted-types',
        'The policy does not have the browser refuse text that becomes markup or script.',
        "require-trusted-types-for 'script'; trusted-types switchhook",
      );
    }
    if (!headers['permissions-policy']) {
      this.better(
        'no-permissions-policy',
        'The page may ask for the camera, the place and more, which it never needs.',
        'Send the header that `cargo xtask csp` prints.',
      );
    }
    this.ancestors = ancestors ?? ['*'];
    this.connects = found.get('connect-src') ?? found.get('default-src') ?? ['*'];
  }

  /** The files that the page names, and those that it asks for by name. */
  async checkPage(html, boot) {
    const named = [...html.matchAll(/<link[^>]*>/g)].map(([tag]) => ({
      name: /\shref="?([^"\s>]+)/.exec(tag)?.[1],
      integrity: /\sintegrity="?([^"\s>]+)/.exec(tag)?.[1],
    }));
    const source = (attribute) => new RegExp(`\\s${attribute}="?([^"\\s>]+)`).exec(boot)?.[1];
    named.push(...['src', 'data-module', 'data-wasm', 'data-demo'].map((attribute) => ({ name: source(attribute) })));
    const files = new Map([['index.html', undefined]]);
    for (const { name, integrity } of named.filter(({ name }) => name)) {
      const place = new URL(name, this.base);
      if (place.origin !== this.base.origin) {
        this.wrong(
          'foreign-file',
          `index.html names a file of another origin: ${place}.`,
          'Serve the release as it was made.',
        );
      } else {
        const path = name.replace(/^\.\//, '');
        files.set(path, integrity ?? files.get(path));
      }
    }
    for (const [name, integrity] of files) {
      const answer = await this.checkFile(name);
      if (answer) {
        this.checkContent(name, answer, integrity);
      }
    }
    await this.checkConfig();
    await this.checkBuild(/<meta name="?build"? content="?([^"\s>]+)/.exec(html)?.[1]);
  }

  /** Type, caching, compression and headers of one file; returns what it holds, if it is there. */
  async checkFile(name) {
    const url = name === 'index.html' ? this.base : new URL(name, this.base);
    let plain;
    try {
      plain = await ask(url, 'identity');
    } catch (error) {
      this.wrong('no-file', `${name} cannot be fetched: ${error.message}.`, 'Copy the whole release to the host.');
      return null;
    }
    if (plain.status !== 200) {
      this.wrong(
        'no-file',
        `${name} answers with status ${plain.status}.`,
        'Copy the whole release to the host, index.html and build.json last.',
      );
      return null;
    }
    const types = TYPES[name.split('.').pop()];
    this.checkType(name, plain, types);
    this.checkCaching(name, plain);
    if ((plain.headers['x-content-type-options'] ?? '').toLowerCase() !== 'nosniff') {
      this.wrong(
        'no-nosniff',
        `${name} comes without a word that its type is to be taken as it is.`,
        'X-Content-Type-Options: nosniff',
      );
    }
    if (plain.headers['content-encoding'] && plain.headers['content-encoding'] !== 'identity') {
      this.wrong(
        'unasked-encoding',
        `${name} comes compressed (${plain.headers['content-encoding']}) to somebody who cannot read that.`,
        'Compress for those only whose Accept-Encoding says so.',
      );
      return null;
    }
    if (plain.raw[0] === 0x1f && plain.raw[1] === 0x8b) {
      this.wrong(
        'unsaid-encoding',
        `${name} comes compressed and does not say so.`,
        'Content-Encoding: gzip, or the file as it is',
      );
      return null;
    }
    if (name !== 'config.json' && name !== 'build.json') {
      await this.checkCompression(name, url, plain);
    } else {
      await this.checkCopies(name, url, plain);
    }
    return plain.raw;
  }

  checkType(name, answer, types) {
    if (!types || types.includes(mime(answer))) {
      return;
    }
    const said = mime(answer) || 'nothing at all';
    if (name.endsWith('.wasm')) {
      this.wrong(
        'wasm-type',
        `${name} is served as ${said}, so that browsers cannot compile it while it arrives.`,
        'Content-Type: application/wasm',
      );
    } else {
      this.wrong('type', `${name} is served as ${said}.`, `Content-Type: ${types[0]}`);
    }
  }

  checkCaching(name, { headers }) {
    const control = words(headers['cache-control']);
    const age = Number(control.find((word) => word.startsWith('max-age='))?.slice(8) ?? NaN);
    if (isHashed(name)) {
      if (!(age >= LONG) || control.includes('no-cache') || control.includes('no-store')) {
        this.better(
          'hashed-not-kept',
          `${name} is asked for anew although it never changes.`,
          'Cache-Control: public, max-age=31536000, immutable',
        );
      }
    } else if (!control.includes('no-cache') && !control.includes('no-store') && age !== 0) {
      this.wrong(
        'unhashed-kept',
        `${name} may be kept by browsers and by caches on the way, so that a new release or a change does not arrive.`,
        'Cache-Control: no-cache',
      );
    }
  }

  /** What each compression makes of a file. A browser asks for Brotli by https only, so gzip is wanted as well. */
  async checkCompression(name, url, plain) {
    const settled = await this.checkCopies(name, url, plain);
    const isWorthIt = plain.raw.length > 1400;
    if (isWorthIt && !settled.has('gzip')) {
      this.wrong(
        'no-gzip',
        `${name} is sent with its ${plain.raw.length} bytes to everybody.`,
        'Send the .gz copy that lies beside it to those who accept gzip.',
      );
    }
    if (isWorthIt && !settled.has('br')) {
      this.better(
        'no-brotli',
        `${name} is not sent as Brotli, which is a quarter smaller than gzip.`,
        'Send the .br copy that lies beside it to those who accept br.',
      );
    }
  }

  /** Asks for a file in each compression; returns those that nothing more is to be said about. */
  async checkCopies(name, url, plain) {
    const settled = new Set();
    for (const [encoding, decode] of Object.entries(DECODERS)) {
      const answer = await ask(url, encoding).catch(() => null);
      if (answer?.status !== 200) {
        settled.add(encoding);
        this.wrong(
          'copy-fails',
          `${name} cannot be had as ${encoding}: the host answers with ${answer ? `status ${answer.status}` : 'nothing'}.`,
          'Check that the compressed copies are readable.',
        );
        continue;
      }
      const said = answer.headers['content-encoding'] ?? '';
      const copy = decoded(answer, encoding, decode);
      if (!copy) {
        settled.add(encoding);
        this.wrong(
          'broken-encoding',
          `${name} says that it is ${said || encoding} and is not.`,
          'Say Content-Encoding only of what is compressed so, once.',
        );
        continue;
      }
      if (!copy.equals(plain.raw)) {
        settled.add(encoding);
        this.wrong(
          'copies-differ',
          `${name} as ${encoding} is another file than ${name} as it is.`,
          'Remove the stale compressed copy, or copy the whole release anew.',
        );
        continue;
      }
      if (said !== encoding) {
        continue;
      }
      settled.add(encoding);
      if (mime(answer) !== mime(plain)) {
        this.wrong(
          'copy-type',
          `${name} as ${encoding} is served as ${mime(answer) || 'nothing at all'}.`,
          `Content-Type: ${mime(plain)}, whatever the compression`,
        );
      }
      if (!words(answer.headers.vary).some((word) => word === 'accept-encoding' || word === '*')) {
        this.wrong(
          'no-vary',
          `${name} comes as ${encoding} without a word that others may get it otherwise: a cache on the way may send it to whoever cannot read it.`,
          'Vary: Accept-Encoding',
        );
      }
    }
    return settled;
  }

  /** Whether a file is the one that index.html and its own name speak of. */
  checkContent(name, content, integrity) {
    const [, hashed] = /-([0-9a-f]{16})(?:_bg)?\.[a-z]+$/.exec(name) ?? [];
    const isOther = hashed && hash('sha256', content, 'hex').slice(0, 16) !== hashed;
    const fails = integrity && !integrity.endsWith(hash('sha384', content, 'base64'));
    if (isOther || fails) {
      this.wrong(
        'altered',
        `${name} is not the file that was released: something on the host or on the way changes it.`,
        'Switch off whatever minifies or rewrites files, and copy the release as binary files.',
      );
    }
  }

  async checkConfig() {
    const content = await this.checkFile('config.json');
    if (!content) {
      return;
    }
    let config;
    try {
      config = JSON.parse(content.toString('utf8').replace(/^\uFEFF/, ''));
    } catch (error) {
      this.wrong(
        'config-not-json',
        `config.json is not JSON: ${error.message}.`,
        'Put the file right; `docs/hosting` and the schema beside it say what it holds.',
      );
      return;
    }
    await this.checkPortals(config);
    for (const origin of this.connects ? origins(config) : []) {
      if (!allows(this.connects, origin, this.base)) {
        this.wrong(
          'cannot-connect',
          `config.json names ${origin}, which the policy does not let the page connect to.`,
          `connect-src … ${origin}`,
        );
      }
    }
  }

  /** A portal that the site lets embed the desk must be let by the browser, too, and find the element. */
  async checkPortals(config) {
    const portals = [config?.embed?.allowedOrigins ?? []].flat().filter((origin) => URL.canParse(origin));
    for (const portal of this.ancestors ? portals : []) {
      if (!allows(this.ancestors, new URL(portal).origin, this.base)) {
        this.wrong(
          'portal-shut-out',
          `config.json lets ${portal} embed the desk, and the policy does not.`,
          `frame-ancestors … ${portal}`,
        );
      }
    }
    if (portals.length === 0) {
      return;
    }
    const element = await ask(new URL('embed/switchhook-desk.js', this.base), 'identity').catch(() => null);
    const shared = element?.headers['cross-origin-resource-policy'];
    if (element?.status === 200 && ['same-origin', 'same-site'].includes(shared)) {
      this.wrong(
        'element-kept-back',
        `Portals cannot include embed/switchhook-desk.js: it is for pages of the ${shared.slice(5)} alone.`,
        'Cross-Origin-Resource-Policy: cross-origin, or leave it out',
      );
    }
  }

  async checkBuild(named) {
    const answer = await ask(new URL('build.json', this.base), 'identity').catch(() => null);
    if (answer?.status !== 200) {
      this.better(
        'no-build',
        'There is no build.json, so that open pages do not learn of a new release.',
        'Serve what `cargo xtask dist` makes.',
      );
      return;
    }
    const content = await this.checkFile('build.json');
    let build;
    try {
      ({ build } = JSON.parse(content?.toString('utf8')));
    } catch {
      // Said below.
    }
    if (!build || build !== named) {
      this.wrong(
        'build-differs',
        `build.json is of the release ${build ?? '–'} and index.html of ${named ?? '–'}.`,
        'Copy the whole release, index.html and build.json last.',
      );
    }
  }

  /** What is not there is not to be found, and not to be missed for ever. */
  async checkMissing() {
    const name = `switchhook-${randomBytes(8).toString('hex')}.js`;
    const answer = await ask(new URL(name, this.base), 'identity').catch(() => null);
    if (answer && answer.status < 400) {
      this.wrong(
        'missing-is-found',
        `A file that does not exist answers with status ${answer.status} instead of 404: pages of an old release then run a web page as a script.`,
        'Answer 404 for what is not there. The desk needs no fallback to index.html: it has one address.',
      );
    } else if (
      answer &&
      (words(answer.headers['cache-control']).includes('immutable') ||
        /max-age=[1-9]\d{3}/.test(answer.headers['cache-control'] ?? ''))
    ) {
      this.wrong(
        'missing-is-kept',
        'That a file is not there may be kept: who asks while a release is being copied misses it for long.',
        'Set the caching of files with a hash in their name for answers with status 200 only.',
      );
    }
  }
}

/** Whether a name carries the hash of its content. */
function isHashed(name) {
  return /-[0-9a-f]{16}(_bg)?\.[a-z]+$/.test(name);
}

/** What an answer holds once decoded; nothing when it is not what it says. */
function decoded({ headers, raw }, encoding, decode) {
  const said = headers['content-encoding'];
  if (!said || said === 'identity') {
    return raw;
  }
  try {
    return said === encoding ? decode(raw) : null;
  } catch {
    return null;
  }
}

/** The origins that a configuration has the page connect to: all absolute addresses, but those for people. */
function origins(config) {
  const found = new Set();
  const walk = (value, key) => {
    if (typeof value === 'string' && /^(https?|wss?):\/\//.test(value)) {
      const { protocol, host } = new URL(value);
      found.add(`${protocol}//${host}`);
      // A hub is negotiated with by HTTP and then spoken with by a socket.
      if (key === 'hub') {
        found.add(`${protocol.replace(/^http/, 'ws')}//${host}`);
        found.add(`${protocol.replace(/^ws/, 'http')}//${host}`);
      }
    } else if (Array.isArray(value)) {
      value.forEach((item) => walk(item, key));
    } else if (value && typeof value === 'object') {
      for (const [name, item] of Object.entries(value)) {
        if (!['embed', 'screenPop', '$schema'].includes(name)) {
          walk(item, name);
        }
      }
    }
  };
  try {
    walk(config, '');
  } catch {
    // An address that is none is config.json's own fault, and the page says so.
  }
  return found;
}

/** Whether a list of sources covers an origin. */
function allows(sources, origin, base) {
  const { protocol, host } = new URL(origin);
  return sources.some((source) => {
    if (source === '*' || source === protocol || source === origin) {
      return true;
    }
    if (source === "'self'") {
      return origin === base.origin || (host === base.host && protocol === base.protocol.replace(/^http/, 'ws'));
    }
    const [scheme, name] = source.includes('://') ? source.split('://') : [null, source];
    const covers = name?.startsWith('*.') ? host.endsWith(name.slice(1)) : name?.replace(/\/.*$/, '') === host;
    return covers && (!scheme || `${scheme}:` === protocol || `${scheme}s:` === protocol);
  });
}

/** What is wrong with a host: a list of `{ severity, id, what, instead }`. */
export async function checkHost(address) {
  const host = new Host(address);
  await host.check();
  return host.findings;
}

/** The findings as text, with a last line that counts them. */
export function told(address, findings) {
  const count = (severity) => findings.filter((finding) => finding.severity === severity).length;
  const lines = findings.map(
    ({ severity, what, instead }) =>
      `${severity === 'wrong' ? 'WRONG ' : 'better'}  ${what}\n        instead: ${instead}\n`,
  );
  const [wrong, better] = [count('wrong'), count('better')];
  const verdict =
    wrong + better === 0 ? `${address} serves the page as it should.` : `${wrong} wrong, ${better} could be better.`;
  return [...lines, verdict].join('\n');
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [address] = process.argv.slice(2);
  if (!URL.canParse(address) || !/^https?:/.test(address)) {
    console.error(`${address} is no address.\n  Give the page's own, such as https://desk.example/tools/desk/.`);
    process.exitCode = 1;
  } else {
    const findings = await checkHost(address);
    console.log(told(address, findings));
    process.exitCode = findings.some(({ severity }) => severity === 'wrong') ? 1 : 0;
  }
}

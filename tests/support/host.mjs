// Releases of the page, and a server for them that does everything right: what a test then spoils is its own doing.

import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, normalize } from 'node:path';
import { promisify } from 'node:util';

import { listen, typeOf } from './files.mjs';
import { PROJECT } from './packages.mjs';

/** The documented policy, for a page that talks to these other origins. */
export async function policyFor(hubs) {
  const documented = await readFile(join(PROJECT, 'docs', 'hosting', 'nginx.conf'), 'utf8');
  const hosts = [hubs].flat().map((hub) => new URL(hub).host);
  const servers = hosts.map((host) => ` http://${host} ws://${host}`).join('');
  const [, policy] = /Content-Security-Policy "([^"]+)"/.exec(documented);
  return policy.replace(/(connect-src 'self')[^;]*/, `$1${servers}`);
}

/** Writes the embedded hub's own config.json for a page on another origin; returns where it is. */
export async function configFor(hub, folder) {
  const answer = await fetch(`${hub}/config.json`);
  const path = join(folder, 'config.json');
  await mkdir(folder, { recursive: true });
  await writeFile(
    path,
    JSON.stringify(await answer.json(), (_, value) => absolute(value, hub), 2),
  );
  return path;
}

/** An address that is relative to the hub, from elsewhere. */
const absolute = (value, hub) => (typeof value === 'string' && value.startsWith('/') ? `${hub}${value}` : value);

/** A folder of the test's own; `remove` takes it away. */
export async function scratch() {
  const folder = await mkdtemp(join(tmpdir(), 'switchhook-hosting-'));
  // A web server reads it as somebody else.
  await chmod(folder, 0o755);
  return { folder, remove: () => rm(folder, { recursive: true, force: true, maxRetries: 3 }) };
}

/** The page as it was built, in a folder of its own. */
export async function copyOfPage(folder) {
  const page = join(folder, 'page');
  await rm(page, { recursive: true, force: true });
  await cp(process.env.SWITCHHOOK_DIST, page, { recursive: true });
  return page;
}

/** Makes a release as `cargo xtask dist` does; returns what build.json says. */
export async function makeRelease(options) {
  const words = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const script = join(PROJECT, 'xtask', 'release.mjs');
  await promisify(execFile)(process.execPath, [script, ...words]);
  return JSON.parse(await readFile(join(options.out, 'build.json'), 'utf8'));
}

/** Changes a page so that its script and its style sheet, or those that fit, are others: that of the next release. */
export async function renew(page, mark, fitting = /\.(js|css)$/) {
  for (const name of await readdir(page)) {
    if (/^(switchhook|style)-/.test(name) && fitting.test(name)) {
      await rm(join(page, `${name}.br`), { force: true });
      await rm(join(page, `${name}.gz`), { force: true });
      await writeFile(join(page, name), `${await readFile(join(page, name), 'utf8')}\n/* ${mark} */\n`);
    }
  }
}

/**
 * Serves releases below `/tools/desk/`. `policy` is sent with everything; `spoil` may change what is about to be sent:
 * `{ name, status, headers, body }`, from the request.
 */
export async function serveRelease(folder, { policy, spoil = () => {} }) {
  const host = { folder, spoil, requests: [] };
  const server = await listen(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://host');
    const answer = await found(host.folder, pathname, request, policy);
    host.requests.push(`${answer.name} ${answer.status}`);
    await host.spoil(answer, request);
    response.writeHead(answer.status, answer.headers);
    response.end(answer.body);
  });
  Object.assign(host, server, { url: `${server.origin}/tools/desk/` });
  return host;
}

async function found(folder, pathname, request, policy) {
  if (pathname === '/tools/desk') {
    return { name: '', status: 301, headers: { location: '/tools/desk/' }, body: '' };
  }
  const name = normalize(pathname.replace(/^\/tools\/desk\//, '')).replace(/^[./]+$/, '') || 'index.html';
  const headers = {
    'cache-control': 'no-cache',
    'content-security-policy': policy,
    'content-type': typeOf(name),
    'permissions-policy': 'camera=()',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  };
  try {
    const accepted = request.headers['accept-encoding'] ?? '';
    const body = await readFile(join(folder, name));
    if (/-[0-9a-f]{16}(_bg)?\.[a-z]+$/.test(name)) {
      headers['cache-control'] = 'public, max-age=31536000, immutable';
    }
    for (const [encoding, ending] of [
      ['br', '.br'],
      ['gzip', '.gz'],
    ]) {
      const copy = accepted.includes(encoding) && (await readFile(join(folder, `${name}${ending}`)).catch(() => null));
      if (copy) {
        return {
          name,
          status: 200,
          headers: { ...headers, vary: 'Accept-Encoding', 'content-encoding': encoding },
          body: copy,
        };
      }
    }
    return { name, status: 200, headers: { ...headers, vary: 'Accept-Encoding' }, body };
  } catch {
    return { name, status: 404, headers: { ...headers, 'content-type': 'text/plain' }, body: 'There is no such file.' };
  }
}

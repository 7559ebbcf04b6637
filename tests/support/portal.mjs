// A portal of another origin: the example, and small pages that a test writes, under a policy as strict as the desk's.
//
// The hub is 127.0.0.1 and the portal is localhost: two names are two sites to a browser, which keeps their storage
// apart and lets neither see into the other.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { Desk } from './browser.mjs';
import { listen, typeOf } from './files.mjs';
import { PROJECT } from './packages.mjs';

const FILES = {
  '/': 'examples/portal/index.html',
  '/portal.css': 'examples/portal/portal.css',
  '/portal.js': 'examples/portal/portal.js',
  '/portal.svg': 'examples/portal/portal.svg',
  '/switchhook-desk.js': 'embed/switchhook-desk.js',
};

/**
 * Serves the portal. `pages` are the test's own, path to text; those below `/framed` may be framed by the portal itself.
 * `allow` says what it may frame, once the desk's address is known.
 */
export async function startPortal(pages = {}) {
  let frames = "'none'";
  const server = await listen(async (request, response) => {
    const path = new URL(request.url, 'http://portal').pathname;
    response.setHeader(
      'Content-Security-Policy',
      `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; frame-src ${frames}; base-uri 'none'; ` +
        `form-action 'none'; frame-ancestors ${path.startsWith('/framed') ? "'self'" : "'none'"}; require-trusted-types-for 'script'; trusted-types 'none'`,
    );
    if (path === '/favicon.ico') {
      response.writeHead(204).end();
      return;
    }
    const text = pages[path] ?? (FILES[path] && (await readFile(join(PROJECT, FILES[path]))));
    response.setHeader('Content-Type', typeOf(path.includes('.') ? path : '.html'));
    response.statusCode = text === undefined ? 404 : 200;
    response.end(text ?? '');
  }, 'localhost');
  return {
    ...server,
    allow: (origin) => {
      frames = origin;
    },
  };
}

/** The desk in the frame of a portal's page, with everything that a desk in a tab of its own has for tests. */
export async function deskIn(page, limit = 20_000) {
  const handle = await page.locator('iframe').elementHandle({ timeout: limit });
  const frame = await handle.contentFrame();
  return Object.assign(Object.create(Desk.prototype), { page: frame, console: [], wrong: [] });
}

// The built page on a server that knows nothing of hubs, as a site would host it, with a config.json of the test's.

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

const TYPES = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/**
 * Serves the page below `/desk/`; `hubs` are the other origins that it may talk to, one or a list. `files` are further
 * ones: what is to be sent as JSON, or an address to redirect to.
 */
export async function startSite(config, hubs, files = {}) {
  const hosts = [hubs].flat().map((hub) => new URL(hub).host);
  const policy = [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "img-src 'self' data:",
    ["connect-src 'self'", ...hosts.flatMap((host) => [`http://${host}`, `ws://${host}`])].join(' '),
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url, 'http://site').pathname).replace(/^\/desk\//, '');
    const name = path === '' ? 'index.html' : path;
    response.setHeader('Content-Security-Policy', policy);
    const file = name === 'config.json' ? config : files[name];
    if (typeof file === 'string') {
      response.writeHead(302, { Location: file });
      response.end();
      return;
    }
    if (file) {
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify(file));
      return;
    }
    try {
      const body = await readFile(join(process.env.SWITCHHOOK_DIST, name));
      response.setHeader('Content-Type', TYPES[extname(name)] ?? 'application/octet-stream');
      response.end(body);
    } catch {
      response.statusCode = 404;
      response.end('There is no such file.');
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}/desk/`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

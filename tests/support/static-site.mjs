// The built page on a server that knows nothing of hubs, as a site would host it, with a config.json of the test's.

import { readFile } from 'node:fs/promises';
import { join, normalize } from 'node:path';

import { listen, typeOf } from './files.mjs';
import { policyFor } from './host.mjs';

/**
 * Serves the page below `/desk/`; `hubs` are the other origins that it may talk to, one or a list. `files` are further
 * ones: what is to be sent as JSON, or an address to redirect to.
 */
export async function startSite(config, hubs, files = {}) {
  const policy = await policyFor([hubs].flat());
  const server = await listen(async (request, response) => {
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
      response.setHeader('Content-Type', typeOf(name));
      response.end(body);
    } catch {
      response.statusCode = 404;
      response.end('There is no such file.');
    }
  });
  return { ...server, url: `${server.origin}/desk/` };
}

// What every file server of a test's own needs: the types of the page's files, and a port that nobody else has.

import { once } from 'node:events';
import { createServer } from 'node:http';

const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/** The type that a file of this name is served with. */
export const typeOf = (name) => TYPES[/\.\w+$/.exec(name)?.[0]] ?? 'application/octet-stream';

/** Listens with a handler of requests, under a name of this machine; `stop` lets nobody finish. */
export async function listen(handler, host = '127.0.0.1') {
  const server = createServer(handler);
  server.listen(0, host);
  await once(server, 'listening');
  return {
    origin: `http://${host}:${server.address().port}`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

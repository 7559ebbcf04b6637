// Microsoft's own client, connected to a hub, with a list of what it received that a test can wait on.

import { signalR } from './packages.mjs';
import { askForToken } from './servers.mjs';

/** Connects to the hub at `url`; `token` replaces the one that the hub would give. */
export async function connect(url, { token, protocol } = {}) {
  const answer = await askForToken(url);
  const builder = new signalR.HubConnectionBuilder()
    .withUrl(answer.WssEndpoint.replace(/^ws/, 'http'), {
      accessTokenFactory: () => token ?? answer.Token,
      transport: signalR.HttpTransportType.WebSockets,
    })
    .configureLogging(signalR.LogLevel.None);
  if (protocol) {
    builder.withHubProtocol(protocol);
  }
  const connection = builder.build();
  const received = [];
  const waiting = new Set();
  connection.on('MessageReceived', (message) => {
    received.push(message);
    waiting.forEach((look) => look());
  });
  const closed = new Promise((resolve) => connection.onclose((error) => resolve(error)));
  await connection.start();
  return {
    connection,
    received,
    /** Resolves with what the connection ended with: an error, or nothing. */
    closed,
    invoke: (method, ...words) => connection.invoke(method, ...words),
    stop: () => connection.stop(),
    /** The first message, received already or still to come, that fits. */
    message(fits, limit = 10_000) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(look);
          reject(new Error(`No fitting message within ${limit} ms; ${received.length} others were received.`));
        }, limit);
        const look = () => {
          const found = received.find(fits);
          if (found) {
            waiting.delete(look);
            clearTimeout(timer);
            resolve(found);
          }
        };
        waiting.add(look);
        look();
      });
    },
  };
}

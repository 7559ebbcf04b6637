// Starting and stopping the servers that the tests talk to: the embedded hub and the RTE hub on Microsoft's server.
//
// Both are asked for a free port and print the address when they are ready, so tests never wait for a fixed time and
// never collide. Where the programs lie comes from the environment, which `cargo xtask test` sets.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

const START_LIMIT = 20_000;

function setting(name) {
  const value = process.env[name];
  if (!value) {
    throw new Error(`${name} is not set. Run these tests with \`cargo xtask test\`.`);
  }
  return value;
}

/**
 * Starts the embedded hub. `options` are its own, by their names without dashes: `{ agents: 6, seed: 7 }`; one that
 * takes no value is `true`.
 */
export function startHub(options = {}) {
  const words = Object.entries({ port: 0, ...options }).flatMap(([name, value]) =>
    value === true ? [`--${name}`] : [`--${name}`, String(value)],
  );
  return start(setting('SWITCHHOOK_HUB_BIN'), words);
}

/** Starts the hub's SignalR server with a small application that has every kind of call, at `/hub`. */
export function startSignalR(options = {}) {
  const words = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return start(setting('SWITCHHOOK_SIGNALR_BIN'), words);
}

/** Starts the RTE hub on Microsoft's server. All of its options have a default. */
export function startRteHub({ port = 0, interval = 100, tokenSeconds = 300, detailedErrors = false } = {}) {
  const words = [setting('SWITCHHOOK_RTE_HUB')];
  words.push('--port', port, '--interval', interval, '--token-seconds', tokenSeconds);
  words.push('--detailed-errors', Number(detailedErrors));
  return start(setting('SWITCHHOOK_DOTNET'), words.map(String));
}

/** Whether Microsoft's server can run on this system. */
export const hasRteHub = Boolean(process.env.SWITCHHOOK_RTE_HUB);

/** A port that nothing listens on. */
export async function freePort() {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function start(program, words) {
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  const url = await new Promise((resolve, reject) => {
    const limit = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`The server did not say that it listens:\n${said}`));
    }, START_LIMIT);
    const hear = (bytes) => {
      said += bytes;
      const ready = said.match(/listening on (http:\/\/\S+)/);
      if (ready) {
        clearTimeout(limit);
        resolve(ready[1]);
      }
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('error', (error) => {
      clearTimeout(limit);
      reject(error);
    });
    child.on('exit', (code, signal) => {
      clearTimeout(limit);
      reject(new Error(`The server ended before it was ready (${signal ?? code}):\n${said}`));
    });
  });
  return {
    url,
    /** What the server has printed so far, for messages. */
    said: () => said,
    /** Ends the server at once, as a crash would. */
    kill: () => end(child, 'SIGKILL'),
    /** Ends the server in order, and by force if it takes too long. */
    stop: () => end(child, 'SIGTERM'),
  };
}

async function end(child, signal) {
  if (child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  const ended = once(child, 'exit');
  child.kill(signal);
  const force = setTimeout(() => child.kill('SIGKILL'), 3_000);
  await ended;
  clearTimeout(force);
}

/** The header with which an agent asks for a token. */
export function credentials(user = '1001', password = '') {
  return { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}

/** Asks a hub for a token: { WssEndpoint, Token }. */
export async function askForToken(url, headers = credentials()) {
  const answer = await fetch(`${url}/token/me/rte/`, { headers });
  if (!answer.ok) {
    throw new Error(`The token endpoint answered ${answer.status}.`);
  }
  return answer.json();
}

/** Asks a hub who and what there is: { agents, queues, callLists }. */
export async function askForDirectory(url) {
  const answer = await fetch(`${url}/directory`, { headers: credentials() });
  if (!answer.ok) {
    throw new Error(`The directory answered ${answer.status}.`);
  }
  return answer.json();
}

/** Changes the signature of a token, which keeps its form. */
export function withWrongSignature(token) {
  const [head, body, signature] = token.split('.');
  const first = signature[0] === 'A' ? 'B' : 'A';
  return `${head}.${body}.${first}${signature.slice(1)}`;
}

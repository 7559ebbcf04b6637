// Microsoft's client against Microsoft's server: the reference for the embedded hub, and the proof of this fixture.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { connect } from '../support/official-client.mjs';
import { askForDirectory, askForToken, hasRteHub, startRteHub } from '../support/servers.mjs';
import { describeRteHub } from './rte-contract.mjs';

/** Connects, and waits until the server has counted the connection: the handshake alone is answered before that. */
async function connected(url) {
  const client = await connect(url);
  await client.invoke('ActiveSubscriptions');
  return client;
}

const skip = hasRteHub ? false : "Microsoft's server of this generation exists for Linux on x86-64 only";

describeRteHub("Microsoft's server", () => startRteHub({ detailedErrors: true }), { skip });

describe("Microsoft's server, made to misbehave", { skip }, () => {
  test('an expired token is refused', async (t) => {
    const server = await startRteHub({ tokenSeconds: -1 });
    t.after(server.stop);
    const { Token } = await askForToken(server.url);
    const headers = { Authorization: `Bearer ${Token}` };
    const answer = await fetch(`${server.url}/rte/negotiate?negotiateVersion=1`, { method: 'POST', headers });
    assert.equal(answer.status, 401);
  });

  test('the reason of a failed call is kept back unless the server was told otherwise', async (t) => {
    const server = await startRteHub();
    t.after(server.stop);
    const client = await connect(server.url);
    t.after(client.stop);
    await assert.rejects(client.invoke('Subscribe', 'everything'), {
      message: "Failed to invoke 'Subscribe' due to an error on the server.",
    });
  });

  test('a test can emit an event of its own', async (t) => {
    const server = await startRteHub({ interval: 0 });
    t.after(server.stop);
    const client = await connect(server.url);
    t.after(client.stop);
    const [agent] = (await askForDirectory(server.url)).agents;
    await client.invoke('Subscribe', [{ EntityId: agent.id, EventName: 'UserStatus' }]);
    const event = { EventType: 'UserStatus', EntityType: 'User', EntityId: agent.id, Note: 'from <a> test' };
    const answer = await fetch(`${server.url}/control/emit`, { method: 'POST', body: JSON.stringify(event) });
    assert.equal(await answer.json(), 1);
    const { subscription, data } = await client.message(() => true);
    assert.deepEqual(data, event);
    const [active] = await client.invoke('ActiveSubscriptions');
    assert.deepEqual(subscription, active);
  });

  test('abort ends the connections without a word', async (t) => {
    const server = await startRteHub();
    t.after(server.stop);
    const client = await connected(server.url);
    await fetch(`${server.url}/control/abort`, { method: 'POST' });
    await client.closed;
    assert.deepEqual(await (await fetch(`${server.url}/control/sessions`)).json(), []);
  });

  test('close ends the connections with a close record', async (t) => {
    const server = await startRteHub();
    t.after(server.stop);
    const client = await connected(server.url);
    await fetch(`${server.url}/control/close?error=Maintenance`, { method: 'POST' });
    assert.match(String(await client.closed), /Server returned an error on close: Maintenance/);
  });
});

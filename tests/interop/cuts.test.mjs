// Microsoft's client against the hub's SignalR server: every kind of call in both encodings, and connections that are cut
// at random moments.
//
// With stateful reconnect nothing may be lost and nothing may come twice; without it, what is lost must be told. The
// server counts who came and went, so that a client that was quietly replaced would show.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { MessagePackHubProtocol, signalR } from '../support/packages.mjs';
import { startSignalR } from '../support/servers.mjs';

const PROTOCOLS = { JSON: () => new signalR.JsonHubProtocol(), MessagePack: () => new MessagePackHubProtocol() };
const CUTS = 110;

/** A small generator whose seed is printed, so that a run can be repeated. */
function randomness(seed) {
  let state = seed;
  return (most) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * most);
  };
}

/** All of a stream, in order. */
const all = (stream) =>
  new Promise((resolve, reject) => {
    const items = [];
    stream.subscribe({ next: (item) => items.push(item), complete: () => resolve(items), error: reject });
  });

for (const [name, protocol] of Object.entries(PROTOCOLS)) {
  describe(`Microsoft's client in ${name}`, () => {
    let server;
    const connections = [];

    const build = (stateful) => {
      const builder = new signalR.HubConnectionBuilder()
        .withUrl(`${server.url}/hub`, { transport: signalR.HttpTransportType.WebSockets })
        .withHubProtocol(protocol())
        .withAutomaticReconnect(Array.from({ length: 50 }, () => 20))
        .configureLogging(signalR.LogLevel.None);
      const connection = (stateful ? builder.withStatefulReconnect() : builder).build();
      connections.push(connection);
      return connection;
    };
    const cut = async () => assert.equal((await fetch(`${server.url}/cut`, { method: 'POST' })).ok, true);
    const stats = async () => (await fetch(`${server.url}/stats`)).json();

    before(async () => {
      server = await startSignalR();
    });
    after(async () => {
      await Promise.all(connections.map((connection) => connection.stop()));
      await server?.stop();
    });

    test('values, errors, streams, uploads and results of the client pass both ways', async () => {
      const connection = build(false);
      connection.on('double', (number) => number * 2);
      connection.on('fail', () => {
        throw new Error('on purpose');
      });
      await connection.start();
      for (const value of [null, true, -7, 0.005, 2 ** 40, 'שלום "\\', [1, [2]], { a: null, b: [] }]) {
        assert.deepEqual(await connection.invoke('Echo', value), value);
      }
      assert.equal((await connection.invoke('Nothing')) ?? null, null);
      await assert.rejects(connection.invoke('Throw', 'on purpose'), /HubException: on purpose/);
      await assert.rejects(connection.invoke('Missing'), /Method does not exist|Unknown hub method/);
      assert.deepEqual(await all(connection.stream('Counter', 5, 1)), [0, 1, 2, 3, 4]);
      await assert.rejects(all(connection.stream('CounterFails', 2)), /counted enough/);
      const numbers = new signalR.Subject();
      const sum = connection.invoke('Upload', numbers);
      [1, 2, 3].forEach((number) => numbers.next(number));
      numbers.complete();
      assert.equal(await sum, 6);
      assert.equal(await connection.invoke('AskClient', 'double', 21), 42);
      await assert.rejects(connection.invoke('AskClient', 'fail'), /on purpose/);
      await assert.rejects(connection.invoke('AskClient', 'missing'), /didn't provide a result/);
      await connection.stop();
    });

    test(`with stateful reconnect ${CUTS} cuts lose nothing and repeat nothing`, async (context) => {
      const seed = Date.now() % 1_000_000;
      context.diagnostic(`seed ${seed}`);
      const random = randomness(seed);
      const connection = build(true);
      const told = [];
      const numbers = [];
      connection.on('Number', (number) => numbers.push(number));
      connection.onreconnecting((error) => told.push(`reconnecting: ${error}`));
      connection.onclose((error) => told.push(`closed: ${error}`));
      await connection.start();
      const { connectionId } = connection;
      const cameBefore = (await stats()).came;

      let cuts = 0;
      let calls = 0;
      let bursts = 0;
      const answers = [];
      const caller = async () => {
        while (cuts < CUTS) {
          const call = (calls += 1);
          answers.push([call, await connection.invoke('Add', call, 1)]);
        }
      };
      const burster = async () => {
        while (cuts < CUTS) {
          bursts += 1;
          await connection.invoke('Burst', 40);
        }
      };
      const streamer = async () => {
        while (cuts < CUTS) assert.deepEqual(await all(connection.stream('Counter', 12, 2)), [...Array(12).keys()]);
      };
      const cutter = async () => {
        while (cuts < CUTS && told.length === 0) {
          await pause(random(25));
          await cut();
          cuts += 1;
          // This client tries only once to take its session up, so the next cut waits until it has.
          await connection.invoke('Nothing');
        }
        cuts = CUTS;
      };
      await Promise.all([caller(), caller(), caller(), burster(), streamer(), cutter()]);

      assert.deepEqual(told, []);
      assert.equal(connection.connectionId, connectionId);
      assert.equal((await stats()).came, cameBefore, 'it was the same client all the time');
      assert.ok(answers.length > CUTS);
      assert.deepEqual(
        answers.map(([call]) => call).sort((a, b) => a - b),
        Array.from({ length: calls }, (_, index) => index + 1),
        'every call is answered once',
      );
      assert.ok(answers.every(([call, sum]) => sum === call + 1));
      assert.deepEqual(
        numbers,
        Array.from({ length: bursts * 40 }, (_, index) => index % 40),
        'every number once and in order',
      );
      await connection.stop();
    });

    test('without it every cut is told, and what follows is in order again', async () => {
      const connection = build(false);
      const numbers = [];
      let reconnecting = 0;
      connection.on('Number', (number) => numbers.push(number));
      connection.onreconnecting(() => (reconnecting += 1));
      await connection.start();
      const { came } = await stats();
      for (let round = 1; round <= 10; round += 1) {
        const back = new Promise((resolve) => connection.onreconnected(resolve));
        const lost = connection.invoke('Slow', 60_000);
        // Handled in any case: it fails with the connection, which may be before anybody waits for it.
        const failed = assert.rejects(lost);
        await cut();
        await failed;
        await back;
        assert.equal(reconnecting, round);
        numbers.length = 0;
        await connection.invoke('Burst', 100);
        assert.deepEqual(numbers, [...Array(100).keys()]);
      }
      assert.equal((await stats()).came, came + 10);
    });
  });
}

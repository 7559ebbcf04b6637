// What an RTE hub has to do, as the documentation says it, seen through Microsoft's own client.
//
// The same tests run against Microsoft's server and against the embedded hub: the first shows that the expectations are
// right, the second that the embedded hub meets them. The error texts are the ones of Microsoft's server
// with its detailed errors switched on.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { connect } from '../support/official-client.mjs';
import { askForDirectory, askForToken, credentials, withWrongSignature } from '../support/servers.mjs';

/** The origin of a page that comes from elsewhere; a server under test has to allow it. */
export const PORTAL = 'http://portal.example';

const NOBODY = '00000000-0000-4000-8000-000000000000';
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function describeRteHub(name, startServer, { skip = false } = {}) {
  describe(name, { skip }, () => {
    let server;
    let directory;
    const clients = [];
    const client = async (options) => {
      const made = await connect(server.url, options);
      clients.push(made);
      return made;
    };

    before(async () => {
      server = await startServer();
      directory = await askForDirectory(server.url);
    });
    after(async () => {
      await Promise.all(clients.map((one) => one.stop()));
      await server?.stop();
    });

    test('the token endpoint answers with the address of the hub and a signed token', async () => {
      const answer = await askForToken(server.url);
      assert.match(answer.WssEndpoint, /^ws:\/\/127\.0\.0\.1:\d+\/rte$/);
      const parts = answer.Token.split('.');
      assert.equal(parts.length, 3);
      const read = (part) => JSON.parse(Buffer.from(part, 'base64url'));
      assert.equal(read(parts[0]).alg, 'HS256');
      assert.ok(read(parts[1]).exp > Date.now() / 1000);
    });

    test('the token endpoint refuses a request without credentials', async () => {
      const answer = await fetch(`${server.url}/token/me/rte/`);
      assert.equal(answer.status, 401);
    });

    test('the directory names agents, queues and call lists', () => {
      for (const kind of ['agents', 'queues', 'callLists']) {
        assert.ok(directory[kind].length > 0, kind);
        for (const entity of directory[kind]) {
          assert.match(entity.id, GUID);
          assert.ok(entity.name.length > 0);
        }
      }
    });

    for (const [what, token] of [
      ['without a token', () => ''],
      ['with something that is no token', () => 'nonsense'],
      ['with a token whose signature is wrong', withWrongSignature],
    ]) {
      test(`negotiate ${what} is answered 401`, async () => {
        const { Token } = await askForToken(server.url);
        const headers = token(Token) ? { Authorization: `Bearer ${token(Token)}` } : {};
        const answer = await fetch(`${server.url}/rte/negotiate?negotiateVersion=1`, { method: 'POST', headers });
        assert.equal(answer.status, 401);
      });
    }

    test('the client is told of the 401 when its token is wrong', async () => {
      const { Token } = await askForToken(server.url);
      await assert.rejects(client({ token: withWrongSignature(Token) }), /401/);
    });

    test('a WebSocket without a token is refused, even when negotiate was left out', async () => {
      const { WssEndpoint } = await askForToken(server.url);
      const answer = await fetch(WssEndpoint.replace(/^ws/, 'http'));
      assert.equal(answer.status, 401);
    });

    test('a page on another origin may ask for a token and negotiate', async () => {
      const origin = PORTAL;
      for (const [path, method, wanted] of [
        ['/token/me/rte/', 'GET', 'authorization'],
        ['/rte/negotiate?negotiateVersion=1', 'POST', 'authorization,x-requested-with,x-signalr-user-agent'],
      ]) {
        const answer = await fetch(server.url + path, {
          method: 'OPTIONS',
          headers: {
            Origin: origin,
            'Access-Control-Request-Method': method,
            'Access-Control-Request-Headers': wanted,
          },
        });
        assert.ok(answer.ok, `${path} answered ${answer.status}`);
        assert.equal(answer.headers.get('access-control-allow-origin'), origin);
        const allowed = answer.headers.get('access-control-allow-headers').toLowerCase();
        for (const header of wanted.split(',')) {
          assert.ok(allowed.includes(header), `${header} is not among ${allowed}`);
        }
      }
      const answer = await fetch(`${server.url}/token/me/rte/`, { headers: { ...credentials(), Origin: origin } });
      assert.equal(answer.headers.get('access-control-allow-origin'), origin);
    });

    test('each item of Subscribe is checked by itself, with the documented answers', async () => {
      const { invoke } = await client();
      const [agent] = directory.agents;
      const results = await invoke('Subscribe', [
        { EntityId: agent.id, EventName: 'UserStatus' },
        { EntityId: 'not-a-guid', EventName: 'UserStatus' },
        { EntityId: agent.id, EventName: 'UserMood' },
        { EntityId: NOBODY, EventName: 'UserStatus' },
        { EntityId: 'not-a-guid', EventName: 'UserMood' },
        { EntityId: directory.queues[0].id, EventName: 'QueueStatus' },
      ]);
      assert.deepEqual(results, [
        { subscribed: true, message: null, entityId: agent.id, eventName: 'userstatus' },
        { subscribed: false, message: 'Invalid EntityId', entityId: 'not-a-guid', eventName: 'userstatus' },
        { subscribed: false, message: 'Invalid event name', entityId: agent.id, eventName: 'usermood' },
        { subscribed: false, message: 'Unauthorized', entityId: NOBODY, eventName: 'userstatus' },
        { subscribed: false, message: 'Invalid EntityId', entityId: 'not-a-guid', eventName: 'usermood' },
        { subscribed: true, message: null, entityId: directory.queues[0].id, eventName: 'queuestatus' },
      ]);
    });

    test('names are read without regard to case', async () => {
      const { invoke } = await client();
      const results = await invoke('Subscribe', [
        { entityId: directory.agents[0].id.toUpperCase(), eventName: 'userSTATUS' },
      ]);
      assert.equal(results[0].subscribed, true);
      assert.equal(results[0].eventName, 'userstatus');
    });

    test('MessageReceived carries the subscription and the data, in camelCase', async () => {
      const { invoke, message } = await client();
      const wanted = [
        ...directory.agents.flatMap(({ id }) => [
          { EntityId: id, EventName: 'UserStatus' },
          { EntityId: id, EventName: 'UserAvailability' },
        ]),
        ...directory.queues.map(({ id }) => ({ EntityId: id, EventName: 'QueueStatus' })),
        ...directory.callLists.map(({ id }) => ({ EntityId: id, EventName: 'CallbackChanged' })),
      ];
      const results = await invoke('Subscribe', wanted);
      assert.ok(results.every((result) => result.subscribed));
      for (const [eventType, entityType, own] of [
        ['UserStatus', 'User', 'userId'],
        ['QueueStatus', 'Queue', 'queueId'],
        ['CallbackChanged', 'CallList', 'callListId'],
      ]) {
        const { subscription, data } = await message((one) => one.data.eventType === eventType);
        assert.match(subscription.id, GUID);
        assert.equal(subscription.eventType, eventType);
        assert.equal(subscription.entityType, entityType);
        assert.equal(subscription.entityId, data.entityId);
        assert.equal(subscription.rootEntityType, 'Organization');
        assert.equal(subscription.allEntities, false);
        assert.equal(data.entityType, entityType);
        assert.equal(data[own], data.entityId);
        assert.equal(typeof data.messageTTLSeconds, 'number');
        assert.match(data.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z$/);
        assert.match(data.id, GUID);
      }
    });

    test('only what was subscribed is received', async () => {
      const { invoke, message, received } = await client();
      const [queue] = directory.queues;
      await invoke('Subscribe', [{ EntityId: queue.id, EventName: 'QueueStatus' }]);
      await message((one) => one.data.eventType === 'QueueStatus');
      assert.ok(received.every(({ data }) => data.eventType === 'QueueStatus' && data.entityId === queue.id));
    });

    test('AvailableSubscriptions lists the event names and refuses an argument', async () => {
      const { invoke } = await client();
      const names = await invoke('AvailableSubscriptions');
      for (const name of ['UserStatus', 'UserAvailability', 'QueueStatus', 'CallbackChanged', 'UserCallInComing']) {
        assert.ok(names.includes(name), name);
      }
      assert.equal(names.length, 36);
      await assert.rejects(invoke('AvailableSubscriptions', []), {
        message:
          "Failed to invoke 'AvailableSubscriptions' due to an error on the server. InvalidDataException: " +
          'Invocation provides 1 argument(s) but target expects 0.',
      });
    });

    test('ActiveSubscriptions follows Subscribe, Unsubscribe and UnsubscribeAll', async () => {
      const { invoke } = await client();
      const items = directory.agents.slice(0, 3).map(({ id }) => ({ EntityId: id, EventName: 'UserStatus' }));
      const active = async () => (await invoke('ActiveSubscriptions')).map(({ entityId }) => entityId).sort();
      assert.deepEqual(await active(), []);
      await invoke('Subscribe', items);
      await invoke('Subscribe', items.slice(0, 1));
      assert.deepEqual(await active(), items.map((item) => item.EntityId).sort());
      const [one] = await invoke('ActiveSubscriptions');
      assert.equal(one.eventType, 'UserStatus');
      assert.equal(one.entityType, 'User');
      assert.equal(one.allRootEntities, false);

      const results = await invoke('Unsubscribe', [items[0], { EntityId: 'not-a-guid', EventName: 'UserStatus' }]);
      assert.equal(results[0].message, null);
      assert.equal(results[0].entityId, items[0].EntityId);
      assert.equal(results[1].message, 'Invalid EntityId');
      assert.deepEqual(await active(), items.slice(1).map((item) => item.EntityId).sort());

      assert.equal(await invoke('UnsubscribeAll'), true);
      assert.deepEqual(await active(), []);
    });

    test('subscriptions are not kept over a reconnect', async () => {
      const first = await client();
      await first.invoke('Subscribe', [{ EntityId: directory.agents[0].id, EventName: 'UserStatus' }]);
      await first.stop();
      const second = await client();
      assert.deepEqual(await second.invoke('ActiveSubscriptions'), []);
    });

    test('a method that the hub does not have is named in the error', async () => {
      const { invoke } = await client();
      await assert.rejects(invoke('NoSuchMethod', 1), {
        message: "Failed to invoke 'NoSuchMethod' due to an error on the server. HubException: Method does not exist.",
      });
    });

    test('a wrong argument is an error of that call and not of the connection', async () => {
      const { invoke } = await client();
      await assert.rejects(invoke('Subscribe', 'everything'), {
        message:
          "Failed to invoke 'Subscribe' due to an error on the server. InvalidDataException: Error binding arguments. " +
          'Make sure that the types of the provided values match the types of the hub method being invoked.',
      });
      assert.deepEqual(await invoke('ActiveSubscriptions'), []);
    });
  });
}

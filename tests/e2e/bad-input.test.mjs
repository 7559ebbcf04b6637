// What is wrong on the wire, with the token or in config.json costs nothing but itself, and is said in words.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { eventually, onDesk, startBrowser } from '../support/browser.mjs';
import { askForToken, startHub, withWrongSignature } from '../support/servers.mjs';
import { Wire } from '../support/wire.mjs';

const CENTRE = { site: process.env.SWITCHHOOK_DIST, agents: 12, queues: 3, callbacks: 5, rate: 0 };
// A refused request is an error to the browser, and meant to happen here.
const tolerate = [/Failed to load resource/, /WebSocket connection to/];

describe('bad input', () => {
  let browser;
  let hub;

  before(async () => {
    browser = await startBrowser();
    hub = await startHub(CENTRE);
  });
  after(async () => {
    await browser?.stop();
    await hub?.stop();
  });

  describe('from the hub', () => {
    let agent = 1000;
    /** A scenario with the wire in hand, three queues to tell of, and a desk that must still be live in the end. */
    const wired = (name, scenario) =>
      test(name, () => {
        agent = agent === 1005 ? 1001 : agent + 1;
        const who = { agent: String(agent), extension: String(agent + 3000) };
        const wire = new Wire();
        return onDesk(
          browser,
          hub.url,
          name,
          async (desk) => {
            await desk.startShift(who);
            await desk.part('queue').nth(2).waitFor();
            const queues = await desk.part('queue').evaluateAll((rows) => rows.map((row) => row.dataset.id));
            const waiting = (index, count, more) =>
              wire.next('QueueStatus', { nbrOfQueuingRequesters: count, ...more }, queues[index]);
            const shows = (index, count) =>
              eventually(async () =>
                assert.match(await desk.row(queues[index]).innerText(), new RegExp(`\\b${count}\\b`)),
              );
            // What the hub itself says of these queues meanwhile would come between a test and what it looks for.
            wire.hold();
            await scenario(desk, wire, { queues, waiting, shows });
            wire.release();
            assert.equal(await desk.part('connection').getAttribute('data-link'), 'live');
            // And the desk still works.
            await desk.choose('not-ready', 3);
            await eventually(async () => assert.match(await desk.command('state-menu').textContent(), /Meeting/));
            await desk.choose('sign-out');
            await desk.part('sign-in').waitFor();
          },
          { prepare: wire.prepare },
        );
      });

    wired(
      'a record that is not JSON between good ones is counted, its neighbours are shown',
      async (desk, wire, on) => {
        assert.equal(await desk.part('unusable').count(), 0);
        wire.slip(on.waiting(0, 71), '{"type":1,"target":"MessageReceived","arguments":[{', on.waiting(1, 72));
        await on.shows(0, 71);
        await on.shows(1, 72);
        await eventually(async () => assert.match(await desk.part('unusable').innerText(), /^1 message/));
        wire.slip('%&$!', on.waiting(2, 73), '[]', '');
        await on.shows(2, 73);
        await eventually(async () => assert.match(await desk.part('unusable').innerText(), /^4 messages/));
      },
    );

    wired('records of unknown kinds are passed over', async (desk, wire, on) => {
      const unknownEvent = on.waiting(0, 99);
      unknownEvent.arguments[0].data.eventType = 'QueueWeather';
      wire.slip(
        on.waiting(0, 61),
        { type: 47, surprise: true },
        { type: 1, target: 'SomethingElse', arguments: [1, 'two', { three: null }] },
        { type: 1, target: 'CtiEvent', arguments: ['OnNothingKnown', { UniqueObjectID: 'x', EnablementMask: 0 }] },
        unknownEvent,
        on.waiting(1, 62),
      );
      await on.shows(1, 62);
      await on.shows(0, 61);
      assert.equal(await desk.part('unusable').count(), 0, 'what is merely new is no fault of the server');
    });

    wired(
      'unknown fields and enum values, and times that cannot be, leave the rest of the record',
      async (desk, wire, on) => {
        wire.slip(
          on.waiting(0, 51, { openStatus: 4711, mood: 'splendid', nested: { deep: [1, 2, { three: 4 }] } }),
          on.waiting(1, 52, { openStatus: 'Perhaps', maxWaitTime: -5 }),
        );
        await on.shows(0, 51);
        await on.shows(1, 52);
        const callback = await desk.part('callback').first().getAttribute('data-id');
        const changed = structuredClone(
          wire.heard.findLast((record) => record.arguments?.[0]?.data?.callBackId === callback),
        );
        Object.assign(changed.arguments[0].data, {
          contactName: 'Impossible Date',
          timestamp: new Date().toISOString(),
          dueDate: '2026-13-45T99:99:99Z',
          notBefore: 'tomorrow-ish',
          expiryDate: '0001-01-01T00:00:00',
        });
        wire.slip(changed);
        await eventually(async () => assert.match(await desk.row(callback).innerText(), /Impossible Date/));
        assert.doesNotMatch(await desk.row(callback).innerText(), /NaN|Invalid|9999/);
      },
    );

    wired('a record split over frames is put together', async (desk, wire, on) => {
      const text = `${JSON.stringify(on.waiting(0, 41))}\x1e${JSON.stringify(on.waiting(1, 42))}\x1e`;
      const third = Math.floor(text.length / 3);
      wire.send(text.slice(0, 7));
      wire.send(text.slice(7, third));
      wire.send(text.slice(third, third * 2));
      wire.send(text.slice(third * 2));
      await on.shows(0, 41);
      await on.shows(1, 42);
      assert.equal(await desk.part('unusable').count(), 0);
    });

    wired('a binary message, where text was agreed on, is refused and its neighbours are shown', async (desk, wire, on) => {
      wire.slip(on.waiting(0, 51));
      wire.send(Buffer.from(`${JSON.stringify(on.waiting(1, 52))}\x1e`));
      wire.slip(on.waiting(2, 53));
      await on.shows(0, 51);
      await on.shows(2, 53);
      await eventually(async () => assert.match(await desk.part('unusable').innerText(), /^1 message/));
    });

    wired('a record of 17 MB is refused, its neighbours are shown', async (desk, wire, on) => {
      const huge = { type: 1, target: 'MessageReceived', arguments: ['x'.repeat(17 * 1024 * 1024)] };
      wire.slip(on.waiting(0, 31), huge, on.waiting(1, 32));
      await on.shows(0, 31);
      await on.shows(1, 32);
      await eventually(async () => assert.match(await desk.part('unusable').innerText(), /^1 message/));
    });
  });

  describe('a token', () => {
    test('an agent id that nobody has is refused at sign-in, in words', () =>
      onDesk(
        browser,
        hub.url,
        'unknown agent',
        async (desk) => {
          const form = desk.part('sign-in');
          await form.locator('[name="agent-id"]').fill('9999');
          await form.locator('[name="extension"]').fill('4001');
          await desk.command('sign-in', form).click();
          await eventually(async () => {
            const words = await desk.part('sign-in-error').innerText();
            assert.match(words, /not accepted/);
            assert.match(words, /no agent with this id/, 'with the server’s own words');
          });
          assert.equal(await form.locator('[name="agent-id"]').inputValue(), '9999', 'nothing has to be typed again');
          await form.locator('[name="agent-id"]').fill('1001');
          await desk.command('sign-in', form).click();
          await desk.link('live');
        },
        { tolerate },
      ));

    test('a token with a wrong signature leads back to sign-in, in words', () =>
      onDesk(
        browser,
        hub.url,
        'wrong signature',
        async (desk) => {
          // The desk is there for a moment only, until the hub has said what it thinks of the token.
          await desk.askToSignIn();
          await eventually(async () =>
            assert.match(await desk.part('sign-in-error').innerText({ timeout: 1_000 }), /not accepted/),
          );
        },
        {
          tolerate,
          prepare: async (page) => {
            const answer = await askForToken(hub.url);
            await page.route('**/token/me/rte/', (route) =>
              route.fulfill({ json: { ...answer, Token: withWrongSignature(answer.Token) } }),
            );
          },
        },
      ));

    test('a token that has expired when the desk reconnects leads back to sign-in, in words', async (t) => {
      const own = await startHub({ ...CENTRE, 'token-lifetime': 3 });
      t.after(own.stop);
      const wire = new Wire();
      const answers = [];
      await onDesk(
        browser,
        own.url,
        'expired token',
        async (desk) => {
          await desk.startShift();
          // The portal gives out the same token again and again; the hub takes it once.
          await eventually(async () => {
            const headers = { Authorization: `Bearer ${answers[0].Token}` };
            const { status } = await fetch(`${own.url}/rte/negotiate?negotiateVersion=1`, { method: 'POST', headers });
            assert.equal(status, 401);
          }, 15_000);
          await wire.cut();
          await desk.part('sign-in').waitFor();
          const words = await desk.part('sign-in-error').innerText();
          assert.match(words, /\S/);
          assert.match(words, /not accepted|expired|sign in/i);
        },
        {
          tolerate,
          prepare: async (page) => {
            await wire.prepare(page);
            await page.route('**/token/me/rte/', async (route) => {
              answers[0] ??= await (await route.fetch()).json();
              await route.fulfill({ json: answers[0] });
            });
          },
        },
      );
    });

    test('a token endpoint that is away is said to be away, not the agent to be wrong', () =>
      onDesk(
        browser,
        hub.url,
        'token endpoint away',
        async (desk) => {
          const form = desk.part('sign-in');
          await form.locator('[name="agent-id"]').fill('1002');
          await form.locator('[name="extension"]').fill('4002');
          await desk.command('sign-in', form).click();
          await eventually(async () =>
            assert.match(await desk.part('sign-in-error').innerText(), /cannot be reached[\s\S]*status 503/),
          );
        },
        { tolerate, prepare: (page) => page.route('**/token/me/rte/', (route) => route.fulfill({ status: 503 })) },
      ));
  });

  describe('config.json', () => {
    const config = (name, answer, words) =>
      test(name, () =>
        onDesk(
          browser,
          hub.url,
          name,
          async (desk) => {
            const screen = desk.part('bad-config');
            await screen.waitFor();
            const said = await screen.innerText();
            words.forEach((word) => assert.match(said, word));
            assert.equal(await desk.part('sign-in').count(), 0);
          },
          { tolerate, prepare: (page) => page.route('**/config.json', (route) => route.fulfill(answer)) },
        ),
      );

    config('is missing', { status: 404, body: 'Not found' }, [/status 404/, /beside index\.html/]);
    config('is a web page', { contentType: 'text/html', body: '<!doctype html><title>Portal</title>' }, [
      /not JSON/,
      /not a web page/,
    ]);
    config('is JSON of another shape', { json: ['source'] }, [/must be an object/]);
    config(
      'has values of wrong types',
      {
        json: {
          source: {
            token: { url: 7 },
            hub: 'somewhere',
            snapshot: 'yes',
            telephony: 'sip',
            queueNameVariable: 11,
            directory: { agents: [{ name: 'Nobody' }], queues: {} },
          },
          zonelessTimes: 'Mars',
        },
      },
      [
        /source\.token\.url/,
        /source\.hub/,
        /source\.snapshot: must be true or false/,
        /source\.telephony/,
        /source\.queueNameVariable/,
        /source\.directory\.agents\[0\]/,
        /source\.directory\.queues/,
        /zonelessTimes/,
      ],
    );

    test('has keys of a newer version: the page starts all the same', () =>
      onDesk(browser, hub.url, 'newer config', (desk) => desk.part('sign-in').waitFor(), {
        config: {
          palette: 'sepia',
          source: { token: { url: '/token/me/rte/', identify: 'basic' }, directory: { url: '/directory' }, extra: 1 },
        },
      }));
  });
});

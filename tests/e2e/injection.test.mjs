// What strangers write is text on the page and nothing else: the injection corpus through everything that a desk shows.
//
// The same corpus goes through every field of every event without a browser (tests/injection.rs). Here a text stands in
// all places at once, and after each the page is searched: nothing has run, nothing was asked for elsewhere, nothing
// stands elsewhere than with a plain text, and no text turns around what stands beside it.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { eventually, onDesk, startBrowser } from '../support/browser.mjs';
import { HUGE, Looks, TEXTS, UNRULY, Watch, assertNothing } from '../support/injection.mjs';
import { aboutUser } from '../support/on-call.mjs';
import { speak } from '../support/screens.mjs';
import { askForDirectory, startHub } from '../support/servers.mjs';
import { Wire } from '../support/wire.mjs';

const CENTRE = { site: process.env.SWITCHHOOK_DIST, agents: 12, queues: 3, callbacks: 5, seed: 7, rate: 0, grace: 0 };
/** A third of them, where all were seen elsewhere. */
const few = (texts) => texts.filter((_, place) => place % 3 === 0);
const VIEWS = [
  ['1440 × 900', { width: 1440, height: 900 }, 'en', TEXTS],
  ['320 × 700', { width: 320, height: 700 }, 'en', UNRULY],
  ['1440 × 900, from right to left', { width: 1440, height: 900 }, 'ar', UNRULY],
  ['320 × 700, from right to left', { width: 320, height: 700 }, 'ar', few(UNRULY)],
];
const ALL = TEXTS.map(({ text }) => text);
const CALL = 'call.5000.7001';
const CONTACT = 'ca11ca11-0000-4000-8000-000000007001';

describe('what strangers write', () => {
  let browser;
  let hub;
  let directory;

  before(async () => {
    [browser, hub] = await Promise.all([startBrowser(), startHub(CENTRE)]);
    directory = await askForDirectory(hub.url);
  });
  after(() => Promise.all([browser?.stop(), hub?.stop()]));

  test('would be found out if it were anything but text', async () => {
    const page = await browser.context.newPage();
    const found = async (markup, before) => {
      await page.setContent(`<main>${markup}</main>`);
      const wrong = await new Looks({ page }).bears('', ['\u202etxt.exe'], before);
      return wrong.map(([what]) => what.split(':')[0]);
    };
    assert.deepEqual(await found('plain <bdi>\u202etxt.exe</bdi> <p>\u202etxt.exe</p> \u2068שלום\u2069'), []);
    assert.deepEqual(await found('<svg></svg>'), ['a drawing']);
    assert.deepEqual(await found('<iframe></iframe>'), ['an element']);
    assert.deepEqual(await found('<b onclick="1">b</b>'), ['an attribute']);
    assert.deepEqual(await found('<b style="color: red">b</b>'), ['an attribute']);
    assert.deepEqual(await found('From \u202etxt.exe at noon'), ['not set apart']);
    assert.deepEqual(await found('<p><b>\u202etxt.exe</b> at noon</p>'), ['not set apart']);
    assert.deepEqual(await found(`Z${'\u0301'.repeat(20)}`), ['drawn over its neighbours']);
    assert.match((await found('x'.repeat(2_000))).join(), /^the page is \d+ px wide on \d+ px$/);
    const place = { 'bar section': [0, 0, 100, 20] };
    assert.match((await found('<section data-part="bar">x</section>', place)).join(), /^bar section was at/);
    assert.deepEqual(await found('x', place), ['bar section is gone']);
    await page.evaluate(() => (globalThis.pwned = 1));
    assert.deepEqual((await new Looks({ page }).bears('', []))[0], ['something ran', '']);
    await page.close();
  });

  /** A desk with its wire in hand, watched for what texts must not bring about. */
  const watched = (name, scenario, { prepare, ...options } = {}) =>
    test(name, async () => {
      const [wire, watch] = [new Wire(), new Watch()];
      await onDesk(
        browser,
        hub.url,
        `injection ${name}`,
        async (desk) => {
          await scenario(desk, { wire, looks: new Looks(desk) });
          watch.assertQuiet(hub.url);
        },
        {
          prepare: async (page) => {
            await watch.prepare(page);
            await prepare?.(page);
            await wire.prepare(page);
          },
          ...options,
        },
      );
    });

  /** The same in each view; English is spoken again afterwards. */
  const inEachView = async (desk, scenario) => {
    for (const [view, size, language, texts] of VIEWS) {
      await desk.page.setViewportSize(size);
      await speak(desk, language);
      await scenario(view, texts, size);
    }
    await speak(desk, 'en');
  };

  const cti = (event, fields) => ({ type: 1, target: 'CtiEvent', arguments: [event, fields] });

  const me = () => directory.agents.find(({ agentId }) => agentId === '1001').id;
  /** What is told of the call that `inCall` makes up. */
  const call = { UniqueObjectID: CALL, ICMEnterpriseUniqueID: CONTACT };
  const about = (type, fields) => aboutUser(type, me(), { callId: CONTACT, ...fields });
  const colleague = { UniqueObjectID: 'agent.5000.1002', AgentID: '1002', CTIOS_MONITORED: 1 };
  const phrase = { isIntermediate: false, confidence: 0.9, duration: 9, offsetMilliseconds: 0 };

  /** A text in every list and panel of a desk at once; no two tellings with different numbers are the same. */
  const everywhere = (wire, text, number) => [
    // People and queues.
    cti('OnMonitoredAgentInfoEvent', { ...colleague, AgentLastName: text }),
    cti('OnMonitoredAgentStateChange', { ...colleague, AgentExtension: text, AgentState: 3 }),
    about('UserAvailability', { availability: text, note: text, transferNumber: text }),
    wire.next('QueueStatus', { queueName: text }),
    // Callbacks.
    wire.next('CallbackChanged', {
      contactName: text,
      contactNumber: text,
      contactMessage: text,
      note: text,
      channelIn: text,
      calculatedPriority: text,
      callbackExtras: [{ id: 1, name: text, value: text }],
    }),
    // The call at hand: who it is, what is known of it, what is said, where it is led.
    cti('OnCallDataUpdate', { ...call, ANI: text, DNIS: text, CallVariable1: text, CallWrapupData: text }),
    cti('OnCallDataUpdate', { ...call, CallVariable10: text, UserToUserInfo: text }),
    cti('OnCallDataUpdate', { ...call, ECC: { 'user.note': text, user: { list: [text] } } }),
    cti('OnCallDiverted', { ...call, DivertingDeviceID: text, CalledDeviceID: text }),
    about('UserRealTimeTranscriptPhrase', { ...phrase, phrase: text, speakerRole: 'Customer' }),
    about('UserRealTimeTranscriptPhrase', { ...phrase, phrase: text, speakerRole: text }),
    // Alerts, messages, and what the telephony server says.
    about('UserAlert', {
      alertId: `${number}`,
      conditionName: text,
      conditionExpression: text,
      conditionValue: text,
      value: text,
    }),
    cti('OnChatMessage', { Distribution: 'team', Source: '1002', Message: text }),
    cti('OnChatMessage', { Distribution: 'agent', Source: '1003', Message: text }),
    cti('OnCTIOSFailure', { FailureCode: 4711, ErrorMessage: text }),
  ];

  /** A shift in the middle of a conversation that the wire has made up. */
  async function inCall(desk, wire) {
    await desk.startShift();
    await desk.part('callback').first().waitFor();
    await eventually(() => assert.ok(wire.last('QueueStatus') && wire.last('CallbackChanged')));
    wire.slip(
      cti('OnCallBegin', { ...call, CallType: 1, ANI: '+358401234567', DNIS: '800', CallStatus: 2 }),
      cti('OnCallEstablished', { UniqueObjectID: CALL, CallStatus: 3, EnablementMask: 0x126 }),
      cti('OnCurrentCallChanged', { UniqueObjectID: CALL }),
    );
    await desk.call('connected').waitFor();
    // What the centre goes on to tell would be told in between.
    wire.hold();
  }

  watched('is text in every list and panel, and everything keeps its place', async (desk, { wire, looks }) => {
    await inCall(desk, wire);
    const found = [];
    let number = 0;
    const tell = (text) => wire.slip(...everywhere(wire, text, (number += 1)));
    // The counts have two digits from now on.
    Array.from({ length: 12 }, () => tell('plain'));
    await inEachView(desk, async (view, texts) => {
      tell('plain');
      const before = await looks.places();
      for (const { name, text } of texts) {
        tell(text);
        // What was said before still stands in its lists.
        found.push(...(await looks.bears(`${view}, ${name}`, ALL, before)));
      }
      // It is there, as it came.
      const plain = '<b>"plain" &amp; simple</b>';
      tell(plain);
      for (const part of ['queue', 'callback', 'call', 'call-data', 'phrase', 'conversation']) {
        await eventually(async () => assert.ok((await desk.part(part).allTextContents()).join().includes(plain), part));
      }
    });
    assertNothing(found);
  });

  watched('is text in the bar and among the notices, and pushes nothing out of sight', async (desk, { wire, looks }) => {
    await inCall(desk, wire);
    const found = [];
    await inEachView(desk, async (view, _, size) => {
      const tell = (text) =>
        wire.slip(
          cti('OnAgentInfoEvent', { AgentLastName: text }),
          cti('OnEmergencyCall', { AgentID: '1002', AgentExtension: text, ConnectionCallID: 7 }),
          cti('OnMonitoredAgentInfoEvent', { ...colleague, AgentLastName: text }),
        );
      tell('plain');
      const before = { 'calls section': (await looks.places())['calls section'] };
      // In one column there is room for some lines more; beside each other nothing has any to give.
      const room = size.width > 1_000 ? 1 : 200;
      for (const { name, text } of UNRULY) {
        tell(text);
        found.push(...(await looks.bears(`${view}, ${name}`, text, before, room)));
      }
    });
    assertNothing(found);
  });

  watched(
    'is text where a call calls for attention: in the title, in notifications, among missed calls',
    async (desk, { wire, looks }) => {
      await desk.startShift();
      wire.hold();
      const found = [];
      const shown = () => desk.page.evaluate(() => globalThis.shown);
      for (const [number, { name, text }] of UNRULY.entries()) {
        const ringing = { UniqueObjectID: `call.5000.${8000 + number}` };
        wire.slip(
          cti('OnCallBegin', { ...ringing, CallType: 1, ANI: text, DNIS: text, CallVariable1: text, CallStatus: 2 }),
          cti('OnCallDelivered', { ...ringing, CallStatus: 2, EnablementMask: 1 }),
        );
        await eventually(async () => assert.equal((await shown()).length, number + 1, name));
        found.push(...(await looks.bears(`while it rings, ${name}`, ALL)));
        wire.slip(cti('OnCallCleared', { ...ringing, CallStatus: 0 }), cti('OnCallEnd', ringing));
        await desk.row(ringing.UniqueObjectID, desk.part('missed')).waitFor();
        found.push(...(await looks.bears(`when it was missed, ${name}`, ALL)));
      }
      for (const said of [...(await shown()).flat(), ...(await desk.page.evaluate(() => globalThis.titles))]) {
        assert.doesNotMatch(said, /[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/);
        assert.ok([...said].length < 1_200, `${said.length} letters`);
      }
      assertNothing(found);
    },
    {
      prepare: (page) =>
        page.addInitScript(() => {
          globalThis.shown = [];
          globalThis.titles = [];
          globalThis.Notification = class {
            static permission = 'granted';
            static requestPermission = () => Promise.resolve('granted');
            constructor(title, { body }) {
              globalThis.shown.push([title, body ?? '']);
            }
            close() {}
          };
          // The agent works in another window.
          document.hasFocus = () => false;
          new MutationObserver(() => globalThis.titles.push(document.title)).observe(document, {
            subtree: true,
            childList: true,
            characterData: true,
          });
        }),
    },
  );

  const named = [...UNRULY, ...TEXTS, ...HUGE.slice(0, 3)].map(({ text }) => text);
  watched(
    'is text in the directory: names of people, queues, lists, reasons and wrap-up codes',
    async (desk, { looks }) => {
      const found = [];
      await desk.startShift();
      await inEachView(desk, async (view) => {
        found.push(...(await looks.bears(view, named)));
        // All of them pass by.
        const list = desk.page.locator('.agent-list');
        for (const share of [0.33, 0.66, 1]) {
          await list.evaluate((element, to) => (element.scrollTop = element.scrollHeight * to), share);
          found.push(...(await looks.bears(`${view}, people`, named)));
        }
        await desk.command('state-menu').click();
        await desk.part('state-menu').waitFor();
        found.push(...(await looks.bears(`${view}, reasons`, named)));
        await desk.page.keyboard.press('Escape');
        const search = desk.part('write-to');
        if (!(await search.isVisible())) {
          return;
        }
        await search.fill('a');
        found.push(...(await looks.bears(`${view}, people found`, named)));
        await search.fill('');
      });
      assertNothing(found);
    },
    {
      prepare: (page) =>
        page.route('**/directory', async (route) => {
          const known = await (await route.fetch()).json();
          const rename = (entries) => entries.map((entry, place) => ({ ...entry, name: named[place % named.length] }));
          const strangers = named.map((text, place) => ({
            id: `stranger-${place}`,
            name: text,
            agentId: `${9000 + place}`,
            extension: text,
            team: text,
          }));
          await route.fulfill({
            json: {
              ...known,
              agents: [...known.agents, ...strangers],
              queues: rename(known.queues),
              callLists: rename(known.callLists),
              notReadyReasons: named.slice(0, 40).map((label, place) => ({ code: place + 1, label })),
              wrapUpReasons: named.slice(0, 40),
            },
          });
        }),
    },
  );

  test('is text at the sign-in, where a token is refused', async () => {
    const watch = new Watch();
    let answer = '';
    await onDesk(
      browser,
      hub.url,
      'injection sign-in',
      async (desk) => {
        const looks = new Looks(desk);
        const found = [];
        await desk.part('sign-in').waitFor();
        const wide = few(UNRULY).map((entry) => [{ width: 1440, height: 900 }, entry]);
        const narrow = HUGE.slice(1, 3).map((entry) => [{ width: 320, height: 700 }, entry]);
        for (const [size, { name, text }] of [...wide, ...narrow]) {
          answer = text;
          await desk.page.setViewportSize(size);
          await Promise.all([desk.page.waitForResponse('**/token/me/rte/'), desk.askToSignIn()]);
          await eventually(async () => assert.equal(await desk.part('sign-in-error').locator('.state').count(), 1));
          found.push(...(await looks.bears(name, text)));
        }
        assertNothing(found);
        watch.assertQuiet(hub.url);
      },
      {
        tolerate: [/401/],
        prepare: async (page) => {
          await watch.prepare(page);
          await page.route('**/token/me/rte/', (route) =>
            route.fulfill({ status: 401, contentType: 'text/plain; charset=utf-8', body: answer }),
          );
        },
      },
    );
  });

  watched(
    'is text where something was refused, and where the connection was closed',
    async (desk, { wire, looks }) => {
      const found = [];
      await desk.startShift();
      const override = TEXTS.find(({ name }) => /override/.test(name));
      const some = [...TEXTS.filter((_, place) => place % 12 === 0), override, HUGE[3]];
      for (const [place, { name, text }] of some.entries()) {
        await desk.page.setViewportSize(VIEWS[place % 2][1]);
        wire.swallows = true;
        await desk.choose('ready');
        const asked = ({ target, invocationId }) => target === 'SetAgentState' && invocationId;
        await eventually(() => assert.ok(wire.said.some(asked)));
        const { invocationId } = wire.said.findLast(asked);
        wire.said.length = 0;
        wire.swallows = false;
        wire.slip({ type: 3, invocationId, error: text });
        const failure = desk.part('failure').first();
        await desk.command('details', failure).click();
        await failure.locator('.details').waitFor();
        found.push(...(await looks.bears(`refused, ${name}`, text)));
        await desk.page.keyboard.press('Escape');
        await desk.command('dismiss', failure).click();
        await failure.waitFor({ state: 'detached' });
      }
      for (const { name, text } of some.slice(-2)) {
        // The hub cannot be reached for as long as the page is looked at.
        await desk.page.route('**/negotiate?*', (route) => route.abort());
        wire.slip({ type: 7, error: text, allowReconnect: true });
        await desk.link('reconnecting');
        found.push(...(await looks.bears(`closed, ${name}`, text)));
        await desk.page.unroute('**/negotiate?*');
        await desk.link('live', 30_000);
      }
      assertNothing(found);
    },
    { tolerate: [/WebSocket/, /Failed to load resource/, /ERR_/] },
  );

  watched('does not hold the desk up, however much of it there is', async (desk, { wire, looks }) => {
    await inCall(desk, wire);
    const found = [];
    const beat = async () => Number(await desk.page.evaluate(() => document.documentElement.dataset.heartbeat));
    for (const { name, text } of HUGE.slice(2, 5)) {
      const before = await beat();
      wire.slip(
        wire.next('QueueStatus', { queueName: text }),
        wire.next('CallbackChanged', { contactName: text }),
        cti('OnCallDataUpdate', { ...call, ANI: text, CallVariable1: text }),
        about('UserRealTimeTranscriptPhrase', { ...phrase, phrase: text, speakerRole: 'Customer' }),
        cti('OnChatMessage', { Distribution: 'team', Source: '1002', Message: text }),
        cti('OnCallDataUpdate', { ...call, CallVariable2: name }),
      );
      await eventually(async () =>
        assert.ok((await desk.part('call-data').allTextContents()).some((told) => told.includes(name))),
      );
      const pressed = Date.now();
      await desk.command('state-menu').click();
      await desk.part('state-menu').waitFor();
      const took = Date.now() - pressed;
      assert.ok(took < 5_000, `${name}: a press took ${took} ms`);
      await desk.page.keyboard.press('Escape');
      await eventually(async () => assert.ok((await beat()) > before, `${name}: the page lives`), 5_000);
      found.push(...(await looks.bears(name, text)));
      const longest = await desk.page.evaluate(longestText);
      assert.ok(longest <= 10_000, `${name}: a text of ${longest} units on the page`);
    }
    assertNothing(found);
  });

  /** Runs in the page: the most that a text or an attribute holds. */
  const longestText = () => {
    const lengths = [0];
    for (const { childNodes, attributes } of document.querySelectorAll('body *')) {
      lengths.push(...[...childNodes].map(({ data }) => data?.length ?? 0));
      lengths.push(...[...attributes].map(({ value }) => value.length));
    }
    return lengths.reduce((one, other) => Math.max(one, other));
  };
});

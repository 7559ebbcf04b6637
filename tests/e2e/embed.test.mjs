// The desk in a portal's frame on another origin, spoken with by hand: the handshake, commands, and being put away.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { startPortal } from '../support/bare-portal.mjs';
import { Desk, eventually, startBrowser } from '../support/browser.mjs';
import { askForToken, startHub } from '../support/servers.mjs';

for (const [host, storage] of [
  ['localhost', false],
  ['127.0.0.1', true],
]) {
  describe(`a desk in a frame ${storage ? 'that has storage' : 'without storage'}`, () => suite(host, storage));
}

/** Runs in every frame, before anything else: keeps a list of listeners of window and document, timers and frames. */
function watchLoose() {
  const loose = new Map();
  const watch = (owner, begin, end, nameOf) => {
    const [begins, ends] = [owner[begin], owner[end]];
    owner[begin] = function (...words) {
      const key = nameOf(this, words);
      const handle = begins.apply(this, words);
      if (key || handle) loose.set(key ?? `${begin} ${handle}`, begin);
      return handle;
    };
    owner[end] = function (...words) {
      loose.delete(nameOf(this, words) ?? `${begin} ${words[0]}`);
      return ends.apply(this, words);
    };
  };
  const once = (begin, end) => {
    const begins = globalThis[begin];
    globalThis[begin] = (act, ...words) => {
      let handle;
      const run = (...given) => {
        loose.delete(`${begin} ${handle}`);
        act(...given);
      };
      handle = begins(run, ...words);
      loose.set(`${begin} ${handle}`, begin);
      return handle;
    };
    const ends = globalThis[end];
    globalThis[end] = (handle) => {
      loose.delete(`${begin} ${handle}`);
      ends(handle);
    };
  };
  const callbacks = new WeakMap();
  let last = 0;
  const numbered = (callback) => callbacks.get(callback) ?? callbacks.set(callback, ++last).get(callback);
  watch(EventTarget.prototype, 'addEventListener', 'removeEventListener', (target, [type, callback]) =>
    (target === globalThis || target === document || target === undefined) && callback
      ? `listener ${type} ${numbered(callback)}`
      : `other`,
  );
  watch(globalThis, 'setInterval', 'clearInterval', () => undefined);
  once('setTimeout', 'clearTimeout');
  once('requestAnimationFrame', 'cancelAnimationFrame');
  globalThis.loose = () => [...loose.keys()].filter((key) => key !== 'other');
}

function suite(host, hasStorage) {
  let browser;
  let portal;
  let hub;

  before(async () => {
    portal = await startPortal(host);
    hub = await startHub({ site: process.env.SWITCHHOOK_DIST, agents: 4, seed: 7, rate: 0, 'embed-in': portal.origin });
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.stop();
    await hub?.stop();
    await portal?.stop();
  });

  /** Opens the portal; `scenario` gets a way to run code in it, and the desk's frame. `change` alters config.json. */
  const inPortal = (name, scenario, change) =>
    test(name, async () => {
      const page = await browser.context.newPage();
      if (change) {
        await page.route('**/config.json', async (route) => {
          const config = await (await route.fetch()).json();
          change(config);
          await route.fulfill({ json: config });
        });
      }
      const sockets = new Set();
      page.on('websocket', (socket) => {
        sockets.add(socket);
        socket.on('close', () => sockets.delete(socket));
      });
      // A frame of another origin does not take the focus by itself, which Chromium calls an error.
      await page.addInitScript(watchLoose);
      const outer = new Desk(page, [/Blocked autofocusing/]);
      await page.goto(portal.showing(`${hub.url}/`));
      const frame = page.frames().find((other) => other !== page.mainFrame());
      const bare = {
        page,
        frame,
        sockets,
        inner: page.frameLocator('iframe'),
        heard: () => page.evaluate(() => bare.heard),
        ask: (type, data) => page.evaluate(([type, data]) => bare.ask(type, data), [type, data]),
        until: (type, data = {}) =>
          page.evaluate(
            ([type, data]) =>
              bare.until(
                (message) =>
                  message.type === type && Object.entries(data).every(([name, value]) => message.data[name] === value),
              ),
            [type, data],
          ),
        hello: () => page.evaluate(() => bare.until((message) => message.type === 'hello')),
        join: (more) => page.evaluate((more) => bare.join(more), more),
      };
      try {
        await scenario(bare);
        outer.assertNothingWentWrong();
      } catch (error) {
        error.message += `\nEvidence: ${await outer.keepEvidence(name)}`;
        throw error;
      } finally {
        await page.close();
      }
    });

  const signIn = async ({ inner }) => {
    await inner.locator('[name="agent-id"]').fill('1001');
    await inner.locator('[name="extension"]').fill('4001');
    await inner.locator('[data-command="sign-in"]').click();
    // The agent may still be on the call of the test before.
    await inner.locator('[data-part="connection"][data-link="live"]').waitFor();
    await inner.locator('[data-part="state"]:not([data-state="unknown"], [data-state="signed-out"])').waitFor();
  };

  inPortal('says hello, is ready, and tells of the agent at work', async (bare) => {
    const { nonce } = await bare.hello();
    assert.match(nonce, /^[0-9a-f]{32}$/);
    await bare.join({ theme: 'dark', locale: 'de', subscribe: ['variables'] });
    const { data: ready } = await bare.until('ready');
    assert.equal(ready.version, 1);
    assert.ok(ready.capabilities.includes('dial') && ready.capabilities.includes('hold'));
    assert.ok(ready.topics.includes('variables'));
    await bare.until('connection', { state: 'idle' });
    await bare.until('agentState', { state: 'unknown' });
    await eventually(async () => {
      const root = bare.inner.locator('html');
      assert.equal(await root.getAttribute('data-theme'), 'dark');
      assert.equal(await root.getAttribute('lang'), 'de');
    });
    assert.equal((await bare.ask('setAgentState', { state: 'ready' })).error.code, 'notReady');

    await signIn(bare);
    await bare.until('connection', { state: 'connected' });
    await bare.until('agentState', { state: 'notReady' });
    const dialled = await bare.ask('dial', { number: '1002', mode: 'place' });
    assert.ok(['accepted', 'done'].includes(dialled.data?.phase), JSON.stringify(dialled));
    const { data: started } = await bare.until('callStarted');
    assert.equal(started.direction, 'outbound');
    assert.ok((await bare.until('controls', { callId: started.callId })).data.enabled.includes('endCall'));
    const ended = await bare.ask('callAction', { action: 'endCall', callId: started.callId });
    assert.equal(ended.ok, true, JSON.stringify(ended));
    await bare.until('callEnded', { callId: started.callId });

    const { data: snapshot } = await bare.ask('getSnapshot');
    const state = snapshot.messages.find((message) => message.type === 'agentState');
    assert.ok(state.data.state, JSON.stringify(snapshot));
    assert.equal((await bare.ask('callAction', { action: 'hold' })).error.code, 'noSuchCall');
    assert.equal((await bare.ask('juggle')).error.code, 'unknownType');

    await bare.ask('dial', { number: '+358 9 123 4567' });
    await eventually(async () => {
      assert.equal(await bare.inner.locator('[data-part="dial"] input').inputValue(), '+358 9 123 4567');
    });
    for (const view of ['settings', 'shortcuts', 'desk', 'chat', 'contact']) {
      assert.equal((await bare.ask('openView', { view })).ok, true);
    }
    // The agent's own choices are as they were.
    if (hasStorage) {
      const kept = await bare.frame.evaluate(() => Object.values(localStorage).join(' '));
      assert.ok(kept.includes('1001'), 'what the agent chose is kept');
      assert.ok(!/dark|\bde\b/.test(kept), kept);
    }
  });

  inPortal(
    'has links that the site has templates for, with no way back',
    async (bare) => {
      await bare.hello();
      await bare.join();
      await signIn(bare);
      await bare.ask('dial', { number: '1002', mode: 'place' });
      const link = bare.inner.locator('[data-part="call"] [data-part="screen-pop"] a');
      await link.waitFor();
      assert.equal(await link.innerText(), 'Customer <b>');
      assert.equal(await link.getAttribute('href'), 'https://crm.example/find?phone=1002');
      assert.equal(await link.getAttribute('rel'), 'noopener noreferrer');
      assert.equal(await bare.inner.locator('[data-part="contact"] [data-part="screen-pop"] a').count(), 1);
      await browser.context.route('https://crm.example/**', (route) =>
        route.fulfill({ contentType: 'text/html', body: '<title>CRM</title>' }),
      );
      const [opened] = await Promise.all([browser.context.waitForEvent('page'), link.click()]);
      await opened.waitForLoadState();
      assert.deepEqual(await opened.evaluate(() => [opener, document.referrer]), [null, '']);
      await opened.close();
    },
    (config) => {
      const template = { url: 'https://crm.example/find?phone={number}', on: 'ringing' };
      config.screenPop = {
        templates: [
          { name: 'Customer <b>', open: 'link', ...template },
          { name: 'Case', open: 'both', ...template, url: 'https://crm.example/case/{variable:Nothing}' },
          { name: 'Portal', open: 'host', ...template },
        ],
      };
    },
  );

  inPortal(
    'has its token from the portal and tells it nobody',
    async (bare) => {
      await bare.hello();
      await bare.join();
      await bare.until('ready');
      assert.equal(await bare.inner.locator('[name="password"]').count(), 0);
      await bare.inner.locator('[name="agent-id"]').fill('1001');
      await bare.inner.locator('[name="extension"]').fill('4001');
      await bare.inner.locator('[data-command="sign-in"]').click();
      await bare.until('tokenRequired', { reason: 'signIn' });
      const { Token: token } = await askForToken(hub.url);
      assert.equal((await bare.ask('token', { token })).ok, true);
      await bare.until('connection', { state: 'connected' });
      await bare.ask('exportDiagnostics');
      const [, claims, signature] = token.split('.');
      const heard = JSON.stringify(await bare.heard());
      assert.ok(!heard.includes(claims) && !heard.includes(signature), 'the token was told');
      const kept = hasStorage
        ? await bare.frame.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]))
        : '';
      assert.ok(!kept.includes(signature), 'the token was kept');
    },
    (config) => {
      config.source.token = 'portal';
      config.source.hub = `${hub.url.replace('http', 'ws')}/rte`;
    },
  );

  inPortal('does not answer strangers, wrong nonces or replays', async (bare) => {
    await bare.hello();
    await bare.page.evaluate(() => {
      const init = (nonce, ports = [new MessageChannel().port2]) =>
        bare.toWindow({ ccd: 1, type: 'init', nonce }, ports);
      init('0'.repeat(32));
      init(undefined);
      init(bare.nonce(), []);
      bare.toWindow({ ccd: 1, type: 'dial', id: 1, data: { number: '1' } });
      bare.toWindow(new Map([[1, 2]]));
      bare.toWindow('noise');
    });
    await bare.join();
    await bare.until('ready');
    await bare.page.evaluate(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => bare.heard.push({ through: 'replay', ...data });
      bare.toWindow({ ccd: 1, type: 'init', nonce: bare.nonce() }, [port2]);
    });
    const { data } = await bare.ask('exportDiagnostics');
    assert.equal(data.counters.refusedHandshakes, 4, JSON.stringify(data));
    const heard = await bare.heard();
    assert.deepEqual(heard.filter(({ through }) => through === 'replay'), []);
    assert.deepEqual([...new Set(heard.filter(({ through }) => through === 'window').map(({ type }) => type))], ['hello']);
    assert.deepEqual(await bare.page.evaluate(() => bare.strangers), []);
  });

  inPortal('refuses what is no message, too large or too much, and answers everything else', async (bare) => {
    await bare.hello();
    await bare.join();
    await bare.until('ready');
    await bare.page.evaluate(() => {
      const circle = {};
      circle.self = circle;
      for (const message of ['text', 7, null, circle, { ccd: 2, type: 'x' }, { type: 'x' }]) bare.post(message);
    });
    await bare.until('error', { code: 'malformed' });
    const codes = await bare.page.evaluate(async () => {
      let deep = {};
      for (let level = 0; level < 40; level++) deep = { deep };
      const large = await bare.ask('dial', { number: 'x'.repeat(70_000) });
      const nested = await bare.ask('dial', deep);
      const many = await Promise.all(Array.from({ length: 1_000 }, () => bare.ask('callAction', { action: 'answer' })));
      return [large.error.code, nested.error.code, ...new Set(many.map((answer) => answer.error.code))];
    });
    assert.deepEqual(codes, ['tooLarge', 'tooLarge', 'notReady']);
  });

  inPortal('is put away with every socket, lock and listener', async (bare) => {
    await bare.hello();
    await bare.join();
    await signIn(bare);
    await bare.until('connection', { state: 'connected' });
    const locks = () =>
      bare.frame.evaluate(async () => {
        const { held, pending } = await navigator.locks.query();
        return [...held, ...pending].map(({ name }) => name);
      });
    if (hasStorage) {
      await eventually(async () => assert.equal((await locks()).length, 1));
    }
    assert.equal(bare.sockets.size, 1);

    const loose = () => bare.frame.evaluate(() => globalThis.loose());
    assert.ok((await loose()).length > 5, 'a living desk listens');
    assert.equal((await bare.ask('dispose')).ok, true);
    await eventually(async () => {
      assert.deepEqual(await loose(), []);
      assert.deepEqual(hasStorage ? await locks() : [], []);
      assert.equal(bare.sockets.size, 0);
      assert.equal(await bare.inner.locator('[data-part="app"] *').count(), 0);
    });
    const before = (await bare.heard()).length;
    await bare.page.evaluate(() => bare.post({ ccd: 1, type: 'getSnapshot', id: 999 }));
    await bare.frame.evaluate(() => {
      for (const name of ['online', 'offline', 'pageshow', 'storage']) dispatchEvent(new Event(name));
      document.dispatchEvent(new Event('visibilitychange'));
    });
    // What is posted is delivered in order: an answer would be here before this one.
    await bare.frame.evaluate(() => parent.postMessage('over', '*'));
    await bare.page.evaluate(() => bare.settled());
    assert.equal((await bare.heard()).length, before);
    assert.equal(bare.sockets.size, 0);
  });
}

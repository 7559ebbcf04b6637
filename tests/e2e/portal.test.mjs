// The example portal with the desk in it, on two origins, under a strict policy on both sides and with all storage of
// third parties blocked; then the element by itself: what is asked at the wrong moment, moved, put away, or misused.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Desk, assertNoBarriers, eventually, startBrowser } from '../support/browser.mjs';
import { deskIn, startPortal } from '../support/portal.mjs';
import { askForToken, startHub } from '../support/servers.mjs';

// As a person blocks everything that sites of others could keep: a frame's storage throws.
const BLOCKED = {
  profile: { block_third_party_cookies: true, cookie_controls_mode: 1, default_content_setting_values: { cookies: 2 } },
};

// A frame may not take the focus by itself, and Chromium says so whenever something in it would like to have it.
const USUAL = [/Blocked autofocusing/];

const HEAD = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Portal</title><script src="switchhook-desk.js"></script>';
const PAGES = {
  // A portal's own page with nothing but the element, which a test points at a desk.
  '/element.html': `${HEAD}<main><h1>Portal</h1><switchhook-desk></switchhook-desk></main></html>`,
  // Somebody who is in the frame and speaks like a desk.
  '/framed/stranger.html': `<!doctype html><title>Stranger</title><script src="stranger.js"></script></html>`,
  '/framed/stranger.js': `addEventListener('message', ({ data }) => parent.postMessage({ heard: data }, '*'));
    parent.postMessage({ ccd: 1, type: 'hello', nonce: 'f'.repeat(32) }, '*');`,
};

describe('the desk in a portal', () => {
  let browser;
  let hub;
  let portal;

  before(async () => {
    portal = await startPortal(PAGES);
    hub = await startHub({
      site: process.env.SWITCHHOOK_DIST,
      agents: 8,
      queues: 2,
      callbacks: 2,
      seed: 7,
      rate: 0,
      grace: 0,
      'embed-in': portal.origin,
    });
    portal.allow(`${hub.url} ${portal.origin}`);
    browser = await startBrowser({ settings: BLOCKED });
  });
  after(async () => {
    await browser?.stop();
    await hub?.stop();
    await portal?.stop();
  });

  /** A page of the portal; every message that a window or a port of it gets or posts is kept. */
  const inPortal = (name, path, scenario) =>
    test(name, async () => {
      const page = await browser.context.newPage();
      const outer = new Desk(page, USUAL);
      await page.addInitScript(() => {
        globalThis.posted = [];
        const keep = (message) => posted.push(JSON.stringify(message) ?? '');
        const post = MessagePort.prototype.postMessage;
        MessagePort.prototype.postMessage = function (message, ...rest) {
          keep(message);
          return post.call(this, message, ...rest);
        };
        globalThis.MessageChannel = class extends MessageChannel {
          constructor() {
            super();
            keep('a channel');
            this.port1.addEventListener('message', ({ data }) => keep(data));
          }
        };
        addEventListener('message', ({ data }) => keep(data), true);
        document.addEventListener('securitypolicyviolation', (breach) =>
          console.error(`Content-Security-Policy: ${breach.violatedDirective} forbids ${breach.blockedURI}`),
        );
      });
      try {
        await page.goto(portal.origin + path.replace('{desk}', encodeURIComponent(`${hub.url}/`)));
        await scenario(page);
        outer.assertNothingWentWrong();
      } catch (error) {
        error.message += `\nEvidence: ${await outer.keepEvidence(name)}`;
        throw error;
      } finally {
        await page.close();
      }
    });

  /** Points the element at a desk and has it in `desk`; what it tells is kept in `told`. */
  const begin = (page, src, attributes = {}) =>
    page.evaluate(
      ([src, attributes]) => {
        globalThis.desk = document.querySelector('switchhook-desk');
        globalThis.told = [];
        desk.addEventListener('message', ({ detail }) => told.push(detail));
        for (const [name, value] of Object.entries(attributes)) desk.setAttribute(name, value);
        desk.setAttribute('src', src);
      },
      [src, attributes],
    );
  const untilTold = (page, type) =>
    page.waitForFunction((type) => told.find((message) => message.type === type)?.data ?? false, type).then((data) => data.jsonValue());
  const sockets = async () => (await (await fetch(`${hub.url}/bench/stats`)).json()).connections;
  /** How asking ended: its answer, or the error's code. */
  const outcome = (page, asking) =>
    page.evaluate(`${asking}.then((data) => data ?? null, ({ name, code }) => name + ' ' + code)`);

  inPortal('works with all storage blocked: click to dial, the strip, the log, layouts, colours, languages', '/?desk={desk}', async (page) => {
    const desk = await deskIn(page);
    await desk.startShift();
    await assert.rejects(desk.page.evaluate(() => localStorage.length), /denied|SecurityError/);
    await page.locator('[data-part="own-state"]', { hasText: 'notReady' }).waitFor();

    const number = page.locator('a.dial').first();
    await number.click();
    await eventually(async () =>
      assert.equal(await desk.part('dial').locator('input').inputValue(), '+358912345601'),
    );
    await number.click({ modifiers: ['Shift'] });
    const strip = page.locator('[data-part="strip"]');
    await strip.and(page.locator('[data-state="calling"], [data-state="talking"]')).waitFor();
    assert.match(await page.locator('[data-part="caller"]').innerText(), /358912345601/);
    const end = page.locator('[data-action="endCall"]:not(:disabled)');
    await end.click();
    await strip.and(page.locator('[data-state="none"]')).waitFor();
    await page.locator('[data-part="log"]', { hasText: 'callEnded' }).waitFor();

    const root = desk.page.locator('html');
    for (const layout of ['bar', 'full', 'compact']) {
      await page.locator('[name="layout"]').selectOption(layout);
      await desk.page.locator(`html[data-layout="${layout}"]`).waitFor();
    }
    await page.locator('[name="theme"]').selectOption('dark');
    await page.locator('[name="lang"]').selectOption('ar');
    await desk.page.locator('html[data-theme="dark"][lang="ar"][dir="rtl"]').waitFor();
    assert.equal(await root.getAttribute('data-layout'), 'compact');

    const token = (await askForToken(hub.url)).Token;
    const said = (await page.evaluate(() => posted)).join('\n');
    assert.match(said, /agentState/);
    assert.doesNotMatch(said, /eyJ|access_token|4001"?,"?password/);
    assert.ok(!said.includes(token.split('.')[0]), 'no token, nor a part of one');
  });

  inPortal('has no barriers, in light and in dark', '/?desk={desk}', async (page) => {
    const desk = await deskIn(page);
    await desk.part('sign-in').waitFor();
    for (const theme of ['light', 'dark']) {
      await page.locator('[name="theme"]').selectOption(theme);
      const outer = new Desk(page);
      assertNoBarriers(await outer.barriers({ onlyColours: theme === 'dark' }));
    }
  });

  inPortal('shows no page that a link names and the portal does not know', '/?desk=https://stranger.example/', async (page) => {
    await page.locator('[data-part="answer"][data-refused]').waitFor();
    assert.equal(await page.locator('iframe').count(), 0);
  });

  inPortal('as a bar it asks for room while a menu is open, and gives it back', '/element.html', async (page) => {
    await begin(page, `${hub.url}/`, { layout: 'bar' });
    const height = () => page.locator('iframe').evaluate((frame) => frame.getBoundingClientRect().height);
    const desk = await deskIn(page);
    await desk.signIn({ agent: '1002', extension: '4002' });
    await desk.ownState('not-ready');
    assert.equal(await height(), 64);
    await desk.command('state-menu').click();
    await eventually(async () => assert.ok((await height()) > 200, `${await height()} px`));
    await eventually(async () => {
      const { bottom } = await desk.part('state-menu').evaluate((menu) => menu.getBoundingClientRect());
      assert.ok(bottom <= (await height()), 'the menu is inside the frame');
    });
    await desk.page.locator('[data-layout="bar"] [data-part="desk"]').waitFor();
    await desk.part('state-menu').press('Escape');
    await eventually(async () => assert.equal(await height(), 64));
    await desk.command('unfold').click();
    await desk.part('dial').waitFor();
    await eventually(async () => assert.ok((await height()) > 400));
    await desk.command('unfold').click();
    await eventually(async () => assert.equal(await height(), 64));
    await desk.page.locator('html[data-layout="bar"]').waitFor();
  });

  inPortal('what is asked before the desk is ready waits for it; a thousand commands at once are all answered', '/element.html', async (page) => {
    await begin(page, `${hub.url}/`);
    const { messages } = await outcome(page, 'desk.getSnapshot()');
    assert.ok(messages.some(({ type }) => type === 'connection'), JSON.stringify(messages));
    assert.equal((await untilTold(page, 'ready')).version, 1);
    const codes = await page.evaluate(async () => {
      const all = Array.from({ length: 1_000 }, () => desk.callAction('answer', { deadlineMs: 2_000 }));
      const ended = await Promise.allSettled(all);
      return [...new Set(ended.map(({ reason }) => `${reason?.name} ${reason?.code}`))].sort();
    });
    assert.deepEqual(codes, ['DeskError notReady']);
    assert.equal(await outcome(page, 'desk.callAction("juggle")'), 'DeskError malformed');
    assert.equal(await outcome(page, 'desk.dial(() => 1)'), 'DeskError malformed');
    assert.equal(await outcome(page, 'desk.dial("1".repeat(70000))'), 'DeskError tooLarge');
    assert.equal(await outcome(page, 'desk.setAgentState("ready")'), 'DeskError notReady');
  });

  inPortal('hears nobody but its desk: not another origin in the frame, not another window, not other words', '/element.html', async (page) => {
    // The frame of a desk in which somebody else's page lies from the first moment.
    await page.evaluate(
      ([src, stranger]) => {
        globalThis.desk = document.querySelector('switchhook-desk');
        globalThis.told = [];
        desk.addEventListener('message', ({ detail }) => told.push(detail));
        desk.setAttribute('src', src);
        desk.shadowRoot.querySelector('iframe').src = stranger;
      },
      [`${hub.url}/`, `${portal.origin}/framed/stranger.html`],
    );
    await page.evaluate(() => {
      for (const message of [null, 'hello', { ccd: 2, type: 'hello', nonce: 'a' }, { ccd: 1, type: 'hello', nonce: 'b' }]) {
        postMessage(message, location.origin);
      }
    });
    await page.waitForFunction(() => posted.some((message) => message.includes('f'.repeat(32))));
    assert.equal(await page.evaluate(() => desk.ready), null);
    assert.ok(!(await page.evaluate(() => posted)).includes('"a channel"'), 'nobody was given a way to speak');
    assert.deepEqual(await page.evaluate(() => [told, posted.filter((message) => message.includes('heard'))]), [[], []]);
    assert.equal(await outcome(page, 'desk.openView("desk", { deadlineMs: 500 })'), 'DeskError notReady');
  });

  inPortal('put away it frees its socket; moved, put in again or pointed anew, it goes on', '/element.html', async (page) => {
    await eventually(async () => assert.equal(await sockets(), 0), 20_000);
    await begin(page, `${hub.url}/`);
    const signIn = async (who) => {
      const desk = await deskIn(page);
      await desk.part('sign-in').waitFor();
      await desk.signIn(who);
      await desk.link('live');
      return desk;
    };
    await signIn({ agent: '1003', extension: '4003' });
    assert.equal(await sockets(), 1);

    // Moved in one task: its frame is loaded anew, as browsers do, and is a desk again.
    await page.evaluate(() => {
      told.length = 0;
      document.querySelector('h1').after(document.createElement('section'));
      document.querySelector('section').append(desk);
    });
    await untilTold(page, 'ready');
    await eventually(async () => assert.equal(await sockets(), 0));
    await signIn({ agent: '1003', extension: '4003' });
    assert.equal(await sockets(), 1);

    await page.evaluate(() => desk.dispose());
    await eventually(async () => assert.equal(await sockets(), 0));
    assert.equal(await page.locator('iframe').count(), 0);
    assert.equal(await outcome(page, 'desk.dial("1")'), 'DeskError disposed');
    await page.evaluate((src) => {
      told.length = 0;
      desk.setAttribute('src', src);
    }, `${hub.url}/?again`);
    await untilTold(page, 'ready');
    const pending = page.evaluate(() => {
      const asked = desk.getSnapshot();
      desk.remove();
      return asked.then(() => 'answered', ({ code }) => code);
    });
    assert.equal(await pending, 'disposed');
  });

  inPortal('a portal that goes away takes the desk’s socket along', '/element.html', async (page) => {
    await begin(page, `${hub.url}/`);
    const desk = await deskIn(page);
    await desk.signIn({ agent: '1004', extension: '4004' });
    await desk.link('live');
    assert.equal(await sockets(), 1);
    await page.goto('about:blank');
    await eventually(async () => assert.equal(await sockets(), 0));
  });

  inPortal('two elements are two desks', '/element.html', async (page) => {
    await page.evaluate((src) => {
      globalThis.ready = [];
      const second = document.createElement('switchhook-desk');
      document.querySelector('main').append(second);
      for (const element of document.querySelectorAll('switchhook-desk')) {
        element.addEventListener('ready', () => ready.push(element === second));
        element.setAttribute('src', src);
      }
    }, `${hub.url}/`);
    await page.waitForFunction(() => ready.length === 2);
    assert.deepEqual((await page.evaluate(() => ready)).sort(), [false, true]);
  });
});

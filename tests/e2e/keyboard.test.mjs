// The desk by keys alone: nothing in this file touches a mouse.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { eventually, inLanguage, onDesk, startBrowser } from '../support/browser.mjs';
import { startHub } from '../support/servers.mjs';

const CENTRE = { site: process.env.SWITCHHOOK_DIST, agents: 12, queues: 3, callbacks: 8, seed: 7 };
const STILL = { ...CENTRE, rate: 0 };
const ALT_SHIFT = 1 | 8;

/** A desk in the hands of somebody who has no mouse. */
class Hands {
  constructor(desk) {
    this.desk = desk;
    this.page = desk.page;
  }

  async press(...keys) {
    for (const key of keys) {
      await this.page.keyboard.press(key);
    }
  }

  /** Alt, Shift and this key. */
  act(key) {
    return this.press(`Alt+Shift+${key}`);
  }

  type(text) {
    return this.page.keyboard.type(text);
  }

  /** What has the focus: its hooks, and whether a person can see that it has. */
  focus() {
    return this.page.evaluate(() => {
      const at = document.activeElement;
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(at);
      const card = at.closest('[data-part="call"]');
      return {
        lost: at === document.body,
        command: at.dataset.command ?? null,
        part: at.dataset.part ?? null,
        reason: at.dataset.reason ?? null,
        name: at.getAttribute('name'),
        call: card?.dataset.id ?? null,
        seen: (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) || boxShadow !== 'none',
      };
    });
  }

  /** Waits until the focus is at what has these hooks. */
  async at(wanted) {
    await eventually(async () => {
      const here = await this.focus();
      const hooks = Object.fromEntries(Object.keys(wanted).map((name) => [name, here[name]]));
      assert.deepEqual(hooks, wanted, JSON.stringify(here));
    });
  }

  /** Presses a key until the focus is where it should be; it may never be out of sight on the way. */
  async until(key, wanted) {
    const stops = [];
    for (let presses = 0; presses < 60; presses += 1) {
      await this.press(key);
      const here = await this.focus();
      stops.push(here.command ?? here.part ?? here.name ?? 'nothing');
      if (!here.lost && wanted(here)) {
        assert.ok(here.seen, `the focus can be seen at ${stops.at(-1)}`);
        return;
      }
    }
    assert.fail(`${key} never got there; it stopped at ${stops.join(', ')}`);
  }

  /** What screen readers were told last. */
  async said(pattern, region = 'polite') {
    await eventually(async () => assert.match(await this.desk.part(region).textContent(), pattern));
  }

  /** Signs in by typing, and waits until the agent can work. */
  async signIn({ agent = '1001', extension = '4001' } = {}) {
    await this.desk.part('sign-in').waitFor();
    await this.at({ name: 'agent-id' });
    await this.type(agent);
    await this.press('Tab');
    await this.type(extension);
    await this.press('Enter');
    await this.desk.link('live');
    await this.desk.ownState('not-ready');
    assert.ok(!(await this.focus()).lost, 'the desk takes the focus');
  }

  /** Dials a number from wherever the focus is, and waits until somebody answers. */
  async dial(number) {
    await this.act('D');
    await this.at({ name: 'number' });
    await this.type(number);
    await this.press('Enter');
    await this.desk.call('connected').waitFor({ timeout: 15_000 });
  }

  /** A key press as a keyboard of another layout sends it. */
  async send(key, code, modifiers = ALT_SHIFT, more = {}) {
    const session = (this.session ??= await this.page.context().newCDPSession(this.page));
    await session.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', key, code, modifiers, ...more });
    await session.send('Input.dispatchKeyEvent', { type: 'keyUp', key, code, modifiers });
  }
}

describe('by keyboard alone', () => {
  let browser;

  before(async () => {
    browser = await startBrowser();
  });
  after(() => browser?.stop());

  /** A scenario with a hub of its own. */
  const alone = (name, centre, scenario, options) =>
    test(name, async (t) => {
      const hub = await startHub(centre);
      t.after(hub.stop);
      await onDesk(browser, hub.url, `keyboard ${name}`, (desk) => scenario(new Hands(desk), desk), options);
    });

  alone('a whole shift', CENTRE, async (hands, desk) => {
    await hands.signIn();

    // Ready, a call, its end.
    await hands.act('Y');
    await desk.ownState('ready');
    await desk.call('alerting').waitFor({ timeout: 20_000 });
    await hands.said(/^Ringing/, 'assertive');
    await desk.expectEnabled(desk.part('call'), ['answer']);
    await hands.act('P');
    await desk.call('connected').waitFor();
    await hands.act('H');
    await desk.call('held').waitFor();
    await hands.said(/^On hold/);
    await hands.act('H');
    await desk.call('connected').waitFor();
    await hands.said(/^Talking/);

    // Tones; whoever closes the pad is where the pad was opened from.
    await hands.act('ArrowDown');
    await hands.at({ part: 'call' });
    await hands.act('K');
    await desk.part('keypad').waitFor();
    await hands.press('4', '2', '#');
    await eventually(async () => assert.match(await desk.part('keypad').innerText(), /3 digits sent/));
    await hands.press('Escape');
    await desk.part('keypad').waitFor({ state: 'hidden' });
    assert.equal((await hands.focus()).call, await desk.part('call').getAttribute('data-id'));

    await hands.act('J');
    await hands.said(/^Talking for \d.*\. Talking \+\d+ for \d.*, total \d/);

    await hands.act('E');
    await desk.ownState('wrap-up');
    await desk.part('call').waitFor({ state: 'detached' });
    await eventually(async () => assert.ok(!(await hands.focus()).lost, 'the focus survives the card'));

    // Not ready, with a reason.
    await hands.act('O');
    await hands.at({ command: 'not-ready' });
    await hands.until('ArrowDown', ({ reason }) => reason === '2');
    await hands.press('Enter');
    await desk.ownState('not-ready');
    assert.ok(!(await hands.focus()).lost, 'the focus is back on the page');

    // A call of one's own.
    await hands.dial('+358401234567');
    await desk.ownState('talking');
    await hands.act('E');
    await desk.part('call').waitFor({ state: 'detached' });

    // Another language, and back.
    await hands.until('Shift+Tab', ({ command }) => command === 'language');
    await hands.type('De');
    await eventually(async () => assert.match(await desk.part('missed').textContent(), /Verpasst/));
    await hands.press('Home');
    await eventually(async () => assert.match(await desk.part('missed').textContent(), /Missed/));

    // Home.
    await hands.act('1');
    await desk.part('state-menu').waitFor();
    await hands.until('ArrowUp', ({ command }) => command === 'sign-out');
    await hands.press('Enter');
    await desk.part('sign-in').waitFor();
    await hands.at({ name: 'agent-id' });
  });

  alone('a call that was missed is called back', CENTRE, async (hands, desk) => {
    await hands.signIn();
    await hands.act('Y');
    await desk.call('alerting').waitFor({ timeout: 20_000 });
    await desk.part('missed-call').waitFor({ timeout: 60_000 });
    await hands.act('5');
    await hands.at({ part: 'missed' });
    await hands.until('Tab', ({ command }) => command === 'call-back');
    await eventually(async () =>
      assert.equal(await desk.command('call-back', desk.part('missed')).getAttribute('aria-disabled'), null),
    );
    await hands.press('Enter');
    await desk.part('call').first().waitFor();
  });

  alone('the row of a call’s buttons is one stop of the Tab key', STILL, async (hands, desk) => {
    await hands.signIn();
    await hands.dial('+358401234567');
    await hands.act('ArrowDown');
    await hands.press('Tab');
    await hands.at({ command: 'answer' });
    const all = await desk.part('call').locator('[role="toolbar"] > [data-command]').count();
    assert.ok(all >= 4);
    await hands.press('ArrowRight');
    await hands.at({ command: 'end-call' });
    await hands.press('ArrowRight', 'ArrowLeft', 'ArrowLeft');
    await hands.at({ command: 'answer' });
    await hands.press('End', 'ArrowRight');
    await hands.at({ command: 'answer' });
    await hands.press('ArrowRight', 'Tab');
    const { call, lost } = await hands.focus();
    assert.ok(!lost && call === null, 'Tab leaves the card');
    await hands.press('Shift+Tab');
    await hands.at({ command: 'end-call' });
    await hands.act('E');
  });

  alone(
    'from right to left, the left arrow leads on',
    STILL,
    async (hands, desk) => {
      await hands.signIn();
      await hands.dial('+358401234567');
      await hands.act('ArrowDown');
      await hands.press('Tab', 'ArrowLeft');
      await hands.at({ command: 'end-call' });
      await hands.press('ArrowRight');
      await hands.at({ command: 'answer' });
      assert.equal(await desk.page.evaluate(() => document.documentElement.dir), 'rtl');
    },
    { prepare: inLanguage('ar') },
  );

  alone('the first stop leads past the bar', STILL, async (hands, desk) => {
    await hands.signIn();
    await hands.press('Tab');
    await hands.at({ command: 'skip-to-calls', seen: true });
    const box = await desk.command('skip-to-calls').boundingBox();
    assert.ok(box.width > 40 && box.height > 20, 'it can be read while it has the focus');
    const address = desk.page.url();
    await hands.press('Enter');
    await hands.at({ part: 'calls' });
    assert.equal(desk.page.url(), address);
  });

  alone('what cannot be done says why, once for each press', STILL, async (hands, desk) => {
    await hands.signIn();
    await hands.act('H');
    await hands.said(/^Hold or retrieve: There is no current call/);
    const region = desk.part('polite');
    const first = await region.textContent();
    await hands.act('H');
    await eventually(async () => assert.notEqual(await region.textContent(), first, 'it is said again'));
    assert.equal((await region.textContent()).trim(), first.trim());
    assert.equal(await desk.part('failure').count(), 0, 'nothing was sent');
    await hands.act('2');
    await hands.at({ part: 'banner' });
    await hands.said(/no notices/);
  });

  alone('a key that is held acts once, and ending a call rests for a second', STILL, async (hands, desk) => {
    await hands.signIn();
    await hands.dial('+358401234567');
    await hands.send('H', 'KeyH');
    await desk.call('held').waitFor();
    await hands.send('H', 'KeyH', ALT_SHIFT, { autoRepeat: true });
    await hands.said(/^On hold/);
    await hands.act('H');
    await desk.call('connected').waitFor();
    await hands.act('E');
    await hands.act('E');
    await desk.part('call').waitFor({ state: 'detached' });
    assert.doesNotMatch(await desk.part('polite').textContent(), /^End call:/, 'the second press is not even refused');
  });

  alone('the letter counts, or on a keyboard without Latin letters its place', STILL, async (hands, desk) => {
    await hands.signIn();
    await hands.dial('+358401234567');
    await hands.send('ا', 'KeyH');
    await desk.call('held').waitFor();
    await hands.send('H', 'KeyJ');
    await desk.call('connected').waitFor();
    await hands.send('Ó', 'KeyH');
    await desk.call('held').waitFor();
  });

  alone('in a field only keys act that write nothing', STILL, async (hands, desk) => {
    await hands.signIn();
    await hands.dial('+358401234567');
    await hands.act('D');
    await hands.type('?12');
    assert.equal(await desk.part('dial').locator('input').inputValue(), '?12');
    assert.ok(!(await desk.part('shortcuts').isVisible()));
    await hands.act('H');
    await desk.call('held').waitFor();
    assert.equal(await desk.part('dial').locator('input').inputValue(), '?12');
    await hands.act('ArrowDown');
    await hands.press('?');
    await desk.part('shortcuts').waitFor();
  });

  alone('the sheet shows every action and lets its keys be changed', STILL, async (hands, desk) => {
    await hands.signIn();
    await hands.act('1');
    await hands.press('Escape');
    await hands.press('?');
    const sheet = desk.part('shortcuts');
    await sheet.waitFor();
    const row = (action) => sheet.locator(`[data-part="shortcut"][data-id="${action}"]`);
    const keys = (action) => row(action).locator('kbd').innerText();
    const note = () => desk.part('shortcut-note').innerText();
    assert.equal(await keys('hold'), 'Alt + Shift + H');
    assert.equal(await keys('next-call'), 'Alt + Shift + ↓');
    await desk.checkAccessibility();

    // Nothing else happens while it is shown.
    await hands.act('D');
    assert.ok(!(await hands.focus()).lost);
    assert.notEqual((await hands.focus()).name, 'number');

    const change = async (action) => {
      const button = row(action).locator('[data-command="change-keys"]');
      for (let presses = 0; presses < 120; presses += 1) {
        await hands.press('Tab');
        if (await button.evaluate((button) => button === document.activeElement)) {
          await hands.press('Enter');
          await eventually(async () => assert.match(await keys(action), /Press the keys/));
          return;
        }
      }
      assert.fail(`Tab never came to ${action}`);
    };
    await change('hold');
    await desk.checkAccessibility();
    await hands.act('E');
    await eventually(async () => assert.match(await note(), /“End call” has these keys/));
    await hands.press('Control+W');
    await eventually(async () => assert.match(await note(), /belong to the browser/));
    await hands.press('k');
    await eventually(async () => assert.match(await note(), /write or move/));
    await desk.checkAccessibility();
    await hands.press('Escape');
    assert.ok(await sheet.isVisible(), 'Escape leaves the keys, not the sheet');
    assert.equal(await keys('hold'), 'Alt + Shift + H');

    await change('hold');
    await hands.press('F2');
    await eventually(async () => assert.equal(await keys('hold'), 'F2'));
    await change('answer');
    await hands.press('Backspace');
    await eventually(async () => assert.equal(await keys('answer'), 'no keys'));
    await hands.press('Escape');
    await sheet.waitFor({ state: 'hidden' });
    await hands.at({ command: 'state-menu' });

    // Kept, and told on the buttons.
    await desk.page.reload();
    await hands.signIn();
    await hands.dial('+358401234567');
    const card = desk.part('call');
    assert.equal(await desk.command('hold', card).getAttribute('aria-keyshortcuts'), 'F2');
    assert.equal(await desk.command('answer', card).getAttribute('aria-keyshortcuts'), null);
    assert.equal(await desk.command('end-call', card).getAttribute('aria-keyshortcuts'), 'Alt+Shift+E');
    await hands.act('H');
    await hands.act('J');
    await hands.said(/Talking/);
    await desk.call('connected').waitFor();
    await hands.press('F2');
    await desk.call('held').waitFor();

    // And back, all of them.
    await hands.press('?');
    await hands.press('Tab', 'Tab');
    await hands.at({ command: 'usual-keys' });
    await hands.press('Enter');
    await eventually(async () => assert.equal(await keys('hold'), 'Alt + Shift + H'));
    assert.equal(await keys('answer'), 'Alt + Shift + P');
  });

  alone(
    'a call that rings behind the sheet is told within it',
    CENTRE,
    async (hands, desk) => {
      await hands.signIn();
      await hands.act('Y');
      await desk.ownState('ready');
      await hands.press('?');
      const sheet = desk.part('shortcuts');
      await sheet.waitFor();
      assert.equal(await sheet.locator('[role="alert"]').textContent(), '');
      await eventually(
        async () => assert.match(await sheet.locator('[role="alert"]').textContent(), /^Ringing/),
        20_000,
      );
    },
  );

  for (const language of ['en', 'de', 'ar']) {
    for (const [width, height] of [
      [320, 640],
      [640, 400],
      [1600, 900],
    ]) {
      alone(
        `the sheet fits into ${width} pixels, in ${language}`,
        STILL,
        async (hands, desk) => {
          await desk.page.setViewportSize({ width, height });
          await hands.signIn();
          await hands.press('?');
          await desk.part('shortcuts').waitFor();
          await eventually(async () =>
            assert.equal(await desk.page.evaluate(() => document.documentElement.lang), language),
          );
          const wide = await desk.part('shortcuts').evaluate((sheet) => [
            sheet.scrollWidth - sheet.clientWidth,
            ...[...sheet.querySelectorAll('button, kbd, .what, h2')]
              .filter((part) => part.scrollWidth > part.clientWidth + 1 && part.clientWidth > 1)
              .filter((part) => getComputedStyle(part).display !== 'inline')
              .map((part) => part.innerText),
          ]);
          assert.deepEqual(wide, [0]);
          await desk.checkAccessibility({ within: '[data-part="shortcuts"]' });
        },
        { prepare: inLanguage(language) },
      );
    }
  }
});

describe('what screen readers are told', () => {
  let browser;

  before(async () => {
    browser = await startBrowser();
  });
  after(() => browser?.stop());

  test('over a busy minute: each call once, at once; nothing of colleagues, nothing twice', async (t) => {
    const hub = await startHub({ ...CENTRE, agents: 60, rate: 3 });
    t.after(hub.stop);
    await onDesk(browser, hub.url, 'announcements', async (desk) => {
      const hands = new Hands(desk);
      await hands.signIn();
      await desk.page.evaluate(() => {
        globalThis.told = [];
        for (const region of ['polite', 'assertive']) {
          const place = document.querySelector(`[data-part="${region}"]`);
          new MutationObserver(() => globalThis.told.push({ region, text: place.textContent.trim() })).observe(place, {
            childList: true,
            characterData: true,
            subtree: true,
          });
        }
        globalThis.changes = 0;
        new MutationObserver((records) => (globalThis.changes += records.length)).observe(
          document.querySelector('[data-part="agents"]'),
          { childList: true, characterData: true, subtree: true, attributes: true },
        );
      });
      const rang = new Set();
      const end = Date.now() + 40_000;
      await hands.act('Y');
      while (Date.now() < end) {
        for (const card of await desk.call('alerting').all()) {
          rang.add(await card.getAttribute('data-id', { timeout: 500 }).catch(() => null));
        }
        await hands.act('P');
        await desk.page.waitForTimeout(700);
        await hands.act('H');
        await desk.page.waitForTimeout(700);
        await hands.act('H');
        await desk.page.waitForTimeout(700);
        await hands.act('E');
        await desk.page.waitForTimeout(300);
        await hands.act('Y');
        await desk.page.waitForTimeout(300);
      }
      rang.delete(null);
      const { told, changes, names } = await desk.page.evaluate(() => ({
        told: globalThis.told,
        changes: globalThis.changes,
        names: [...document.querySelectorAll('[data-part="agent"] .name')].map((name) => name.textContent.trim()),
      }));
      assert.ok(rang.size >= 2, `${rang.size} calls rang`);
      assert.ok(changes > 50, `colleagues were busy: ${changes} changes`);
      const urgent = told.filter(({ region }) => region === 'assertive').map(({ text }) => text);
      const ringing = urgent.filter((text) => text.startsWith('Ringing'));
      assert.ok(ringing.length >= 2 && ringing.length <= rang.size + 1, `${ringing} for ${rang.size} calls`);
      assert.deepEqual(
        urgent.filter((text) => text && !text.startsWith('Ringing')),
        [],
        'nothing else was urgent',
      );
      const polite = told.filter(({ region }) => region === 'polite').map(({ text }) => text);
      for (const text of [...polite, ...urgent]) {
        assert.ok(
          names.filter((name) => name.length > 2).every((name) => !text.includes(name)),
          `of a colleague: ${text}`,
        );
      }
      // What was asked for by a key may be heard as often as it was asked for.
      const happened = polite.filter((text) => text && !text.includes(': '));
      for (const [place, text] of happened.entries()) {
        assert.notEqual(text, happened[place - 1], 'nothing is said twice in a row');
      }
      assert.ok(happened.length < 12 * rang.size + 12, `${happened.length} announcements for ${rang.size} calls`);
    });
  });
});

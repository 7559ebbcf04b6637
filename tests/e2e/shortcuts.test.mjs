// What keys do on the desk, when they do nothing, and how others are chosen.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { eventually, inLanguage, onDesk, startBrowser } from '../support/browser.mjs';
import { ALT_SHIFT, Hands } from '../support/hands.mjs';
import { startHub } from '../support/servers.mjs';

const CENTRE = { site: process.env.SWITCHHOOK_DIST, agents: 12, queues: 3, callbacks: 8, seed: 7 };
const STILL = { ...CENTRE, rate: 0 };

describe('keys', () => {
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
    await desk.ownState('not-ready');
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
    await hands.press('Tab', '?');
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
    await hands.at({ command: 'skip-to-calls' });

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
    await hands.act('ArrowDown');
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

  alone('in the system’s colours the focus is in sight at every stop', STILL, async (hands, desk) => {
    await desk.page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' });
    await hands.signIn();
    await hands.dial('+358401234567');
    const stops = new Set();
    await hands.act('ArrowDown');
    await hands.until('Tab', (here) => {
      stops.add(here.command ?? here.part ?? here.name);
      assert.ok(here.seen, `the focus can be seen at ${JSON.stringify(here)}`);
      return here.command === 'shortcuts';
    });
    assert.ok(stops.size > 4, [...stops].join(', '));
    await hands.press('?');
    await desk.part('shortcuts').waitFor();
    await hands.until('Tab', ({ command }) => command === 'change-keys');
    assert.deepEqual(
      await desk.page.evaluate(() =>
        document.getAnimations().filter(({ playState }) => playState === 'running').length,
      ),
      0,
    );
  });

  for (const language of ['en', 'de', 'ar']) {
    alone(
      `the sheet fits into every window, in ${language}`,
      STILL,
      async (hands, desk) => {
        await hands.signIn();
        await eventually(async () =>
          assert.equal(await desk.page.evaluate(() => document.documentElement.lang), language),
        );
        await hands.press('?');
        const sheet = desk.part('shortcuts');
        await sheet.waitFor();
        for (const width of [320, 640, 1600]) {
          await desk.page.setViewportSize({ width, height: 640 });
          const wide = await sheet.evaluate((sheet) => [
            sheet.scrollWidth - sheet.clientWidth,
            ...[...sheet.querySelectorAll('button, kbd, .what, h2')]
              .filter((part) => part.scrollWidth > part.clientWidth + 1 && part.clientWidth > 1)
              .filter((part) => getComputedStyle(part).display !== 'inline')
              .map((part) => part.innerText),
          ]);
          assert.deepEqual(wide, [0], `${width} pixels`);
          await desk.checkAccessibility({ within: '[data-part="shortcuts"]' });
        }
      },
      { prepare: inLanguage(language) },
    );
  }
});

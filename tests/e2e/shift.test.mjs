// A whole shift, as an agent works it: once with the mouse, once with the keyboard alone.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { eventually, onDesk, startBrowser } from '../support/browser.mjs';
import { ALONE } from '../support/calls.mjs';
import { startHub } from '../support/servers.mjs';
import { Wire } from '../support/wire.mjs';

const CENTRE = { site: process.env.SWITCHHOOK_DIST, agents: 12, queues: 3, callbacks: 8, seed: 7 };

describe('a shift', () => {
  let browser;

  before(async () => {
    browser = await startBrowser();
  });
  after(() => browser?.stop());

  /** A scenario with a hub of its own, so that no shift meets the traces of another. */
  const shift = (name, scenario, options) =>
    test(name, async (t) => {
      const hub = await startHub(CENTRE);
      t.after(hub.stop);
      await onDesk(browser, hub.url, name, (desk) => scenario(desk, hub), options);
    });

  shift('from sign-in to sign-out, a call in between', async (desk) => {
    await desk.startShift();
    await eventually(async () => assert.match(await desk.page.title(), /^Not ready/));
    await eventually(async () => assert.match(await desk.part('me').textContent(), /4001/));
    await desk.expectEnabled(desk.part('calls'), []);

    // Ready: nobody signs out or dials from here, so only the menu's "not ready" remains.
    await desk.choose('ready');
    await desk.ownState('ready');
    await eventually(async () => assert.match(await desk.page.title(), /^Ready/));
    assert.match(await desk.part('polite').textContent(), /Ready/);
    assert.equal(await desk.command('dial').getAttribute('aria-disabled'), 'true');

    // A call rings.
    const card = desk.part('call');
    await desk.call('alerting').waitFor({ timeout: 20_000 });
    const number = (await card.locator('.who').textContent()).trim();
    assert.match(number, /^\+\d+$/);
    await desk.ownState('reserved');
    await eventually(async () => assert.equal(await desk.page.title(), `Ringing ${number}`));
    assert.equal(await desk.part('assertive').textContent(), `Ringing ${number}`);
    await desk.expectEnabled(card, ['answer']);

    // Answered.
    await desk.command('answer', card).click();
    await desk.call('connected').waitFor();
    await desk.ownState('talking');
    await desk.expectEnabled(card, ALONE);
    await eventually(async () => assert.match(await desk.page.title(), /^Talking/));

    // On hold and back: one button, named by what the server allows.
    await desk.command('hold', card).click();
    await desk.call('held').waitFor();
    await desk.ownState('on-hold');
    await desk.command('retrieve', card).waitFor();
    assert.equal(await desk.command('hold', card).count(), 0);
    await desk.command('retrieve', card).click();
    await desk.call('connected').waitFor();
    await desk.ownState('talking');

    // Tones are counted and not repeated: they may be a card number.
    await desk.command('keypad', card).click();
    const keypad = desk.part('keypad');
    await keypad.locator('[data-tone="4"]').click();
    await keypad.locator('[data-tone="2"]').click();
    await eventually(async () => assert.match(await keypad.innerText(), /2 digits sent/));
    await desk.page.keyboard.press('Escape');
    await keypad.waitFor({ state: 'hidden' });
    assert.equal(await desk.part('failure').count(), 0);

    // The end, and wrap-up with a clock that runs down.
    await desk.command('end-call', card).click();
    await desk.ownState('wrap-up');
    await desk.command('dismiss', card).click();
    await card.waitFor({ state: 'detached' });
    const clock = () => desk.part('state').locator('.time').textContent();
    const first = await eventually(async () => {
      const time = await clock();
      assert.match(time, /\d:\d\d/);
      return time;
    });
    await eventually(async () => assert.notEqual(await clock(), first));

    // Not ready with a reason, then home.
    await desk.choose('not-ready', 2);
    await desk.ownState('not-ready');
    await eventually(async () => assert.match(await desk.command('state-menu').textContent(), /Lunch/));
    await desk.choose('sign-out');
    await desk.part('sign-in').waitFor();
    assert.equal(await desk.part('sign-in-error').textContent(), '');
    assert.equal(await desk.page.title(), 'Switchhook');
  });

  const wire = new Wire();
  shift(
    'nothing moves between the click and the server’s word',
    async (desk) => {
      await desk.startShift();
      const card = await desk.awaitCall();
      await desk.expectEnabled(card, ['answer']);
      const answer = desk.command('answer');

      wire.hold();
      await answer.click();
      // The page is drawn with the next frame.
      await eventually(async () =>
        assert.equal(await answer.getAttribute('aria-busy'), 'true', 'the button shows that it was pressed'),
      );
      assert.equal(await desk.part('call').getAttribute('data-stage'), 'alerting', 'the call still rings');
      assert.equal(await answer.getAttribute('aria-disabled'), 'true', 'and cannot be pressed twice');
      assert.ok(await answer.getAttribute('aria-description'), 'and says why');
      assert.equal(await desk.part('state').getAttribute('data-state'), 'reserved');

      wire.release();
      await desk.call('connected').waitFor();
      await eventually(async () => assert.equal(await desk.command('answer').getAttribute('aria-busy'), null));

      wire.hold();
      await desk.choose('not-ready', 1);
      await eventually(async () => assert.match(await desk.part('state').innerText(), /asked for/));
      assert.equal(await desk.part('state').getAttribute('data-state'), 'talking');
      wire.release();
    },
    { prepare: wire.prepare },
  );

  shift('by keyboard alone, with the focus in sight at every step', async (desk) => {
    const { page } = desk;
    const press = async (...keys) => {
      for (const key of keys) {
        await page.keyboard.press(key);
      }
    };
    /** Where the focus is: its command, reason or name; and whether a person can see that. */
    const focus = () =>
      page.evaluate(() => {
        const at = document.activeElement;
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(at);
        const box = at.getBoundingClientRect();
        return {
          lost: at === document.body,
          at: at.dataset.command ?? at.name ?? at.getAttribute('role') ?? at.localName,
          reason: at.dataset.reason ?? null,
          inCard: Boolean(at.closest('[data-part="call"]')),
          seen:
            at.checkVisibility() &&
            box.width > 0 &&
            ((outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) || boxShadow !== 'none'),
        };
      });
    /** Goes on with a key until the focus is where it should be; every stop on the way must be visible. */
    const until = async (key, wanted) => {
      const stops = [];
      for (let presses = 0; presses < 60; presses += 1) {
        await press(key);
        const here = await focus();
        stops.push(here.reason ? `${here.at} ${here.reason}` : here.at);
        if (!here.lost) {
          assert.ok(here.seen, `the focus can be seen at ${here.at}`);
          if (wanted(here)) {
            return;
          }
        }
      }
      assert.fail(`${key} never got there; it stopped at ${stops.join(', ')}`);
    };
    // A card's buttons are one stop of the Tab key, with arrows inside.
    const walkTo = async (command) => {
      if (!(await focus()).inCard) {
        await until('Tab', ({ inCard }) => inCard);
      }
      await until('ArrowRight', ({ at }) => at === command);
    };
    const pick = async (command, reason = null) => {
      await until('Tab', ({ at }) => at === 'state-menu');
      await press('Enter');
      await desk.part('state-menu').waitFor();
      await until('ArrowDown', (here) => here.at === command && here.reason === reason);
      await press('Enter');
      await desk.part('state-menu').waitFor({ state: 'hidden' });
      assert.ok(!(await focus()).lost, 'the focus is back on the page when the menu closes');
    };

    await desk.part('sign-in').waitFor();
    await eventually(async () => assert.equal((await focus()).at, 'agent-id'));
    await page.keyboard.type('1001');
    await press('Tab');
    await page.keyboard.type('4001');
    await press('Enter');
    await desk.link('live');
    await desk.ownState('not-ready');
    assert.ok(!(await focus()).lost, 'the desk takes the focus');

    await pick('ready');
    await desk.ownState('ready');
    await desk.call('alerting').waitFor({ timeout: 20_000 });
    await desk.expectEnabled(desk.part('call'), ['answer']);
    await walkTo('answer');
    await press('Enter');
    await desk.call('connected').waitFor();
    assert.ok(!(await focus()).lost, 'the button that was pressed keeps the focus');

    await walkTo('hold');
    await press('Enter');
    await desk.call('held').waitFor();
    assert.equal((await focus()).at, 'retrieve', 'the same button, under its new name');
    await press('Enter');
    await desk.call('connected').waitFor();

    await walkTo('keypad');
    await press('Enter');
    await desk.part('keypad').waitFor();
    await press('5', '#');
    await eventually(async () => assert.match(await desk.part('keypad').innerText(), /2 digits sent/));
    await press('Escape');
    await desk.part('keypad').waitFor({ state: 'hidden' });
    assert.equal((await focus()).at, 'keypad', 'closing gives the focus back');

    await walkTo('end-call');
    await press('Enter');
    await desk.ownState('wrap-up');
    await desk.part('call').waitFor({ state: 'detached' });
    await eventually(async () => assert.ok(!(await focus()).lost, 'the focus survives the card that had it'));

    await pick('not-ready', '1');
    await desk.ownState('not-ready');
    await pick('sign-out');
    await desk.part('sign-in').waitFor();
    await eventually(async () => assert.equal((await focus()).at, 'agent-id'));
  });
});

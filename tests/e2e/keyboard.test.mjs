// An agent’s work by keys alone: nothing in this file touches a mouse.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { eventually, onDesk, startBrowser } from '../support/browser.mjs';
import { Hands } from '../support/hands.mjs';
import { startHub } from '../support/servers.mjs';

const CENTRE = { site: process.env.SWITCHHOOK_DIST, agents: 12, queues: 3, callbacks: 8, seed: 7 };

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
    await hands.answer();
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
    assert.ok((await hands.focus()).call, 'the focus is back on the card');

    await hands.act('J');
    await hands.said(/^Talking for \d.*\. Talking \+\d+ for \d.*, total \d/);

    // Its end; the call is filed, and wrap-up finished.
    await hands.act('E');
    await desk.ownState('wrap-up');
    await hands.act('4');
    await hands.at({ command: 'wrap-up-code' });
    await hands.press('Enter');
    await desk.part('wrap-up-codes').waitFor();
    await hands.until('ArrowDown', ({ command }) => command === 'set-wrap-up-data');
    await hands.press('Enter');
    await eventually(async () => assert.doesNotMatch(await desk.part('wrap-up').innerText(), /None chosen/));
    await hands.act('Z');
    await desk.ownState('ready');

    // Another one: somebody is asked before the caller is handed over.
    await hands.answer();
    const caller = await desk.call('connected').getAttribute('data-id');
    await hands.act('X');
    await hands.at({ name: 'party' });
    await hands.type('+358401234567');
    await hands.press('Enter');
    const stage = (which) => desk.page.locator(`[data-part="call"]${which}`);
    const isCaller = `[data-id="${caller}"]`;
    await stage(`${isCaller}[data-stage="held"]`).waitFor();
    await stage(`:not(${isCaller})[data-stage="connected"]`).waitFor({ timeout: 15_000 });
    await hands.act('W');
    await stage(`${isCaller}[data-stage="connected"]`).waitFor();
    await hands.act('W');
    await stage(`${isCaller}[data-stage="held"]`).waitFor();
    await hands.act('C');
    await desk.ownState('wrap-up');
    await eventually(async () => assert.ok(!(await hands.focus()).lost, 'the focus survives the cards'));

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
    await desk.ownState('not-ready');

    // A message to the team, which comes after the supervisor.
    await hands.act('6');
    await hands.at({ command: 'open-conversation' });
    await hands.until('Tab', ({ command }) => command === 'open-conversation');
    await hands.press('Enter');
    await desk.part('message-field').waitFor();
    await hands.act('6');
    await hands.at({ part: 'message-field' });
    await hands.type('Are you there?');
    await hands.press('Enter');
    await desk.page.locator('[data-part="message"][data-own]').waitFor();

    // Other colours, by the settings; closing them leads back.
    await hands.act('D');
    await hands.act('8');
    await hands.until('Tab', ({ command }) => command === 'theme');
    await hands.press('ArrowDown');
    await eventually(async () =>
      assert.ok(await desk.page.evaluate(() => document.documentElement.dataset.theme), 'the page has other colours'),
    );
    await hands.press('Escape');
    await hands.at({ name: 'number' });

    // Another language, and back.
    await hands.until('Shift+Tab', ({ command }) => command === 'language');
    await hands.type('De');
    await eventually(async () => assert.match(await desk.part('missed').textContent(), /Verpasst/));
    await hands.press('ArrowDown');
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
});

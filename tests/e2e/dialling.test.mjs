// Calling out: a number that answers, one that is busy, and one that is none.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { eventually, onDesk, startBrowser } from '../support/browser.mjs';
import { ALONE } from '../support/calls.mjs';
import { startHub } from '../support/servers.mjs';

describe('dialling', () => {
  let browser;
  let hub;

  before(async () => {
    browser = await startBrowser();
    hub = await startHub({
      site: process.env.SWITCHHOOK_DIST,
      agents: 8,
      queues: 2,
      callbacks: 4,
      rate: 0,
      grace: 0,
    });
  });
  after(async () => {
    await browser?.stop();
    await hub?.stop();
  });

  let agent = 1000;
  /** A scenario with an agent of its own. */
  const dialling = (name, scenario) =>
    test(name, () => {
      agent += 1;
      const who = { agent: String(agent), extension: String(agent + 3000) };
      return onDesk(browser, hub.url, name, async (desk) => {
        await desk.startShift(who);
        await scenario(desk);
        await desk.ownState('not-ready');
        await desk.choose('sign-out');
        await desk.part('sign-in').waitFor();
      });
    });
  const dial = async (desk, number) => {
    await desk.part('dial').locator('input').fill(number);
    await desk.command('dial', desk.part('dial')).click();
  };

  dialling('a call goes out, is answered and ends', async (desk) => {
    const button = desk.command('dial', desk.part('dial'));
    assert.equal(await button.getAttribute('aria-disabled'), 'true', 'there is nothing to dial yet');
    await dial(desk, '+358401234567');
    assert.equal(await desk.part('dial').locator('input').inputValue(), '', 'the number has left the field');
    const card = desk.part('call');
    await desk.call('dialling').waitFor();
    assert.match(await card.innerText(), /\+358401234567/);
    await desk.expectEnabled(card, ['end-call', 'keypad', 'more']);
    await desk.call('connected').waitFor({ timeout: 15_000 });
    await desk.ownState('talking');
    await desk.expectEnabled(card, ALONE);
    await desk.command('end-call', card).click();
    await desk.call('ended').waitFor();
    await desk.command('dismiss', card).click();
    await card.waitFor({ state: 'detached' });
  });

  dialling('a busy number stays as a failed card in words, can be tried again and put aside', async (desk) => {
    await dial(desk, '+358401234500');
    const failed = desk.call('failed');
    await failed.waitFor({ timeout: 15_000 });
    assert.match(await failed.innerText(), /\+358401234500/);
    assert.match(await failed.innerText(), /could not be completed/);
    assert.match(await desk.part('assertive').textContent(), /\+358401234500/);
    const first = await failed.getAttribute('data-id');

    // The busy tone goes on until somebody hangs up; then the number can be tried again.
    await desk.expectEnabled(failed, ['dismiss', 'end-call', 'keypad', 'more']);
    await desk.command('end-call', failed).click();
    await desk.ownState('not-ready');
    await desk.expectEnabled(failed, ['dismiss', 'dial']);
    assert.match(await desk.command('end-call', failed).getAttribute('aria-description'), /is over/);
    await desk.command('dial', failed).click();
    await desk.page.locator(`[data-part="call"][data-stage="failed"]:not([data-id="${first}"])`).waitFor({
      timeout: 15_000,
    });
    const [second] = (await failed.evaluateAll((cards) => cards.map((card) => card.dataset.id))).filter(
      (id) => id !== first,
    );
    await desk.command('end-call', desk.row(second)).click();
    await desk.ownState('not-ready');
    for (const card of [desk.row(first), desk.row(second)]) {
      await desk.command('dismiss', card).click();
      await card.waitFor({ state: 'detached' });
    }
    assert.equal(await desk.part('call').count(), 0);
  });

  dialling('letters are refused in words, with the server’s code behind “Details”', async (desk) => {
    await dial(desk, 'taxi');
    const failure = desk.part('failure');
    await failure.waitFor();
    assert.match(await failure.innerText(), /taxi/);
    assert.match(await failure.innerText(), /cannot be dialled/);
    await desk.command('details', failure).click();
    await eventually(async () => assert.match(await failure.innerText(), /code 24/));
    await desk.page.keyboard.press('Escape');
    assert.equal(await desk.part('call').count(), 0);
    await desk.command('dismiss', failure).click();
    await failure.waitFor({ state: 'detached' });
  });

  dialling('a callback is called from its row', async (desk) => {
    const row = desk.part('callback').first();
    const number = (await row.locator('.name').textContent()).match(/\+\d+/)[0];
    await desk.command('call-back', row).click();
    const card = desk.part('call');
    await card.waitFor();
    assert.match(await card.innerText(), new RegExp(number.replace('+', '\\+')));
    await desk.command('end-call', card).click();
    await eventually(async () => {
      if ((await desk.command('dismiss', card).count()) > 0) {
        await desk.command('dismiss', card).click();
      }
      assert.equal(await card.count(), 0);
    }, 15_000);
  });
});

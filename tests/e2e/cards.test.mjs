// The cards of calls by themselves: they stay until they are seen, nothing moves under a press, and what opens from them
// needs no mouse.

import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';

import { eventually, startBrowser } from '../support/browser.mjs';
import { SECOND, cards, consult, converse, name, scenarios, stage } from '../support/calls.mjs';

describe('the cards', () => {
  let browser;

  before(async () => {
    browser = await startBrowser();
  });
  after(() => browser?.stop());

  const calls = scenarios(() => browser);

  calls('an ended call’s card goes by itself once the pointer has left', async (desk) => {
    const card = await converse(desk);
    await desk.command('end-call', card).click();
    await stage(card, 'ended');
    await desk.page.waitForTimeout(8_000);
    assert.equal(await card.count(), 1, 'not while the pointer is on it');
    await desk.page.mouse.move(900, 5);
    await card.waitFor({ state: 'detached', timeout: 8_000 });
  });

  calls('the parts of a call’s card are without barriers', async (desk) => {
    const card = await converse(desk);
    for (const part of ['more', 'transfer', 'conference', 'keypad']) {
      await desk.command(part, card).click();
      await desk.part(part).waitFor();
      await desk.checkAccessibility();
      await desk.page.keyboard.press('Escape');
    }
    await desk.command('start-recording', card).click();
    const consultation = await consult(desk, card);
    await desk.checkAccessibility();
    await desk.command('end-call', consultation).click();
    await stage(consultation, 'ended');
    await desk.checkAccessibility();
  });

  calls('two presses in a row never reach what has moved up', async (desk) => {
    const card = await converse(desk);
    const consultation = await consult(desk, card);
    await desk.command('end-call', consultation).click();
    await stage(consultation, 'ended');
    await desk.command('retrieve', card).click();
    await stage(card, 'connected');
    await desk.command('end-call', card).click();
    await stage(card, 'ended');
    const third = await converse(desk, SECOND);
    // The first card goes, and the others move up under the pointer that is still being pressed.
    const button = desk.command('dismiss', card);
    const { x, y } = await button.boundingBox();
    await button.click({ clickCount: 2, delay: 20 });
    await card.waitFor({ state: 'detached' });
    const under = await desk.page.evaluate(([x, y]) => document.elementFromPoint(x, y)?.closest('[data-part=call]')?.dataset.id, [
      x + 5,
      y + 5,
    ]);
    assert.ok(under, 'something has moved up');
    assert.equal(await third.getAttribute('data-stage'), 'connected');
  });

  calls('whom to call is found by name, with the state, by keyboard alone', async (desk) => {
    const other = await desk.openAnother(2);
    const full = (await other.part('me').locator('strong').innerText()).trim();
    const card = await converse(desk);
    await desk.command('transfer', card).focus();
    await desk.page.keyboard.press('Enter');
    const panel = card.locator('[data-part="transfer"]');
    await panel.waitFor();
    await desk.page.keyboard.type(full.slice(0, 5).toLowerCase());
    const found = panel.locator('[data-part="colleague"]').filter({ hasText: full });
    await found.waitFor();
    // The state is that of the team's list, in shape and in words.
    const row = desk.part('agent').filter({ hasText: full });
    await eventually(async () => {
      assert.equal(await found.getAttribute('data-state'), await row.getAttribute('data-state'));
      assert.equal(await found.locator('.state').innerText(), await row.locator('.state').innerText());
    });
    await eventually(async () => {
      await desk.page.keyboard.press('ArrowDown');
      assert.equal(await found.getAttribute('aria-selected'), 'true');
    });
    await desk.page.keyboard.press('Enter');
    assert.equal(await panel.locator('[name="party"]').inputValue(), '4002');
    await desk.page.keyboard.press('Enter');
    await panel.waitFor({ state: 'hidden' });
    await stage(card, 'held');
    await other.call('alerting').waitFor();
    await desk.command('end-call', cards(desk).nth(1)).click();
    await other.page.close();
  });
});

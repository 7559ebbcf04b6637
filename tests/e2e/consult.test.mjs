// Two calls at once: consulting somebody, handing over, bringing in, and changing between them.

import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';

import { eventually, startBrowser } from '../support/browser.mjs';
import { ALONE, FIRST, PAIRED, consult, converse, isCurrent, live, name, pick, scenarios, stage } from '../support/calls.mjs';

describe('two calls', () => {
  let browser;

  before(async () => {
    browser = await startBrowser();
  });
  after(() => browser?.stop());

  const calls = scenarios(() => browser);

  calls('consult, complete the transfer', async (desk) => {
    const card = await converse(desk);
    const consultation = await consult(desk, card);
    await isCurrent(consultation);
    assert.match(await consultation.innerText(), /Consult · Talking/);
    assert.match(await consultation.innerText(), new RegExp(`about \\${FIRST}`));
    assert.equal(await consultation.getAttribute('data-hangs'), 'true', 'it hangs on the call that it is about');
    await desk.command('complete-transfer', consultation.locator('.pair')).click();
    await stage(consultation, 'ended');
    await stage(card, 'ended');
    assert.match(await card.locator('.foot').innerText(), /ended here|transferred/);
  });

  calls('alternate there and back, from the same place, then back to the caller', async (desk) => {
    const card = await converse(desk);
    const consultation = await consult(desk, card);
    const pair = consultation.locator('.pair');
    await desk.command('alternate', pair).click();
    await stage(card, 'connected');
    await stage(consultation, 'held');
    await isCurrent(card);
    await desk.expectEnabled(pair, ['complete-transfer', 'complete-conference', 'alternate', 'back-to-caller']);
    await desk.command('alternate', pair).click();
    await stage(consultation, 'connected');
    await stage(card, 'held');
    await desk.expectEnabled(consultation, PAIRED);
    await desk.command('back-to-caller', pair).click();
    await stage(consultation, 'ended');
    await stage(card, 'connected');
    await desk.expectEnabled(card, ALONE);
  });

  calls('consult for a conference, and join all three', async (desk) => {
    const card = await converse(desk);
    const consultation = await consult(desk, card, 'conference');
    await desk.command('complete-conference', consultation.locator('.pair')).click();
    await stage(card, 'ended');
    await stage(consultation, 'connected');
    await consultation.locator('[data-part="conference-mark"]').waitFor();
    await eventually(async () =>
      assert.ok((await desk.enabledCommands(consultation)).includes('hold'), 'a conference can be held'),
    );
  });

  calls('transfer without asking', async (desk) => {
    const other = await desk.openAnother(2);
    const card = await converse(desk);
    const panel = await name(desk, card, 'transfer', '4002');
    await desk.command('blind-transfer', panel).click();
    await stage(card, 'ended');
    assert.match(await card.locator('.foot').innerText(), /ended here|transferred/);
    await other.call('alerting').waitFor();
    await other.command('answer', other.call('alerting')).click();
    await other.command('end-call', other.call('connected')).click();
    await other.page.close();
  });

  calls('add somebody to the call without asking', async (desk) => {
    const other = await desk.openAnother(2);
    const card = await converse(desk);
    const panel = await name(desk, card, 'conference', '4002');
    await desk.command('add-party', panel).click();
    await other.call('alerting').waitFor();
    await other.command('answer', other.call('alerting')).click();
    await card.locator('[data-part="conference-mark"]').waitFor();
    await stage(card, 'connected');

    // My leg ends, the others go on; then everybody's does.
    await pick(desk, card, 'end-for-all');
    await stage(card, 'ended');
    await eventually(async () => assert.equal(await live(other).count(), 0));
    await other.page.close();
  });

  calls('make another call the current one: the reasons on the other card say what it takes', async (desk) => {
    const card = await converse(desk);
    const consultation = await consult(desk, card);
    const hold = desk.command('transfer', card).first();
    assert.match(await hold.getAttribute('aria-description'), /current call/);
    await desk.command('make-current', card).click();
    await isCurrent(card);
    await eventually(async () => assert.equal(await consultation.getAttribute('aria-current'), null));
    await desk.command('make-current', consultation).click();
    await isCurrent(consultation);
    await desk.expectEnabled(consultation, PAIRED);
  });
});

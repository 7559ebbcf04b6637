// The commands of one call, as an agent gives them: the button is on because the mask says so, and what was asked for
// happens.

import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';

import { eventually, startBrowser } from '../support/browser.mjs';
import { cards, converse, dial, isCurrent, live, name, pick, scenarios, stage } from '../support/calls.mjs';

describe('a call', () => {
  let browser;

  before(async () => {
    browser = await startBrowser();
  });
  after(() => browser?.stop());

  const calls = scenarios(() => browser);

  calls('dial, hold and retrieve, and end: the card stays in its place until it is put away', async (desk) => {
    const card = await converse(desk);
    await isCurrent(card);
    const place = await card.boundingBox();

    await desk.command('hold', card).click();
    await stage(card, 'held');
    await desk.expectEnabled(card, ['retrieve']);
    await desk.page.waitForTimeout(1_100);
    await desk.command('retrieve', card).click();
    await stage(card, 'connected');
    await eventually(async () => assert.match(await card.innerText(), /held 0:0\d/));

    await desk.command('end-call', card).click();
    await stage(card, 'ended');
    assert.deepEqual(await card.boundingBox(), place, 'nothing has moved');
    assert.match(await card.locator('.foot').innerText(), /ended here/);
    assert.equal(await card.locator('.timer').innerText(), await card.locator('.timer').innerText());
    await desk.expectEnabled(card, ['dismiss']);
    await desk.command('dismiss', card).click();
    await card.waitFor({ state: 'detached' });
  });

  calls('answer: a colleague calls', async (desk) => {
    const other = await desk.openAnother(2);
    await dial(other, '4001');
    const card = cards(desk);
    await desk.call('alerting').waitFor();
    await desk.expectEnabled(card, ['answer']);
    await desk.command('answer', card).click();
    await stage(card, 'connected');
    assert.match(await card.locator('.who').innerText(), /\p{L}+ · 4002/u, 'by name and number');
    await other.command('end-call', other.call('connected')).click();
    await stage(card, 'ended');
    assert.match(await card.locator('.foot').innerText(), /caller hung up/);
    await other.page.close();
  });

  calls('tones: the pad takes the keyboard, and no digit is ever on the page', async (desk) => {
    const card = await converse(desk);
    await desk.command('keypad', card).click();
    const keypad = desk.part('keypad');
    await keypad.waitFor();
    await desk.page.keyboard.type('47#*d');
    await keypad.locator('[data-tone="C"]').click();
    await eventually(async () => assert.match(await keypad.locator('.dots').innerText(), /^•{6} 6 digits sent$/));
    const html = await card.evaluate((element) => element.outerHTML);
    assert.doesNotMatch(html, /47#/);
    assert.equal(await desk.part('failure').count(), 0);
    await desk.page.keyboard.press('Escape');
    await keypad.waitFor({ state: 'hidden' });
    assert.equal(await desk.page.evaluate(() => document.activeElement.dataset.command), 'keypad');
  });

  calls('record: the light is the server’s word', async (desk) => {
    const card = await converse(desk);
    assert.equal(await card.locator('[data-part="recording"]').count(), 0);
    await desk.command('start-recording', card).click();
    await card.locator('[data-part="recording"]').waitFor();
    assert.match(await card.locator('[data-part="recording"]').innerText(), /Recording/);
    // The light is the confirmation's; the recording itself begins a moment later, and only then can be stopped.
    await desk.page.waitForTimeout(500);
    await desk.command('stop-recording', card).click();
    await card.locator('[data-part="recording"]').waitFor({ state: 'detached' });
    await desk.command('start-recording', card).waitFor();
  });

  calls('report a bad line, ask the supervisor, raise an emergency', async (desk) => {
    const supervisor = await desk.openAnother(5);
    const card = await converse(desk);
    const more = card.locator('[data-part="more"]');
    await pick(desk, card, 'report-bad-line');
    await desk.command('more', card).click();
    await desk.expectEnabled(more, ['ask-supervisor', 'raise-emergency', 'report-bad-line', 'end-for-all']);
    await desk.page.keyboard.press('Escape');
    for (const command of ['ask-supervisor', 'raise-emergency']) {
      await pick(desk, card, command);
      await stage(card, 'held');
      await supervisor.call('alerting').waitFor();
      if (command === 'raise-emergency') {
        await supervisor.part('emergency').waitFor();
      }
      const consultation = live(desk).nth(1);
      await desk.command('end-call', consultation).click();
      await eventually(async () => assert.equal(await live(desk).count(), 1));
      await desk.command('retrieve', card).click();
      await stage(card, 'connected');
    }
    assert.equal(await desk.part('failure').count(), 0);
    await supervisor.page.close();
  });
});

// Every command is pressed twice in a centre that refuses the first of each kind: the page says why and is as it was,
// and the second press does it. Here: a call of the centre's, its data, and wrap-up.

import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';

import { eventually, startBrowser } from '../support/browser.mjs';
import { stage } from '../support/calls.mjs';
import { ofState, refusing } from '../support/refused.mjs';

describe('refused once, then done:', () => {
  let browser;

  before(async () => {
    browser = await startBrowser();
  });
  after(() => browser?.stop());

  const scenario = refusing(() => browser, { queues: 3, rate: 3 });

  scenario('a call of the centre’s: its data, and wrap-up to its end', async (desk, shift) => {
    await shift.signIn();
    await shift.twice({
      command: 'ready',
      button: ofState(desk, 'ready'),
      done: () => desk.call('alerting').waitFor({ timeout: 20_000 }),
    });
    const card = desk.row(await desk.call('alerting').getAttribute('data-id'), desk.part('calls'));
    await shift.twice({ command: 'answer', on: card, done: () => stage(card, 'connected') });

    const customer = desk.page.locator('[data-part="call-data"][data-id="user.customer"]');
    const field = customer.locator('input');
    await desk.command('edit').click();
    await shift.twice({
      command: 'set-call-data',
      button: async () => {
        await field.fill('C-77');
        return desk.command('set-call-data');
      },
      at: customer,
      stays: field,
      done: () => desk.command('edit').waitFor(),
    });
    assert.match(await customer.innerText(), /C-77/);

    await shift.twice({ command: 'end-call', on: card, done: () => desk.ownState('wrap-up') });
    const panel = desk.part('wrap-up');
    const choice = desk.command('wrap-up-code', panel);
    const list = desk.part('wrap-up-codes');
    const code = list.locator('[data-command="set-wrap-up-data"]').first();
    const filed = (await code.textContent()).trim();
    await shift.twice({
      command: 'set-wrap-up-data',
      button: async () => {
        await choice.click();
        return code;
      },
      at: panel,
      done: () => eventually(async () => assert.equal((await choice.innerText()).trim(), filed)),
    });

    const left = async () => {
      const [minutes, seconds] = (await panel.locator('[role="timer"]').innerText()).split(':').map(Number);
      return minutes * 60 + seconds;
    };
    const before = await left();
    await eventually(async () => assert.ok((await left()) < before - 2, 'its time runs'));
    await shift.twice({
      command: 'wrap-up-ready',
      shown: 'more-time',
      on: panel,
      at: desk.part('banner'),
      done: () => eventually(async () => assert.ok((await left()) >= before - 1, 'its time begins anew')),
    });
    await shift.twice({
      command: 'wrap-up-not-ready',
      on: panel,
      at: desk.part('banner'),
      done: () => eventually(async () => assert.match(await panel.innerText(), /Wrap-up, then not ready/)),
    });
    await shift.twice({
      command: 'not-ready',
      on: panel,
      at: desk.part('banner'),
      done: () => desk.ownState('not-ready'),
    });
  });
});

// Every command is pressed twice in a centre that refuses the first of each kind: the page says why and is as it was,
// and the second press does it. Here: conferences, help, what follows a call, messages.

import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';

import { eventually, startBrowser } from '../support/browser.mjs';
import { FIRST, SECOND, dial, live, stage } from '../support/calls.mjs';
import { fromMore, ofState, refusing, toParty } from '../support/refused.mjs';

describe('refused once, then done:', () => {
  let browser;

  before(async () => {
    browser = await startBrowser();
  });
  after(() => browser?.stop());

  const scenario = refusing(() => browser);

  scenario('a conference after a consultation, and its end for everybody', async (desk, shift) => {
    await shift.signIn();
    const card = await shift.dial(FIRST);
    const second = live(desk).nth(1);
    await shift.twice({
      command: 'consult-for-conference',
      on: card,
      button: toParty(desk, card, 'conference', 'consult-for-conference', SECOND),
      stays: card.locator('[data-part="conference"] [name="party"]'),
      done: () => second.waitFor().then(() => stage(second, 'connected', 15_000)),
    });
    const consultation = desk.row(await second.getAttribute('data-id'), desk.part('calls'));
    await shift.twice({
      command: 'complete-conference',
      on: consultation.locator('.pair'),
      at: consultation.locator('.foot'),
      done: () => consultation.locator('[data-part="conference-mark"]').waitFor(),
    });
    await stage(card, 'ended');
    await shift.putAway(card);
    await shift.twice({
      command: 'end-for-all',
      on: consultation,
      button: fromMore(desk, consultation, 'end-for-all'),
      done: () => stage(consultation, 'ended'),
    });
  });

  scenario('bringing somebody in and handing over, without asking', async (desk, shift) => {
    const other = await shift.openAnother(2);
    await shift.signIn();
    const card = await shift.dial(FIRST);
    await shift.twice({
      command: 'add-party',
      on: card,
      button: toParty(desk, card, 'conference', 'add-party', '4002'),
      stays: card.locator('[data-part="conference"] [name="party"]'),
      done: () => other.call('alerting').waitFor(),
    });
    // The colleague's first answer is refused as well.
    const answer = other.command('answer', other.call('alerting'));
    await answer.click();
    await other.part('failure').waitFor();
    await answer.click();
    await card.locator('[data-part="conference-mark"]').waitFor();
    await shift.twice({ command: 'end-call', on: card, done: () => stage(card, 'ended') });
    await shift.putAway(card);
    await other.page.close();

    await dial(desk, FIRST);
    await desk.call('connected').waitFor({ timeout: 15_000 });
    const next = desk.row(await desk.call('connected').getAttribute('data-id'), desk.part('calls'));
    await shift.twice({
      command: 'blind-transfer',
      on: next,
      button: toParty(desk, next, 'transfer', 'blind-transfer', SECOND),
      stays: next.locator('[data-part="transfer"] [name="party"]'),
      done: () => stage(next, 'ended'),
    });
  });

  scenario('asking the supervisor, and an emergency', async (desk, shift) => {
    const supervisor = await shift.openAnother(5);
    await shift.signIn();
    const card = await shift.dial(FIRST);
    for (const command of ['ask-supervisor', 'raise-emergency']) {
      await shift.twice({
        command,
        on: card,
        button: fromMore(desk, card, command),
        done: () => supervisor.call('alerting').waitFor(),
      });
      await stage(card, 'held');
      const asked = desk.row(await live(desk).nth(1).getAttribute('data-id'), desk.part('calls'));
      const [ended, retrieved] = [() => stage(asked, 'ended'), () => stage(card, 'connected')];
      if (command === 'ask-supervisor') {
        await shift.twice({ command: 'end-call', on: asked, done: ended });
        await shift.twice({ command: 'retrieve', on: card, done: retrieved });
      } else {
        await desk.command('end-call', asked).click();
        await ended();
      }
    }
    await supervisor.page.close();
  });

  scenario('what follows the call, and a message', async (desk, shift) => {
    const other = await shift.openAnother(2);
    await shift.signIn();
    await dial(other, '4001');
    await other.part('failure').waitFor();
    await dial(other, '4001');
    await desk.call('alerting').waitFor();
    const card = desk.row(await desk.call('alerting').getAttribute('data-id'), desk.part('calls'));
    await shift.twice({ command: 'answer', on: card, done: () => stage(card, 'connected') });

    const chip = desk.part('next-state');
    const follows = (pattern) => () => eventually(async () => assert.match(await chip.innerText(), pattern));
    await shift.twice({ command: 'ready', button: ofState(desk, 'ready'), done: follows(/Next: Ready/) });
    await shift.twice({
      command: 'not-ready',
      shown: 'change-next-state',
      on: chip,
      at: desk.part('banner'),
      done: follows(/Next: Not ready/),
    });

    await desk.command('open-conversation', desk.page.locator('[data-part="conversation"][data-id="team"]')).click();
    const field = desk.part('message-field');
    await shift.twice({
      command: 'send-message',
      button: async () => {
        await field.fill('Lunch at 12');
        return desk.command('send-message');
      },
      at: desk.part('chat'),
      stays: field,
      done: () => desk.part('message').waitFor(),
    });
    await other.page.close();
  });
});

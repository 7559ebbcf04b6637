// Every command is pressed twice in a centre that refuses the first of each kind: the page says why and is as it was,
// and the second press does it. Here: the own state, the commands of one call, and a consultation.

import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';

import { eventually, startBrowser } from '../support/browser.mjs';
import { FIRST, SECOND, isCurrent, live, name, stage } from '../support/calls.mjs';
import { fromMore, ofState, refusing, toParty } from '../support/refused.mjs';

describe('refused once, then done:', () => {
  let browser;

  before(async () => {
    browser = await startBrowser();
  });
  after(() => browser?.stop());

  const scenario = refusing(() => browser);

  scenario('signing in and out, ready and not ready', async (desk, shift) => {
    await desk.askToSignIn();
    await desk.part('desk').waitFor();
    await shift.refusal('sign-in', desk.part('banner'));
    await desk.ownState('signed-out');
    await shift.settled('after sign-in');
    await (await ofState(desk, 'sign-in')()).click();
    await desk.ownState('not-ready');
    await eventually(async () => assert.equal(await desk.part('failure').count(), 0));

    await shift.twice({ command: 'ready', button: ofState(desk, 'ready'), done: () => desk.ownState('ready') });
    await shift.twice({
      command: 'not-ready',
      button: ofState(desk, 'not-ready', 1),
      done: () =>
        eventually(async () => assert.match(await desk.command('state-menu').innerText(), /Not ready[^]*Break/)),
    });
    await shift.twice({
      command: 'sign-out',
      button: ofState(desk, 'sign-out'),
      done: () => desk.part('sign-in').waitFor(),
      leaves: true,
    });
    assert.equal(await desk.part('sign-in-error').textContent(), '');
  });

  scenario('what is done with one call', async (desk, shift) => {
    await shift.signIn();
    const card = await shift.dial(FIRST);
    const light = card.locator('[data-part="recording"]');
    const keypad = desk.part('keypad');
    for (const step of [
      { command: 'hold', done: () => stage(card, 'held') },
      { command: 'retrieve', done: () => stage(card, 'connected') },
      {
        command: 'send-tones',
        button: async () => {
          await desk.command('keypad', card).click();
          return keypad.locator('[data-tone="5"]');
        },
        close: () => desk.page.keyboard.press('Escape'),
        done: () => keypad.waitFor({ state: 'hidden' }),
      },
      // The light is the confirmation's; the recording itself begins a moment later, and only then can be stopped.
      { command: 'start-recording', done: () => light.waitFor().then(() => desk.page.waitForTimeout(500)) },
      { command: 'stop-recording', done: () => light.waitFor({ state: 'detached' }) },
      {
        command: 'report-bad-line',
        button: fromMore(desk, card, 'report-bad-line'),
        done: () => stage(card, 'connected'),
      },
      { command: 'end-call', done: () => stage(card, 'ended') },
    ]) {
      await shift.twice({ on: card, ...step });
    }
  });

  scenario('a consultation, the change between its calls, and the transfer', async (desk, shift) => {
    await shift.signIn();
    const card = await shift.dial(FIRST);
    const second = async () => {
      await live(desk).nth(1).waitFor();
      const consultation = desk.row(await live(desk).nth(1).getAttribute('data-id'), desk.part('calls'));
      await stage(consultation, 'connected', 15_000);
      return consultation;
    };
    await shift.twice({
      command: 'consult',
      on: card,
      button: toParty(desk, card, 'transfer', 'consult', SECOND),
      stays: card.locator('[data-part="transfer"] [name="party"]'),
      done: second,
    });
    const consultation = await second();
    const pair = consultation.locator('.pair');
    await shift.settled('in the consultation');

    await shift.twice({ command: 'make-current', on: card, done: () => isCurrent(card) });
    await desk.command('make-current', consultation).click();
    await isCurrent(consultation);
    await shift.twice({
      command: 'alternate',
      on: pair,
      at: consultation.locator('.foot'),
      done: () => stage(consultation, 'held'),
    });
    await isCurrent(card);
    await desk.command('alternate', pair).click();
    await isCurrent(consultation);
    await stage(consultation, 'connected');
    await shift.twice({
      command: 'back-to-caller',
      on: pair,
      at: consultation.locator('.foot'),
      done: async () => {
        await stage(consultation, 'ended');
        await stage(card, 'connected');
      },
    });

    // The refusal of consulting has been met.
    await desk.command('consult', await name(desk, card, 'transfer', SECOND)).click();
    const another = await second();
    await shift.twice({
      command: 'complete-transfer',
      on: another.locator('.pair'),
      at: another.locator('.foot'),
      done: async () => {
        await stage(another, 'ended');
        await stage(card, 'ended');
      },
    });
  });
});

// What the tests of calls share: a hub of its own for each scenario, conversations, consultations, and colleagues.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { eventually, onDesk, openDesk } from './browser.mjs';
import { startHub } from './servers.mjs';

/** Outside numbers that answer after two to four seconds. */
export const [FIRST, SECOND] = ['+358401234567', '+358409999111'];
const ANSWERED = 15_000;

/** What can be done in a conversation that is the only one. */
export const ALONE = ['end-call', 'hold', 'transfer', 'conference', 'keypad', 'start-recording', 'more'];
/** What can be done with the answered consultation of a pair. */
export const PAIRED = [
  'end-call',
  'keypad',
  'start-recording',
  'more',
  'complete-transfer',
  'complete-conference',
  'alternate',
  'back-to-caller',
];

const who = (number) => ({ agent: String(1000 + number), extension: String(4000 + number) });

/** Scenarios at the desk of agent 1001 in a centre where nobody calls; `browser` answers with the browser then. */
export const scenarios = (browser) => (name, scenario, options) =>
  test(name, async (t) => {
    const hub = await startHub({
      site: process.env.SWITCHHOOK_DIST,
      agents: 12,
      queues: 2,
      callbacks: 4,
      rate: 0,
      grace: 0,
    });
    t.after(hub.stop);
    const inIt = async (desk) => {
      desk.openAnother = async (number) => {
        const other = await openDesk(browser(), hub.url);
        await other.startShift(who(number));
        return other;
      };
      await desk.startShift(who(1));
      await scenario(desk);
    };
    await onDesk(browser(), hub.url, `calls ${name}`, inIt, options);
  });

/** The cards of all calls, and of those that are not over. */
export const cards = (desk) => desk.part('call');
export const live = (desk) => desk.page.locator('[data-part="call"]:not([data-stage="ended"], [data-stage="failed"])');

/** The card of a call, whatever becomes of it. */
const cardOf = async (desk, card) => desk.row(await card.getAttribute('data-id'), desk.part('calls'));

export const stage = (card, wanted, limit) =>
  eventually(async () => assert.equal(await card.getAttribute('data-stage'), wanted), limit);
export const isCurrent = (card) =>
  eventually(async () => assert.equal(await card.getAttribute('aria-current'), 'true'));

/** Dials a number from the bar. */
export async function dial(desk, number) {
  await desk.part('dial').locator('input').fill(number);
  await desk.command('dial', desk.part('dial')).click();
}

/** Calls out and waits for the answer: a conversation with somebody outside the house. */
export async function converse(desk, number = FIRST) {
  await dial(desk, number);
  await desk.call('connected').waitFor({ timeout: ANSWERED });
  const card = await cardOf(desk, desk.call('connected'));
  await desk.expectEnabled(card, ALONE);
  return card;
}

/** Opens a card's panel (`transfer`, `conference`) and names somebody there; answers with the panel. */
export async function name(desk, card, panel, number) {
  await desk.command(panel, card).click();
  const frame = card.locator(`[data-part="${panel}"]`);
  await frame.locator('[name="party"]').fill(number);
  return frame;
}

/** Calls somebody about a call; the consultation's card, once it is answered. */
export async function consult(desk, card, panel = 'transfer', number = SECOND) {
  const frame = await name(desk, card, panel, number);
  await desk.command(panel === 'transfer' ? 'consult' : 'consult-for-conference', frame).click();
  await frame.waitFor({ state: 'hidden' });
  await stage(card, 'held');
  await live(desk).nth(1).waitFor();
  const consultation = await cardOf(desk, live(desk).nth(1));
  await stage(consultation, 'connected', ANSWERED);
  await desk.expectEnabled(consultation, PAIRED);
  return consultation;
}

/** Picks from the menu of what is seldom done. */
export async function pick(desk, card, command) {
  await desk.command('more', card).click();
  const more = card.locator('[data-part="more"]');
  await desk.command(command, more).click();
  await more.waitFor({ state: 'hidden' });
}

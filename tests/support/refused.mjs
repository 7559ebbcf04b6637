// A centre that refuses the first command of each kind at each desk, and the two presses that a command takes there.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { eventually, onDesk, openDesk } from './browser.mjs';
import { name, stage } from './calls.mjs';
import { Judge, buttons } from './masks.mjs';
import { startHub } from './servers.mjs';
import { Ear } from './wire.mjs';

/** The failure code that each command meets first, and what it is called where the page tells of it. */
const REFUSALS = {
  'sign-in': ['Sign in', 10],
  'sign-out': ['Sign out', 38],
  ready: ['Ready', 38],
  'not-ready': ['Not ready', 38],
  'wrap-up-ready': ['Wrap-up, then ready', 50],
  'wrap-up-not-ready': ['Wrap-up, then not ready', 50],
  dial: ['Dial \\S+', 16],
  answer: ['Answer', 13],
  'end-call': ['End call', 35],
  'end-for-all': ['End for everybody', 35],
  hold: ['Hold', 38],
  retrieve: ['Retrieve', 38],
  alternate: ['Alternate', 38],
  'back-to-caller': ['Back to caller', 38],
  'make-current': ['Switch to this call', 13],
  'send-tones': ['Keypad', 24],
  'start-recording': ['Record', 12],
  'stop-recording': ['Stop recording', 12],
  consult: ['Consult', 16],
  'consult-for-conference': ['Consult', 16],
  'complete-transfer': ['Complete transfer', 38],
  'blind-transfer': ['Blind transfer', 24],
  'complete-conference': ['Conference', 30],
  'add-party': ['Add to the call', 30],
  'set-call-data': ['Call data', 14],
  'set-wrap-up-data': ['Wrap-up code', 74],
  'ask-supervisor': ['Ask supervisor', 64],
  'raise-emergency': ['Emergency', 65],
  'report-bad-line': ['Report bad line', 66],
  'send-message': ['Message', 71],
};

/** What a code means, in the page's words. */
const MEANINGS = {
  10: 'this phone is already used',
  12: 'this phone system cannot do that',
  13: 'the call does not exist any more',
  14: 'this part of the call’s data cannot be changed',
  16: 'the phone system did not answer',
  24: 'these digits cannot be dialled',
  30: 'no more people can join',
  35: 'you are no longer on this call',
  38: 'not possible in the present state',
  50: 'The telephony server does not know this way of working',
  64: 'no supervisor of yours is signed in',
  65: 'you belong to no team',
  66: 'you are on no call',
  71: 'nobody can be reached in this way',
  74: 'this is too long',
};

/** How long a press among the calls is taken for a second one on the card that has gone, and then some. */
const GUARDED = 600;

const who = (number) => ({ agent: String(1000 + number), extension: String(4000 + number) });

/** Scenarios in that centre; each gets the desk of agent 1001, which nobody has signed in at. */
export const refusing = (browser, centre) => (name, scenario) =>
  test(name, async (t) => {
    const options = { agents: 12, queues: 2, callbacks: 4, rate: 0, grace: 0, ...centre };
    const hub = await startHub({ site: process.env.SWITCHHOOK_DIST, scenario: 'refusals', ...options });
    t.after(hub.stop);
    const ear = new Ear();
    const inIt = async (desk) => {
      const shift = new Shift(desk, ear);
      shift.openAnother = async (number) => {
        const other = await openDesk(browser(), hub.url);
        await new Shift(other).signIn(who(number));
        // A page in the background is drawn seldom.
        await desk.page.bringToFront();
        return other;
      };
      await scenario(desk, shift);
    };
    await onDesk(browser(), hub.url, `refused once ${name}`, inIt, { prepare: ear.listen });
  });

/** Finds an entry of the menu of states, with this reason or with none. */
export const ofState = (desk, command, reason) => async () => {
  const menu = desk.part('state-menu');
  if (!(await menu.isVisible())) {
    await desk.command('state-menu', desk.part('state')).click();
  }
  return menu.locator(`[data-command="${command}"]${reason ? `[data-reason="${reason}"]` : ':not([data-reason])'}`);
};

/** Finds an entry of a card's menu of what is seldom done. */
export const fromMore = (desk, card, command) => async () => {
  const more = desk.command('more', card);
  await eventually(async () => assert.equal(await more.getAttribute('aria-disabled'), null));
  await more.click();
  return desk.command(command, card.locator('[data-part="more"]'));
};

/** Names somebody in a card's panel (`transfer`, `conference`) and finds a button there. */
export const toParty = (desk, card, panel, command, number) => async () =>
  desk.command(command, await name(desk, card, panel, number));

/** A shift at a desk whose commands are refused the first time. */
class Shift {
  #desk;
  #ear;
  #judge;

  constructor(desk, ear) {
    this.#desk = desk;
    this.#ear = ear;
    this.#judge = new Judge(desk.page, ear);
  }

  /** Signs in: the telephony server refuses, and takes it when it is asked again where it says so. */
  async signIn(as = who(1)) {
    await this.#desk.askToSignIn(as);
    await this.#desk.command('details', this.#desk.part('failure')).click();
    await this.#desk.command('try-again').click();
    await this.#desk.ownState('not-ready');
    await this.#desk.link('live');
  }

  /** Nothing is under way, and the buttons that are on are those that the masks allow. */
  settled(after) {
    return eventually(async () => assert.deepEqual(await this.#judge.differences(), [], after));
  }

  /** Waits until the refusal of a command is told, once, at `place`, and has it say all that it knows. */
  async refusal(command, place) {
    const desk = this.#desk;
    const [called, code] = REFUSALS[command];
    const failure = place.locator('[data-part="failure"]');
    await failure.waitFor();
    assert.equal(await desk.part('failure').count(), 1, `${command}: it is said once`);
    const words = new RegExp(`^${called}: ${MEANINGS[code].replace('’', '.')}`);
    assert.match(await failure.innerText(), words, command);
    await eventually(async () => assert.match(await desk.part('assertive').textContent(), words, command));
    assert.ok(await desk.page.evaluate(() => document.activeElement !== document.body), `${command}: focus is lost`);

    const confirmations = this.#ear.calls('CtiEvent').filter(([name]) => name === 'OnControlFailureConf');
    const { FailureCode: told, InvokeID: request, ErrorMessage: text } = confirmations.at(-1)[1];
    assert.equal(told, code, command);
    // Of signing out another event tells first, which has no words; then the page says what the code means.
    const reason = command === 'sign-out' ? 'That is not possible at this moment' : text;
    const details = failure.locator('.details');
    assert.ok(!(await details.isVisible()), 'the code is of no use to most people');
    await desk.command('details', failure).click();
    const shown = await details.innerText();
    assert.ok(shown.includes(reason), `${command}: the reason is in: ${shown}`);
    assert.match(shown, new RegExp(`code ${code}\\b[^]*request ${request}\\b`), command);
    await desk.page.keyboard.press('Escape');
    await details.waitFor({ state: 'hidden' });
  }

  /** What a person sees of the own state, the calls and what can be done: all that a refusal leaves as it was. */
  async #present() {
    const desk = this.#desk;
    const all = await buttons(desk.page);
    const judged = all
      .filter(({ command, reason, call }) => this.#judge.allow(command, reason, call) !== undefined)
      .map(({ command, reason, call, isOn, isBusy }) => ({ command, reason, call, isOn, isBusy }));
    const calls = await desk.part('call').evaluateAll((cards) =>
      cards.map((card) => ({
        ...card.dataset,
        isCurrent: card.getAttribute('aria-current'),
        marks: [...card.querySelectorAll('.tags [data-part]')].map((mark) => mark.dataset.part),
      })),
    );
    const state = await desk.command('state-menu').getAttribute('aria-label');
    const next = await desk.part('next-state').allInnerTexts();
    const pending = await desk.page.locator('.pending').innerText();
    const messages = await desk.part('message').count();
    return { state, next, pending, calls, messages, judged };
  }

  /**
   * Presses a button twice: the first press is refused and changes nothing, the second one does it.
   *
   * `on` is the card or part where the button is, `button` finds it and opens and fills in what it takes; `at` is
   * where the refusal stands; `stays` is a field that keeps what was written; `done` waits for what was asked for, and
   * `leaves` says that this is the end of the shift.
   */
  async twice({ command, shown = command, on, button, at, stays, close, done, leaves = false }) {
    const desk = this.#desk;
    const find = button ?? (() => desk.command(shown, on));
    const place = at ?? (on ? on.locator('.foot') : desk.part('banner'));
    const ready = async () => {
      const found = (await find()).first();
      await found.waitFor();
      await eventually(async () =>
        assert.equal(await found.getAttribute('aria-disabled'), null, `${command} cannot be pressed`),
      );
      await this.settled(`before ${command}`);
      return found;
    };
    const first = await ready();
    const before = await this.#present();
    const written = await stays?.inputValue();
    await first.click();
    await close?.();
    await this.refusal(command, place);
    assert.equal(await stays?.inputValue(), written, `${command}: what was written is kept`);
    const again = await ready();
    assert.deepEqual(await this.#present(), before, `${command}: nothing has changed`);

    await again.click();
    await close?.();
    await done();
    if (leaves) {
      return;
    }
    await eventually(async () => assert.equal(await desk.part('failure').count(), 0, `${command} is refused again`));
    await this.settled(`after ${command}`);
  }

  /** Puts away the card of a call that is over; for a moment the page takes no other press among the calls. */
  async putAway(card) {
    await this.#desk.command('dismiss', card).click();
    await card.waitFor({ state: 'detached' });
    await this.#desk.page.waitForTimeout(GUARDED);
  }

  /** Dials twice; answers with the card of the call when somebody talks there. */
  async dial(number) {
    const desk = this.#desk;
    const field = desk.part('dial').locator('input');
    await this.twice({
      command: 'dial',
      button: async () => {
        await field.fill(number);
        return desk.command('dial', desk.part('dial'));
      },
      done: () => desk.call('connected').waitFor({ timeout: 15_000 }),
    });
    const card = desk.row(await desk.call('connected').getAttribute('data-id'), desk.part('calls'));
    await stage(card, 'connected');
    return card;
  }
}

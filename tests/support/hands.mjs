// A person without a mouse: keys are pressed, what has the focus is looked at, what is said is heard.

import assert from 'node:assert/strict';

import { eventually } from './browser.mjs';

export const ALT_SHIFT = 1 | 8;

/** A desk in the hands of somebody who has no mouse. */
export class Hands {
  constructor(desk) {
    this.desk = desk;
    this.page = desk.page;
  }

  async press(...keys) {
    for (const key of keys) {
      await this.page.keyboard.press(key);
    }
  }

  /** Alt, Shift and this key. */
  act(key) {
    return this.press(`Alt+Shift+${key}`);
  }

  type(text) {
    return this.page.keyboard.type(text);
  }

  /** What has the focus: its hooks, and whether a person can see that it has. */
  focus() {
    return this.page.evaluate(() => {
      const at = document.activeElement;
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(at);
      const card = at.closest('[data-part="call"]');
      return {
        lost: at === document.body,
        command: at.dataset.command ?? null,
        part: at.dataset.part ?? null,
        reason: at.dataset.reason ?? null,
        name: at.getAttribute('name'),
        call: card?.dataset.id ?? null,
        seen: (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) || boxShadow !== 'none',
      };
    });
  }

  /** Waits until the focus is at what has these hooks. */
  async at(wanted) {
    await eventually(async () => {
      const here = await this.focus();
      const hooks = Object.fromEntries(Object.keys(wanted).map((name) => [name, here[name]]));
      assert.deepEqual(hooks, wanted, JSON.stringify(here));
    });
  }

  /** Presses a key until the focus is where it should be; it may never be out of sight on the way. */
  async until(key, wanted) {
    const stops = [];
    for (let presses = 0; presses < 60; presses += 1) {
      await this.press(key);
      const here = await this.focus();
      stops.push(here.command ?? here.part ?? here.name ?? 'nothing');
      if (!here.lost && wanted(here)) {
        assert.ok(here.seen, `the focus can be seen at ${stops.at(-1)}`);
        return;
      }
    }
    assert.fail(`${key} never got there; it stopped at ${stops.join(', ')}`);
  }

  /** What screen readers were told last. */
  async said(pattern, region = 'polite') {
    await eventually(async () => assert.match(await this.desk.part(region).textContent(), pattern));
  }

  /** Signs in by typing, and waits until the agent can work. */
  async signIn({ agent = '1001', extension = '4001' } = {}) {
    await this.desk.part('sign-in').waitFor();
    await this.at({ name: 'agent-id' });
    // What was used last may stand there already.
    await this.press('Control+A');
    await this.type(agent);
    await this.press('Tab', 'Control+A');
    await this.type(extension);
    await this.press('Enter');
    await this.desk.link('live');
    await this.desk.ownState('not-ready');
    assert.ok(!(await this.focus()).lost, 'the desk takes the focus');
  }

  /** Dials a number from wherever the focus is, and waits until somebody answers. */
  async dial(number) {
    await this.act('D');
    await this.at({ name: 'number' });
    await this.type(number);
    await this.press('Enter');
    await this.desk.call('connected').waitFor({ timeout: 15_000 });
  }

  /** Answers the call that rings as soon as that is possible. */
  async answer() {
    const button = '[data-part="call"][data-stage="alerting"] [data-command="answer"]:not([aria-disabled])';
    await this.page.locator(button).waitFor({ timeout: 20_000 });
    await this.act('P');
    await this.desk.call('connected').waitFor();
  }

  /** A key press as a keyboard of another layout sends it. */
  async send(key, code, modifiers = ALT_SHIFT, more = {}) {
    const session = (this.session ??= await this.page.context().newCDPSession(this.page));
    await session.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', key, code, modifiers, ...more });
    await session.send('Input.dispatchKeyEvent', { type: 'keyUp', key, code, modifiers });
  }
}

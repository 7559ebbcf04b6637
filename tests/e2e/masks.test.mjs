// Whatever an agent does and whatever happens in the centre: the buttons that are on are those that the masks allow.
// The agent presses enabled buttons as they come; the judge reads the masks off the wire and shares no code with the
// page.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { eventually, onDesk, startBrowser } from '../support/browser.mjs';
import { Judge, NEEDS_MORE, buttons } from '../support/masks.mjs';
import { startHub } from '../support/servers.mjs';
import { Ear } from '../support/wire.mjs';

const STEPS = 120;

/** What would end the shift, or is pressed only to say more. */
const LEFT_ALONE = ['sign-out', 'sign-in', 'send-tones', ...NEEDS_MORE];

const ENDINGS = ['end-call', 'end-for-all', 'complete-transfer'];

/** Small numbers that look thrown and are the same in every run. */
function dice(seed) {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

/** What was said last of the calls that differ, for whoever looks for the reason. */
function lately(ear, found) {
  const calls = found.map(({ call }) => call);
  const said = ear
    .calls('CtiEvent')
    .filter(([name, { UniqueObjectID: id }]) => calls.includes(id) || name === 'OnCurrentCallChanged');
  return said
    .slice(-12)
    .map(([name, { UniqueObjectID: id, EnablementMask: mask }]) => `${name} ${id} ${mask?.toString(16)}`)
    .join(', ');
}

describe('the buttons', () => {
  let browser;

  before(async () => {
    browser = await startBrowser();
  });
  after(() => browser?.stop());

  for (const seed of [3, 11]) {
    test(`are those that the masks allow, whatever happens (${seed})`, async (t) => {
      const hub = await startHub({
        site: process.env.SWITCHHOOK_DIST,
        agents: 8,
        queues: 2,
        callbacks: 4,
        seed,
        rate: 3,
      });
      t.after(hub.stop);
      const throws = dice(seed);
      const ear = new Ear();
      await onDesk(
        browser,
        hub.url,
        `masks ${seed}`,
        async (desk) => {
          const judge = new Judge(desk.page, ear);
          const pressed = new Map();

          await desk.startShift();
          await desk.choose('ready');
          for (let step = 0; step < STEPS; step += 1) {
            // What was pressed settles, what is on the wire arrives; then nothing may differ.
            await eventually(async () => {
              const found = await judge.differences();
              assert.deepEqual(found, [], `after step ${step}; told last: ${lately(ear, found)}`);
            }, 8_000);
            // A call is ended now and then, else it would end before anything else was tried.
            const ends = throws(12) === 0;
            const possible = (await buttons(desk.page)).filter(
              ({ command, isOn, isSeen }) =>
                isOn &&
                isSeen &&
                (ends || !ENDINGS.includes(command)) &&
                judge.allow(command, null, null) !== undefined &&
                !LEFT_ALONE.includes(command),
            );
            if (possible.length > 0 && throws(3) > 0) {
              // What was pressed least comes first.
              const times = ({ command }) => pressed.get(command) ?? 0;
              const least = Math.min(...possible.map(times));
              const rare = possible.filter((button) => times(button) === least);
              const { place, command } = rare[throws(rare.length)];
              pressed.set(command, least + 1);
              // It may be gone or off by now, as it may for a person.
              await desk.page
                .locator('[data-command]')
                .nth(place)
                .click({ timeout: 500, noWaitAfter: true })
                .catch(() => {});
            }
            if (throws(4) === 0) {
              // Ready again, so that calls go on coming.
              const ready = desk.command('ready', desk.part('state-menu'));
              if ((await ready.getAttribute('aria-disabled')) === null) {
                await desk.choose('ready');
              }
            }
            await desk.page.waitForTimeout(150);
          }
          assert.ok(pressed.size >= 4, `too little was tried: ${[...pressed.keys()]}`);
        },
        { prepare: ear.listen },
      );
    });
  }
});

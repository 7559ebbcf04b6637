// No barriers, in light and in dark, on every screen and in every situation that has a look of its own.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { eventually, inLanguage, onDesk, startBrowser } from '../support/browser.mjs';
import { ALONE } from '../support/calls.mjs';
import { startHub } from '../support/servers.mjs';

const CENTRE = { site: process.env.SWITCHHOOK_DIST, agents: 12, queues: 4, callbacks: 8, seed: 7 };
// Requests that fail are errors to the browser, and meant to happen here.
const tolerate = [/Failed to load resource/, /WebSocket connection to/, /ERR_/];

/** In each language: a screen is looked at in its words and in its direction. */
const LANGUAGES = ['en', 'de', 'ar'];

describe('no accessibility barriers', () => {
  let browser;

  before(async () => {
    browser = await startBrowser();
  });
  after(() => browser?.stop());

  const on = (name, scenario, options) =>
    LANGUAGES.forEach((language) =>
      test(`${name}, in ${language}`, async (t) => {
        const hub = await startHub({ ...CENTRE, ...options?.centre });
        t.after(hub.stop);
        const inIt = async (desk) => {
          await eventually(async () =>
            assert.equal(await desk.page.evaluate(() => document.documentElement.lang), language),
          );
          await scenario(desk, hub);
        };
        const prepare = inLanguage(language);
        await onDesk(browser, hub.url, `accessibility ${name} ${language}`, inIt, { prepare, ...options });
      }),
    );

  on(
    'at sign-in, also when it was refused',
    async (desk) => {
      await desk.part('sign-in').waitFor();
      await desk.checkAccessibility();
      await desk.part('sign-in').locator('[name="agent-id"]').fill('nobody');
      await desk.part('sign-in').locator('[name="extension"]').fill('4001');
      await desk.command('sign-in').click();
      await eventually(async () => assert.match(await desk.part('sign-in-error').innerText(), /\S/));
      await desk.checkAccessibility();
    },
    { tolerate, centre: { rate: 0 } },
  );

  on(
    'on the desk, with the menu of states open, while a call rings, and in a call with the keypad open',
    async (desk) => {
      await desk.startShift();
      await desk.part('callback').first().waitFor();
      await desk.checkAccessibility();

      await desk.command('state-menu').click();
      await desk.part('state-menu').waitFor();
      await desk.checkAccessibility();
      await desk.page.keyboard.press('Escape');

      const card = await desk.awaitCall();
      await desk.expectEnabled(card, ['answer']);
      await desk.checkAccessibility();

      await desk.command('answer', card).click();
      await desk.call('connected').waitFor();
      await desk.expectEnabled(card, ALONE);
      await desk.command('keypad', card).click();
      await desk.part('keypad').waitFor();
      await desk.checkAccessibility();
      await desk.page.keyboard.press('Escape');

      await desk.command('end-call', card).click();
      await desk.ownState('wrap-up');
      await desk.checkAccessibility();
    },
  );

  on(
    'with a failed command and a failed call, and their details open',
    async (desk) => {
      await desk.startShift();
      const dial = async (number) => {
        await desk.part('dial').locator('input').fill(number);
        await desk.command('dial', desk.part('dial')).click();
      };
      await dial('taxi');
      await desk.part('failure').waitFor();
      await desk.checkAccessibility();
      await desk.part('failure').locator('[popovertarget]').click();
      await desk.checkAccessibility();
      await desk.page.keyboard.press('Escape');
      await dial('+358401234500');
      await desk.call('failed').waitFor();
      await desk.checkAccessibility();
    },
    { centre: { rate: 0 } },
  );

  on(
    'while the connection is lost',
    async (desk, hub) => {
      await desk.startShift();
      await hub.kill();
      await desk.link('reconnecting');
      await eventually(async () =>
        assert.ok((await desk.page.locator('[data-part="agent"][data-unsure]').count()) > 5),
      );
      await desk.checkAccessibility();
    },
    { tolerate, centre: { rate: 0 } },
  );

  on(
    'when the configuration is faulty',
    async (desk) => {
      await desk.part('bad-config').waitFor();
      await desk.checkAccessibility();
    },
    { config: { source: { hub: 7 } }, centre: { rate: 0 } },
  );
});

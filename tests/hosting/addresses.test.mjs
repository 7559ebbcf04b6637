// What stands behind the # of the address: it opens places of the desk, and never does anything.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { onDesk, startBrowser } from '../support/browser.mjs';
import { startHub } from '../support/servers.mjs';

describe('the address', () => {
  let browser;
  let hub;

  before(async () => {
    browser = await startBrowser();
    hub = await startHub({ site: process.env.SWITCHHOOK_DIST, agents: 6, queues: 2, callbacks: 2, rate: 0 });
  });
  after(async () => {
    await browser?.stop();
    await hub?.stop();
  });

  test('opens the settings when the desk begins, and other places as it changes', () =>
    onDesk(browser, `${hub.url}/#settings`, 'addresses', async (desk) => {
      await desk.startShift();
      await desk.part('settings').waitFor();
      await desk.page.evaluate(() => (location.hash = '#shortcuts'));
      await desk.part('shortcuts').waitFor();
      assert.ok(await desk.part('settings').isHidden());
      await desk.page.evaluate(() => (location.hash = '#dial'));
      await desk.part('shortcuts').waitFor({ state: 'hidden' });
      const field = desk.part('dial').locator('input');
      assert.ok(await field.evaluate((field) => field === document.activeElement));
    }));

  test('presses nothing, whatever it says', () =>
    onDesk(browser, `${hub.url}/#ready`, 'addresses that would act', async (desk) => {
      await desk.startShift();
      for (const hash of ['#state-menu', '#not-ready', '#ready', '#<img src=x>', '#no-such-place', '#%zz', '']) {
        await desk.page.evaluate((hash) => (location.hash = hash), hash);
      }
      await desk.page.evaluate(() => new Promise(requestAnimationFrame));
      await desk.ownState('not-ready');
      assert.equal(await desk.page.locator('[popover]:popover-open, dialog[open]').count(), 0);
    }));
});

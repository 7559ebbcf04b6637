// When the program cannot start or has ended, the page says so instead of standing still.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { onDesk, startBrowser } from '../support/browser.mjs';
import { startHub } from '../support/servers.mjs';

describe('a program that has ended', () => {
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

  const overlay = async (desk) => {
    const crash = desk.part('crash');
    await crash.waitFor();
    assert.equal(await crash.getAttribute('role'), 'alertdialog');
    assert.match(await crash.innerText(), /calls go on at your phone/);
    const reload = desk.command('reload', crash);
    assert.ok(await reload.evaluate((button) => button === document.activeElement), 'Reload has the focus');
    await desk.checkAccessibility();
    return { crash, reload };
  };

  test('is covered by what happened and a way on, and nothing behind it can be used', () =>
    onDesk(browser, hub.url, 'panic', async (desk) => {
      await desk.startShift();
      // The panic hook's last word.
      await desk.page.evaluate(() => document.documentElement.setAttribute('data-crash', 'panicked at src/somewhere'));
      const { crash, reload } = await overlay(desk);
      assert.match(await crash.innerText(), /panicked at src\/somewhere/);
      assert.ok(await desk.part('app').evaluate((app) => app.inert));
      await desk.page.keyboard.press('Tab');
      const focus = await desk.page.evaluate(
        () => document.activeElement.closest('[data-part]')?.dataset.part ?? 'page',
      );
      assert.ok(['crash', 'page'].includes(focus), `the focus stays out of the desk (${focus})`);
      await reload.focus();
      await desk.page.keyboard.press('Enter');
      await desk.part('sign-in').waitFor();
      assert.ok(await crash.isHidden());
    }));

  test('or could not be loaded leaves the same way on', () =>
    onDesk(
      browser,
      hub.url,
      'no program',
      async (desk) => {
        const { crash, reload } = await overlay(desk);
        assert.match(await crash.innerText(), /could not be started/);
        await desk.page.unroute('**/*.wasm');
        await reload.click();
        await desk.part('sign-in').waitFor();
      },
      {
        tolerate: [/Failed to load resource/, /error: .*(fetch|Response|HTTP|wasm|WebAssembly)/i],
        prepare: (page) => page.route('**/*.wasm', (route) => route.fulfill({ status: 503, body: '' })),
      },
    ));
});

// The desk's layouts: by the room there is, by the site's choice, and what each of them shows.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { eventually, inLanguage, onDesk, startBrowser } from '../support/browser.mjs';
import { startHub } from '../support/servers.mjs';

const PANELS = ['contact', 'agents', 'queues', 'callbacks', 'chat'];

describe('the layouts', () => {
  let browser;
  let hub;
  // Callers would ring whoever is ready: only who wants a call is called.
  let quiet;
  let agent = 0;

  before(async () => {
    const centre = { site: process.env.SWITCHHOOK_DIST, agents: 40, desks: 30, queues: 6, callbacks: 6, seed: 7, grace: 0 };
    [browser, hub, quiet] = await Promise.all([
      startBrowser(),
      startHub({ ...centre, rate: 2 }),
      startHub({ ...centre, rate: 0 }),
    ]);
  });
  after(() => Promise.all([browser?.stop(), hub?.stop(), quiet?.stop()]));

  const who = () => {
    agent += 1;
    return { agent: String(1000 + agent), extension: String(4000 + agent) };
  };
  const on = (name, size, scenario, { of = () => quiet, ...options } = {}) =>
    test(name, () =>
      onDesk(
        browser,
        of().url,
        name,
        async (desk) => {
          await desk.page.setViewportSize(size);
          await scenario(desk);
        },
        options,
      ),
    );
  const layout = (desk, name) => desk.page.locator(`html[data-layout="${name}"]`).waitFor();
  /** Which of the parts can be seen. */
  const seen = (desk, parts) =>
    desk.page.evaluate(
      (parts) => parts.filter((part) => [...document.querySelectorAll(`[data-part="${part}"]`)].some((found) => found.checkVisibility())),
      parts,
    );
  /** What can be seen and sticks out of the window, in words. */
  const outside = (desk) =>
    desk.page.evaluate(() =>
      [...document.querySelectorAll('[data-part="app"] *')]
        .filter((element) => element.checkVisibility() && !element.closest('.unseen, [popover]') && element.getClientRects().length > 0)
        .map((element) => [element, element.getBoundingClientRect()])
        .filter(([, { width }]) => width > 1)
        .filter(([, { left, right, top, bottom }]) => left < -1 || right > innerWidth + 1 || top < -1 || bottom > innerHeight + 1)
        .map(([element, { left, right, top, bottom }]) => `${element.localName}.${element.className} ${[left, right, top, bottom]}`)
        .slice(0, 5),
    );
  const configured = async (layout) => ({ ...(await (await fetch(`${quiet.url}/config.json`)).json()), layout });

  on('the room decides, again and again, where nobody has', { width: 1280, height: 800 }, async (desk) => {
    await desk.startShift(who());
    await layout(desk, 'full');
    assert.deepEqual(await seen(desk, ['tabs', ...PANELS]), PANELS);
    for (const [width, height, name] of [
      [735, 800, 'compact'],
      [736, 800, 'full'],
      [736, 119, 'bar'],
      [480, 64, 'bar'],
      [320, 120, 'compact'],
      [1280, 120, 'full'],
    ]) {
      await desk.page.setViewportSize({ width, height });
      await layout(desk, name);
    }
  });

  // The longest words, and from right to left.
  for (const language of ['de', 'ar']) {
    on(
      `a bar is one row of 64 pixels, in ${language}: signing in, a call from ringing to its end`,
      { width: 480, height: 64 },
      async (desk) => {
        await desk.part('sign-in').waitFor();
        await eventually(async () => assert.equal(await desk.page.evaluate(() => document.documentElement.lang), language));
        await eventually(async () => assert.deepEqual(await outside(desk), []));
        await desk.startShift(who());
        await eventually(async () => assert.deepEqual(await outside(desk), []));
        const card = await desk.awaitCall();
        await eventually(async () => assert.deepEqual(await outside(desk), []));
        await desk.command('answer', card).click();
        await desk.call('connected').waitFor();
        assert.deepEqual(await outside(desk), []);
        assert.ok((await card.locator('.who').boundingBox()).width > 60, 'who calls can be read');
        const places = async () => Promise.all(['answer', 'end-call'].map((name) => desk.command(name, card).boundingBox()));
        const before = await places();
        await desk.command('hold', card).click();
        await desk.call('held').waitFor();
        assert.deepEqual(await places(), before, 'nothing moves');
        await desk.command('retrieve', card).click();
        await desk.call('connected').waitFor();
        for (const width of [480, 1400]) {
          await desk.page.setViewportSize({ width, height: 64 });
          await eventually(async () => assert.deepEqual(await outside(desk), []));
        }
        await desk.checkAccessibility();
        await desk.command('end-call', card).click();
        await desk.ownState('wrap-up');
        await eventually(async () => assert.deepEqual(await outside(desk), []));
        assert.deepEqual(await seen(desk, ['dial', 'wrap-up', 'missed', ...PANELS]), []);
      },
      { of: () => hub, prepare: inLanguage(language) },
    );
  }

  on('a bar counts what went wrong, and leads to the whole desk and back', { width: 600, height: 64 }, async (desk) => {
    await desk.startShift(who());
    await layout(desk, 'bar');
    const unfold = desk.command('unfold');
    assert.equal(await unfold.getAttribute('aria-expanded'), 'false');
    assert.doesNotMatch(await unfold.getAttribute('aria-label'), /\d/);
    // A key goes to what is not in sight.
    await desk.page.keyboard.press('Alt+Shift+D');
    await layout(desk, 'compact');
    const field = desk.part('dial').locator('input');
    await eventually(async () => assert.ok(await field.evaluate((field) => field === document.activeElement)));
    await field.fill('nowhere');
    await field.press('Enter');
    await desk.page.locator('[data-part="failure"], [data-part="call"][data-stage="failed"]').first().waitFor({ state: 'attached' });
    await unfold.click();
    await layout(desk, 'bar');
    await eventually(async () => assert.match(await unfold.getAttribute('aria-label'), /1 thing/));
  }, { tolerate: [/./] });

  for (const language of ['en', 'ar']) {
    on(
      `compact keeps the own work in sight and the rest behind tabs, in ${language}`,
      { width: 320, height: 700 },
      async (desk) => {
        await desk.startShift(who());
        await layout(desk, 'compact');
        for (const part of [...PANELS, 'contact']) {
          const tab = desk.page.locator(`[data-command="tab"][data-tab="${part}"]`);
          await tab.click();
          assert.equal(await tab.getAttribute('aria-current'), 'true');
          await eventually(async () => assert.deepEqual(await seen(desk, ['state', 'calls', 'dial', ...PANELS]), ['state', 'calls', 'dial', part]));
          assert.ok(await desk.page.evaluate(() => document.scrollingElement.scrollWidth <= innerWidth));
          await desk.checkAccessibility();
        }
      },
      { prepare: inLanguage(language) },
    );
  }

  test('a message that comes while another part is in sight is counted on its tab, and read when it is seen', async () => {
    const [mine, theirs] = [who(), who()];
    const write = async (desk, text) => {
      await desk.part('message-field').fill(text);
      await eventually(() => desk.command('send-message').click({ timeout: 1_000 }));
      await desk.part('message').last().waitFor();
    };
    await onDesk(browser, quiet.url, 'tabs mine', async (desk) => {
      await desk.page.setViewportSize({ width: 320, height: 700 });
      await desk.startShift(mine);
      const badge = desk.page.locator('[data-command="tab"][data-tab="chat"] .badge');
      assert.equal((await badge.textContent()).trim(), '');
      await onDesk(browser, quiet.url, 'tabs theirs', async (other) => {
        await other.startShift(theirs);
        await other.part('write-to').fill(mine.agent);
        await other.part('person').first().locator('[data-command]').click();
        await write(other, 'Are you there?');
      });
      await eventually(async () => assert.equal((await badge.textContent()).trim(), '1'));
      await desk.page.locator('[data-command="tab"][data-tab="chat"]').click();
      await desk.page.locator(`[data-part="conversation"][data-id="${theirs.agent}"] [data-command]`).click();
      await eventually(async () => assert.equal((await badge.textContent()).trim(), ''));
    });
  });

  for (const [width, height] of [
    [1280, 720],
    [1920, 1080],
  ]) {
    test(`a wall shows queues and team in big letters and no softphone, at ${width} pixels`, async () => {
      const config = await configured('wall');
      const scenario = async (desk) => {
        await desk.page.setViewportSize({ width, height });
        await desk.signIn(who());
        await desk.link('live');
        await layout(desk, 'wall');
        await desk.part('queue').first().waitFor();
        const parts = ['state', 'dial', 'calls', 'contact', 'callbacks', 'chat', 'tabs', 'alerts', 'queues', 'agents', 'connection'];
        assert.deepEqual(await seen(desk, parts), ['queues', 'agents', 'connection']);
        assert.deepEqual(await desk.enabledCommands(), []);
        // At five metres a letter should be 25 mm high; a wall of 1,920 pixels is 1.2 m wide.
        const share = (selector) => desk.page.evaluate(
          ([selector, width]) => parseFloat(getComputedStyle(document.querySelector(selector)).fontSize) / width,
          [selector, width],
        );
        assert.ok((await share('[data-part="queue"] .tag')) >= 0.05, 'numbers');
        assert.ok((await share('[data-part="queue"] .name')) >= 0.02, 'names');
        assert.ok((await share('[data-part="agent"] .name')) >= 0.0135, 'colleagues');
        assert.ok(await desk.page.evaluate(() => document.scrollingElement.scrollHeight <= innerHeight + 1));
        // Everybody comes into sight, though nobody turns the page.
        const shown = new Set();
        await eventually(async () => {
          const ids = await desk.part('agent').evaluateAll((rows) =>
            rows
              .filter((row) => {
                const { top, bottom } = row.getBoundingClientRect();
                return top >= 0 && bottom <= innerHeight;
              })
              .map((row) => row.dataset.id),
          );
          for (const id of ids) shown.add(id);
          assert.ok(shown.size > 16, `${shown.size} colleagues`);
        }, 40_000);
        await desk.checkAccessibility();
      };
      await onDesk(browser, hub.url, `wall ${width}`, scenario, { config });
    });
  }
});

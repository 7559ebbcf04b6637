// The lists: rows that move by themselves, and of which only those in sight exist.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { eventually, onDesk, startBrowser } from '../support/browser.mjs';
import { askForDirectory, startHub } from '../support/servers.mjs';

describe('the lists', () => {
  let browser;

  before(async () => {
    browser = await startBrowser();
  });
  after(() => browser?.stop());

  test('colleagues, queues and callbacks move by themselves', async (t) => {
    const hub = await startHub({ site: process.env.SWITCHHOOK_DIST, agents: 30, queues: 4, callbacks: 12, rate: 8 });
    t.after(hub.stop);
    const known = await askForDirectory(hub.url);
    await onDesk(browser, hub.url, 'lists move', async (desk) => {
      await desk.startShift();
      for (const [part, entities] of [
        ['agent', known.agents],
        ['queue', known.queues],
      ]) {
        const rows = desk.part(part);
        await rows.first().waitFor();
        for (const { id, name } of entities.slice(0, 3)) {
          const text = await desk.row(id, desk.part(`${part}s`)).textContent();
          assert.ok(text.includes(name), `the ${part} ${id} is called ${name}`);
        }
      }
      assert.ok(await desk.part('callback').first().getAttribute('data-id'));
      const picture = (part) =>
        desk.part(part).evaluateAll((rows) => rows.map((row) => `${row.dataset.id} ${row.textContent}`).join('\n'));
      const states = () => desk.part('agent').evaluateAll((rows) => rows.map((row) => row.dataset.state).join());
      const [before, queues, callbacks] = [await states(), await picture('queue'), await picture('callback')];
      await eventually(async () => assert.notEqual(await states(), before), 30_000);
      await eventually(async () => assert.notEqual(await picture('queue'), queues), 30_000);
      await eventually(async () => assert.notEqual(await picture('callback'), callbacks), 60_000);
      assert.equal(await desk.page.locator('[data-unsure]').count(), 0, 'every row has been confirmed');
    });
  });

  test('of 1,000 agents only those in sight are rows, and the keyboard reaches the last', async (t) => {
    const hub = await startHub({ site: process.env.SWITCHHOOK_DIST, agents: 1000, queues: 4, callbacks: 300, rate: 0 });
    t.after(hub.stop);
    await onDesk(browser, hub.url, '1,000 agents', async (desk) => {
      await desk.startShift();
      const list = desk.part('agents').getByRole('table');
      const rows = desk.part('agent');
      await eventually(async () => assert.equal(await list.getAttribute('aria-rowcount'), '1001'));
      const count = await rows.count();
      assert.ok(count > 10 && count < 80, `${count} rows are in the document`);

      await list.focus();
      await desk.page.keyboard.press('End');
      const last = desk.page.locator('[data-part="agent"][aria-rowindex="1001"]');
      await last.waitFor();
      await eventually(async () => assert.ok(await isInView(last), 'the last row can be seen'));
      const atEnd = await rows.count();
      assert.ok(atEnd < 80, `${atEnd} rows are in the document at the end`);
      assert.equal(await desk.page.locator('[data-part="agent"][aria-rowindex="2"]').count(), 0);

      await desk.page.keyboard.press('Home');
      const first = desk.page.locator('[data-part="agent"][aria-rowindex="2"]');
      await first.waitFor();
      await eventually(async () => assert.ok(await isInView(first)));
      for (let page = 0; page < 3; page += 1) {
        await desk.page.keyboard.press('PageDown');
      }
      await eventually(async () => assert.equal(await first.count(), 0));
      assert.ok((await rows.count()) > 10);
    });
  });

  /** Whether a row lies inside the list that scrolls it. */
  const isInView = (row) =>
    row.evaluate((element) => {
      const inner = element.getBoundingClientRect();
      const outer = element.closest('[role="table"]').getBoundingClientRect();
      return inner.top >= outer.top - 1 && inner.bottom <= outer.bottom + 1;
    });
});

// The page against an RTE hub that is not ours, by config.json alone: Microsoft's server, on another origin, with names
// and ids in the file, without telephony, without a snapshot.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { eventually, onDesk, startBrowser } from '../support/browser.mjs';
import { askForDirectory, hasRteHub, startRteHub } from '../support/servers.mjs';
import { startSite } from '../support/static-site.mjs';

const skip = hasRteHub ? false : "Microsoft's server of this generation exists for Linux on x86-64 only";

describe('any RTE hub', { skip }, () => {
  const against = (name, options, scenario) =>
    test(name, async (t) => {
      const hub = await startRteHub(options);
      t.after(hub.stop);
      const { agents, queues, callLists } = await askForDirectory(hub.url);
      const source = {
        token: { url: `${hub.url}/token/me/rte/`, identify: 'basic' },
        directory: { agents, queues, callLists },
      };
      const site = await startSite({ source }, hub.url);
      t.after(site.stop);
      const browser = await startBrowser();
      t.after(browser.stop);
      await onDesk(browser, site.url, name, (desk) => scenario(desk, hub, { agents, queues }));
    });
  const me = ({ agents }) => ({ agent: agents[0].id, extension: null });

  against('rows come and change, and what cannot be done is said', { interval: 50 }, async (desk, hub, known) => {
    assert.equal(await desk.part('sign-in').locator('[name="extension"]').count(), 0, 'no phone is asked for');
    await desk.signIn(me(known));
    await desk.link('live');
    for (const { id, name } of [...known.agents, ...known.queues]) {
      const row = desk.page.locator(`[data-part="agent"][data-id="${id}"], [data-part="queue"][data-id="${id}"]`);
      await row.waitFor();
      assert.ok((await row.innerText()).includes(name), name);
    }
    const picture = () =>
      desk.page
        .locator('[data-part="agent"], [data-part="queue"]')
        .evaluateAll((rows) => rows.map((row) => row.textContent).join('\n'));
    const before = await picture();
    await eventually(async () => assert.notEqual(await picture(), before));
    await desk.part('callback').first().waitFor({ timeout: 20_000 });
    await eventually(async () => assert.match(await desk.part('me').innerText(), /Aino Korhonen/));

    // Nothing can be commanded here: every button that would is off and says why.
    assert.ok(await desk.command('state-menu').isDisabled(), 'the state is shown and not offered');
    const dial = desk.command('dial', desk.part('dial'));
    await desk.part('dial').locator('input').fill('100');
    assert.equal(await dial.getAttribute('aria-disabled'), 'true');
    assert.match(await dial.getAttribute('aria-description'), /view only/i);
    assert.match(await desk.part('bar').innerText(), /view only/i, 'the desk says that it only shows');
    await desk.checkAccessibility();
  });

  against('a row that nobody has told of yet says so, until it is', { interval: 0 }, async (desk, hub, known) => {
    await desk.signIn(me(known));
    await desk.link('live');
    const [queue] = known.queues;
    const row = desk.part('queue').and(desk.row(queue.id));
    await row.waitFor();
    assert.equal(await row.getAttribute('data-unsure'), 'never-heard');
    assert.match(await row.innerText(), /not heard yet/);
    const event = {
      eventType: 'QueueStatus',
      entityType: 'Queue',
      entityId: queue.id,
      queueId: queue.id,
      nbrOfQueuingRequesters: 37,
      timestamp: new Date().toISOString(),
      messageTTLSeconds: 60,
    };
    await fetch(`${hub.url}/control/emit`, { method: 'POST', body: JSON.stringify(event) });
    await eventually(async () => assert.match(await row.innerText(), /\b37\b/));
    assert.equal(await row.getAttribute('data-unsure'), null);
  });

  against('a server that ends every connection is found again', { interval: 50 }, async (desk, hub, known) => {
    await desk.signIn(me(known));
    await desk.link('live');
    await fetch(`${hub.url}/control/close?error=Maintenance`, { method: 'POST' });
    await eventually(async () => assert.notEqual(await desk.part('connection').getAttribute('data-link'), 'live'));
    await desk.link('live');
    await eventually(
      async () => assert.equal(await desk.page.locator('[data-part="agent"][data-unsure]').count(), 0),
      20_000,
    );
  });
});

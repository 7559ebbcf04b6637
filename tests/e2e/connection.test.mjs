// What an agent sees when the hub or the network goes away and comes back.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { eventually, onDesk, startBrowser } from '../support/browser.mjs';
import { ALONE } from '../support/calls.mjs';
import { Masks } from '../support/masks.mjs';
import { freePort, startHub } from '../support/servers.mjs';
import { Wire } from '../support/wire.mjs';

const CENTRE = { site: process.env.SWITCHHOOK_DIST, agents: 10, queues: 3, callbacks: 6, seed: 11, rate: 0 };
// A request to a server that is not there is an error to the browser, and meant to happen here.
const tolerate = [/Failed to load resource/, /WebSocket connection to/, /ERR_/];

describe('the connection', () => {
  let browser;

  before(async () => {
    browser = await startBrowser();
  });
  after(() => browser?.stop());

  /** Everything on the desk that asks the server for something is off, and says why. */
  const everythingIsOff = async (desk) => {
    // What no bit speaks of is the page's own.
    const masks = new Masks();
    await eventually(async () => {
      const buttons = await desk.page.locator('[data-part="desk"] [data-command]').evaluateAll((all) =>
        all.map((button) => ({
          command: button.dataset.command,
          off: button.getAttribute('aria-disabled') === 'true',
          why: button.getAttribute('aria-description'),
        })),
      );
      const asking = buttons.filter(({ command }) => masks.allow(command, null, null) !== undefined);
      assert.ok(asking.length > 5);
      for (const { command, off, why } of asking) {
        assert.ok(off, `${command} is off`);
        assert.match(why ?? '', /Not connected/, `${command} says why`);
      }
    });
  };

  test('a hub that dies is told of, waited for and taken up again', async (t) => {
    const port = await freePort();
    let hub = await startHub({ ...CENTRE, port });
    t.after(() => hub.stop());
    await onDesk(
      browser,
      hub.url,
      'a hub that dies',
      async (desk) => {
        await desk.startShift();
        const agents = await desk.part('agent').count();
        const states = await desk.part('agent').evaluateAll((rows) => rows.map((row) => row.dataset.id));

        await hub.kill();
        await desk.link('reconnecting');
        const banner = desk.part('banner');
        await eventually(async () => assert.match(await banner.innerText(), /attempt \d+ · next try in \d+ s/), 15_000);
        assert.match(await desk.part('connection').textContent(), /as of \d/);
        for (const list of ['agents', 'queues', 'callbacks']) {
          assert.match(await desk.part(list).textContent(), /as of \d/, `${list} say how old they are`);
        }
        assert.equal(await desk.part('agent').count(), agents, 'what was known stays in sight');
        await eventually(async () =>
          assert.equal(await desk.page.locator('[data-part="agent"]:not([data-unsure])').count(), 0),
        );
        await everythingIsOff(desk);
        assert.deepEqual(await desk.enabledCommands(banner), ['retry-now']);

        // When the wait has grown long, nobody has to sit it out.
        await eventually(async () => assert.match(await banner.innerText(), /next try in ([3-9]|\d\d) s/), 30_000);
        hub = await startHub({ ...CENTRE, port });
        await desk.command('retry-now', banner).click();
        await desk.link('live', 3_000);
        await desk.ownState('not-ready');
        await eventually(async () => assert.equal(await desk.page.locator('[data-unsure]').count(), 0));
        await eventually(async () => assert.equal((await banner.innerText()).trim(), ''));
        const now = await desk.part('agent').evaluateAll((rows) => rows.map((row) => row.dataset.id));
        assert.deepEqual(now, states, 'the same rows in the same order');

        // And the desk works.
        await desk.choose('ready');
        await desk.ownState('ready');
      },
      { tolerate },
    );
  });

  test('a hub that restarts is found again without anybody’s help', async (t) => {
    const port = await freePort();
    let hub = await startHub({ ...CENTRE, port });
    t.after(() => hub.stop());
    await onDesk(
      browser,
      hub.url,
      'a hub that restarts',
      async (desk) => {
        await desk.startShift();
        await hub.stop();
        await desk.link('reconnecting');
        hub = await startHub({ ...CENTRE, port });
        await desk.link('live', 15_000);
        await desk.ownState('not-ready');
        await eventually(async () => assert.equal(await desk.page.locator('[data-unsure]').count(), 0));
      },
      { tolerate },
    );
  });

  test('a call goes on at the phone while the desk is away, and is on the desk again afterwards', async (t) => {
    const hub = await startHub({ ...CENTRE, rate: 1 });
    t.after(hub.stop);
    const wire = new Wire();
    await onDesk(
      browser,
      hub.url,
      'a call goes on',
      async (desk) => {
        await desk.startShift();
        await desk.awaitCall();
        await desk.command('answer').click();
        await desk.call('connected').waitFor();
        const id = await desk.part('call').getAttribute('data-id');
        const before = wire.heard.length;
        await wire.cut();
        await eventually(() => assert.equal(wire.opened, 2));
        await desk.link('live');
        // The hub kept the session: it says where it goes on, and is asked for nothing anew.
        await eventually(() => assert.ok(wire.heard.slice(before).some(({ type }) => type === 9)));
        assert.ok(!wire.heard.slice(before).some(({ type, result }) => type === 3 && Array.isArray(result)));
        await desk.call('connected').waitFor();
        assert.equal(await desk.part('call').count(), 1);
        assert.equal(await desk.part('call').getAttribute('data-id'), id);
        await desk.expectEnabled(desk.part('call'), ALONE);
        await desk.command('end-call').click();
        await desk.ownState('wrap-up');
      },
      { tolerate, prepare: wire.prepare },
    );
  });

  test('a computer without a network says so, and goes on by itself', async (t) => {
    const port = await freePort();
    let hub = await startHub({ ...CENTRE, port });
    t.after(() => hub.stop());
    await onDesk(
      browser,
      hub.url,
      'no network',
      async (desk) => {
        await desk.startShift();
        try {
          await browser.context.setOffline(true);
          // The browser leaves an open socket alone; it ends with the hub.
          await hub.kill();
          await desk.link('offline');
          await eventually(async () => assert.match(await desk.part('banner').innerText(), /no network/));
          await everythingIsOff(desk);
          hub = await startHub({ ...CENTRE, port });
        } finally {
          await browser.context.setOffline(false);
        }
        await desk.link('live');
        await desk.ownState('not-ready');
        await eventually(async () => assert.equal((await desk.part('banner').innerText()).trim(), ''));
      },
      { tolerate },
    );
  });
});

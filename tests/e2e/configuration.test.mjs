// What config.json can say of hubs: backups, several at a time, and another file by the page's query.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { eventually, onDesk, startBrowser } from '../support/browser.mjs';
import { askForDirectory, freePort, startHub } from '../support/servers.mjs';
import { startSite } from '../support/static-site.mjs';

const CENTRE = { agents: 8, queues: 3, callbacks: 4, seed: 11, rate: 0 };
// A request to a server that is not there is an error to the browser, and meant to happen here.
const tolerate = [/Failed to load resource/, /WebSocket connection to/, /ERR_/, /CORS/];
const LONG = 40_000;

describe('the configuration', () => {
  let browser;

  before(async () => {
    browser = await startBrowser();
  });
  after(() => browser?.stop());

  const tokenAt = (url) => `${url}/token/me/rte/`;

  /** Two places for hubs, none of them running, and a site that may talk to both; `config` is asked for at the start. */
  const place = async (t, config) => {
    const ports = [await freePort(), await freePort()];
    const urls = ports.map((port) => `http://127.0.0.1:${port}`);
    const said = {};
    const site = await startSite(said, urls);
    t.after(site.stop);
    const origin = new URL(site.url).origin;
    const hubs = [];
    const start = async (which, options = {}) => {
      const hub = await startHub({ ...CENTRE, port: ports[which], 'allow-origin': origin, ...options });
      t.after(() => hub.stop());
      hubs[which] = hub;
      return hub;
    };
    const configure = async (make) => Object.assign(said, await make(urls));
    return { site, urls, hubs, start, configure };
  };

  const confirmed = (desk) =>
    desk.page.locator('[data-part="agent"]:not([data-unsure]), [data-part="queue"]:not([data-unsure])');

  test('the backup takes over when the primary dies, and gives back when it dies itself', async (t) => {
    const { site, urls, hubs, start, configure } = await place(t);
    await start(0);
    await start(1);
    const { agents, queues, callLists } = await askForDirectory(urls[0]);
    const directory = { agents, queues, callLists };
    await configure(() => ({
      source: { token: { url: urls.map(tokenAt), identify: 'basic' }, directory, snapshot: true, telephony: 'ctios' },
    }));
    await onDesk(
      browser,
      site.url,
      'primary and backup',
      async (desk) => {
        await desk.startShift();
        assert.equal(await desk.part('backup').count(), 0);
        const rows = await confirmed(desk).count();
        assert.ok(rows > 5, `${rows} rows are confirmed`);

        await hubs[0].kill();
        await desk.part('backup').waitFor({ timeout: LONG });
        assert.ok((await desk.part('backup').innerText()).includes(new URL(urls[1]).host));
        await desk.link('live', LONG);
        await desk.ownState('not-ready', LONG);
        await eventually(async () => assert.equal(await confirmed(desk).count(), rows), LONG);
        await desk.checkAccessibility();

        // A live connection is not broken to go home.
        await start(0);
        await hubs[1].kill();
        await desk.part('backup').waitFor({ state: 'detached', timeout: LONG });
        await desk.link('live', LONG);
        await desk.ownState('not-ready', LONG);
        await eventually(async () => assert.equal(await confirmed(desk).count(), rows), LONG);
      },
      { tolerate },
    );
  });

  test('one desk at two hubs: what is away is named and as of, the rest stays live', async (t) => {
    const { site, urls, hubs, start, configure } = await place(t);
    await start(0);
    await start(1, { seed: 23, agents: 5 });
    const hub = async (url, more) => {
      const { agents, queues, callLists } = await askForDirectory(url);
      const token = { url: tokenAt(url), identify: 'basic' };
      return { token, directory: { agents, queues, callLists }, snapshot: true, ...more };
    };
    const sources = [
      await hub(urls[1], { name: 'Turku' }),
      await hub(urls[0], { name: 'Helsinki', telephony: 'ctios' }),
    ];
    await configure(() => ({ sources }));
    const [there, here] = sources.map(({ directory }) => directory.queues[0].id);
    assert.notEqual(there, here);
    await onDesk(
      browser,
      site.url,
      'two hubs',
      async (desk) => {
        await desk.startShift();
        const queue = (id, mark) => desk.page.locator(`[data-part="queue"][data-id="${id}"]${mark}`);
        const sure = ':not([data-unsure])';
        await queue(here, sure).waitFor();
        await queue(there, sure).waitFor({ timeout: LONG });
        assert.equal(await desk.part('hub-away').count(), 0);
        const team = sources.flatMap(({ directory }) => directory.agents).length;
        await eventually(async () => assert.equal(await desk.part('agent').count(), team));

        await hubs[1].kill();
        await desk.part('hub-away').waitFor({ timeout: LONG });
        assert.match(await desk.part('hub-away').innerText(), /Turku/);
        await queue(there, '[data-unsure="as-of"]').waitFor();
        await queue(here, sure).waitFor();
        await desk.link('live');
        await desk.choose('ready');
        await desk.ownState('ready');
        await desk.checkAccessibility();

        await start(1, { seed: 23, agents: 5 });
        await desk.part('hub-away').waitFor({ state: 'detached', timeout: LONG });
        await queue(there, sure).waitFor({ timeout: LONG });
        await desk.ownState('ready');
      },
      { tolerate },
    );
  });

  test('another file is read from the own site, and from nowhere else', async (t) => {
    const [away, port] = [await freePort(), await freePort()];
    const elsewhere = `http://127.0.0.1:${away}`;
    const config = { source: { hub: `ws://127.0.0.1:${port}/rte`, directory: {} } };
    const files = {
      'other.json': { ...config, source: { ...config.source, telephony: 'ctios' } },
      'moved.json': `${elsewhere}/other.json`,
    };
    // The policy would let the page ask there: it is the page that does not.
    const site = await startSite(config, [elsewhere], files);
    t.after(site.stop);
    const phone = (desk) => desk.part('sign-in').locator('[name="extension"]').count();
    const opened = (query, scenario) => onDesk(browser, `${site.url}${query}`, query, scenario, { tolerate });

    await opened('', async (desk) => {
      await desk.part('sign-in').waitFor();
      assert.equal(await phone(desk), 0);
    });
    for (const address of ['other.json', './other.json', '/desk/other.json', `${site.url}other.json`]) {
      await opened(`?config=${encodeURIComponent(address)}`, async (desk) => {
        await desk.part('sign-in').waitFor();
        assert.equal(await phone(desk), 1, address);
      });
    }
    for (const [address, why] of [
      [`${elsewhere}/other.json`, elsewhere],
      [`//127.0.0.1:${away}/other.json`, elsewhere],
      ['http:other.json', 'scheme'],
      ['data:application/json,{}', 'scheme'],
      [`\\\\127.0.0.1:${away}\\other.json`, 'characters'],
      ['moved.json', 'redirect'],
    ]) {
      const asked = [];
      await onDesk(
        browser,
        `${site.url}?config=${encodeURIComponent(address)}`,
        address,
        async (desk) => {
          await desk.part('bad-config').waitFor();
          const said = await desk.part('bad-config').innerText();
          assert.ok(said.includes(why), `${address}: ${said}`);
          assert.equal(await desk.part('sign-in').count(), 0);
          assert.deepEqual(asked, [], 'nothing was asked for elsewhere');
        },
        {
          tolerate,
          prepare: (page) =>
            page.on('request', (request) => {
              if (request.url().startsWith(elsewhere) && !request.redirectedFrom()) {
                asked.push(request.url());
              }
            }),
        },
      );
    }
  });
});

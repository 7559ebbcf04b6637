// The release on real web servers with the documented configurations, in a folder of a site: it passes check-host,
// loads in Chromium under its policy, and signs in at a hub on another origin.

import assert from 'node:assert/strict';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { checkHost, told } from '../../xtask/check-host.mjs';
import { onDesk, startBrowser } from '../support/browser.mjs';
import { configFor, makeRelease, scratch } from '../support/host.mjs';
import { freePort, startHub } from '../support/servers.mjs';
import { startWebServer, WEB_SERVERS } from '../support/web-servers.mjs';

describe('the release on', () => {
  let room;
  let browser;

  before(async () => {
    room = await scratch();
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.stop();
    await room?.remove();
  });

  WEB_SERVERS.forEach((server, index) => {
    const skip = server.program ? false : 'the server is not installed, and could not be; `cargo xtask setup` says why';
    test(server.name, { skip }, async (t) => {
      const port = await freePort();
      const hub = await startHub({
        'allow-origin': `http://127.0.0.1:${port}`,
        agents: 6,
        queues: 2,
        callbacks: 2,
        rate: 0,
      });
      t.after(hub.stop);
      const folder = join(room.folder, String(index));
      const root = join(folder, 'release');
      await cp(process.env.SWITCHHOOK_DIST, join(folder, 'page'), { recursive: true });
      await makeRelease({ from: join(folder, 'page'), out: root, config: await configFor(hub.url, folder) });
      const host = await startWebServer(server, { folder: join(folder, 'server'), root, hub: hub.url, port });
      t.after(host.stop);

      const findings = await checkHost(host.url);
      assert.deepEqual(findings, [], told(host.url, findings));
      const withoutSlash = await checkHost(host.url.slice(0, -1));
      assert.deepEqual(withoutSlash, [], told(host.url, withoutSlash));
      await onDesk(browser, host.url, server.name, async (desk) => {
        await desk.startShift();
        await desk.page.reload();
        await desk.part('sign-in').waitFor();
      });
      // The same folder shows the whole product by itself.
      await onDesk(browser, `${host.url}?demo`, `${server.name}, demonstration`, (desk) => desk.startShift());
    });
  });
});

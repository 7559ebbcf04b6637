// A desk without a server: the page on a host that has nothing but files, and the hub inside the page's worker.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { eventually, onDesk, startBrowser } from '../support/browser.mjs';
import { SECOND, consult, live, stage } from '../support/calls.mjs';
import { listen, typeOf } from '../support/files.mjs';
import { startHub } from '../support/servers.mjs';

/** The headers that the hub sends with the page, without the address of its own socket. */
async function strictHeaders(hub) {
  const { headers } = await fetch(hub.url);
  const policy = headers.get('content-security-policy').replace(/connect-src [^;]*/, "connect-src 'self'");
  assert.match(policy, /trusted-types switchhook/);
  assert.match(policy, /worker-src 'self'/);
  return { 'Content-Security-Policy': policy, 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-cache' };
}

/** Serves the page's files from a subfolder, and nothing else; `asked` are the paths that were asked for. */
async function startFiles(headers) {
  const asked = [];
  const server = await listen(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://files');
    asked.push(pathname);
    const name = pathname.replace(/^\/desk\//, '') || 'index.html';
    for (const [header, value] of Object.entries(headers)) response.setHeader(header, value);
    try {
      if (name === 'config.json') throw new Error('this host has no configuration');
      const body = await readFile(join(process.env.SWITCHHOOK_DIST, name));
      response.setHeader('Content-Type', typeOf(name));
      response.end(body);
    } catch {
      response.statusCode = 404;
      response.end('There is no such file.');
    }
  });
  return { ...server, url: `${server.origin}/desk/`, asked };
}

describe('a desk without a server', () => {
  let browser;
  let hub;
  let files;

  before(async () => {
    const centre = { site: process.env.SWITCHHOOK_DIST, agents: 4, queues: 1, callbacks: 0, rate: 0 };
    [browser, hub] = await Promise.all([startBrowser(), startHub(centre)]);
    files = await startFiles(await strictHeaders(hub));
  });
  after(() => Promise.all([browser?.stop(), hub?.stop(), files?.stop()]));

  /** Notes where the page turns, and that it opens no socket of its own. */
  const watch = (seen) => (page) => {
    page.on('request', (request) => seen.push(request.url()));
    page.on('worker', (worker) => seen.push(worker.url()));
    page.on('websocket', (socket) => seen.push(socket.url()));
  };
  const outside = (seen) => seen.filter((url) => !url.startsWith(`${files.origin}/`));

  test('the whole desk works from files alone, and nothing leaves their host', async () => {
    const seen = [];
    const scenario = async (desk) => {
      await desk.part('sign-in').waitFor();
      await desk.part('demo').waitFor();
      await desk.startShift();
      await desk.part('demo').waitFor();
      const [agents, queues] = await Promise.all([desk.part('agents').innerText(), desk.part('queues').innerText()]);

      const card = await desk.awaitCall();
      await desk.command('answer', card).click();
      const call = desk.row(await card.getAttribute('data-id'), desk.part('calls'));
      await stage(call, 'connected');
      await desk.command('hold', call).click();
      await stage(call, 'held');
      await desk.command('retrieve', call).click();
      await stage(call, 'connected');
      const consultation = await consult(desk, call, 'transfer', SECOND);
      await desk.command('complete-transfer', consultation.locator('.pair')).click();
      await stage(call, 'ended');
      await desk.ownState('wrap-up');
      await desk.choose('not-ready', '1');
      await desk.wrapUpOver();
      await eventually(async () => {
        assert.notEqual(await desk.part('agents').innerText(), agents, 'the team moves');
        assert.notEqual(await desk.part('queues').innerText(), queues, 'the queues move');
      }, 20_000);

      await desk.page.reload();
      await desk.startShift();
      await eventually(async () => assert.equal(await live(desk).count(), 0, 'a new centre'));
    };
    await onDesk(browser, `${files.url}?demo&rate=2`, 'demo', scenario, { prepare: watch(seen) });
    assert.deepEqual(outside(seen), []);
    assert.ok(seen.length > 5, `${seen}`);
    assert.ok(!files.asked.includes('/desk/config.json'), 'the configuration is the demonstration\'s own');
  });

  test('the second program is fetched by nobody who does not ask for it', async () => {
    const before = files.asked.length;
    await onDesk(browser, files.url, 'no demo', (desk) => desk.part('bad-config').waitFor(), { tolerate: [/404/] });
    const asked = files.asked.slice(before);
    assert.ok(asked.includes('/desk/config.json'), `${asked}`);
    assert.deepEqual(asked.filter((path) => path.includes('/demo/')), []);
  });

  test('the address chooses the centre, and what it cannot choose is told', async () => {
    const scenario = async (desk) => {
      await desk.startShift();
      await eventually(async () => assert.equal(await desk.part('queue').count(), 2));
      assert.ok(desk.console.some((text) => /rate takes a number from 0 to 10, not "fast"/.test(text)), 'a warning');
      await desk.checkAccessibility({ within: '[data-part="demo"]' });
      // The way out is the same address without the demonstration.
      await desk.command('leave-demo').click();
      await desk.part('bad-config').waitFor();
      assert.doesNotMatch(desk.page.url(), /demo/);
    };
    const tolerate = [/404/];
    await onDesk(browser, `${files.url}?demo&agents=6&queues=2&rate=fast`, 'demo choices', scenario, { tolerate });
  });

  test('a demonstration that has failed is a lost connection, and the page says that it has stopped', () =>
    onDesk(browser, `${files.url}?demo&rate=0`, 'demo failed', async (desk) => {
      await desk.startShift();
      await desk.page.evaluate(() => globalThis.switchhookDemo.dispatchEvent(new Event('error')));
      await desk.link('reconnecting');
      await desk.part('crash').waitFor();
      assert.match(await desk.part('crash-report').innerText(), /demonstration has stopped/);
      await desk.command('reload').click();
      await desk.startShift();
    }));

  test('it runs under the policy that the hub sends, beside the hub itself', () =>
    onDesk(browser, `${hub.url}/?demo`, 'demo at the hub', async (desk) => {
      await desk.startShift();
      // The hub's own centre has four agents.
      await eventually(async () => assert.ok((await desk.part('agent').count()) > 4));
    }));
});

// Two releases in a row with an old tab open: it goes on working, learns of the new one, and loads it when that disturbs
// nobody. An old index.html whose files are gone finds the new ones, or says so in words; it is never a blank page.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { eventually, onDesk, startBrowser } from '../support/browser.mjs';
import { configFor, copyOfPage, makeRelease, policyFor, renew, scratch, serveRelease } from '../support/host.mjs';
import { freePort, startHub } from '../support/servers.mjs';

/** Of a slow machine that waits for a reconnect. */
const LONG = 40_000;

/** What the browser says of files that are gone, of a hub that is away, and of a script that is none. */
const tolerate = [/Failed to load resource/, /WebSocket connection/, /error: .*(fetch|import|module|integrity|MIME)/i];

describe('two releases in a row', () => {
  let browser;
  let room;
  let host;
  let hub;
  let hubPort;
  let first;
  let second;
  let restyled;

  const folder = (name) => join(room.folder, name);
  const startHubAgain = async () => {
    hub = await startHub({
      port: hubPort,
      'allow-origin': host.origin,
      agents: 6,
      queues: 2,
      callbacks: 2,
      rate: 0,
      grace: 0,
    });
  };

  before(async () => {
    room = await scratch();
    hubPort = await freePort();
    browser = await startBrowser();
    host = await serveRelease(folder('first'), { policy: await policyFor(`http://127.0.0.1:${hubPort}`) });
    await startHubAgain();
    const config = await configFor(hub.url, room.folder);
    const page = await copyOfPage(room.folder);
    first = await makeRelease({ from: page, out: folder('first'), config });
    await renew(page, 'another style', /\.css$/);
    restyled = await makeRelease({ from: page, out: folder('restyled'), config });
    await renew(page, 'the second release');
    second = await makeRelease({ from: page, out: folder('second'), config });
    await makeRelease({ from: page, out: folder('second-with-first'), config, previous: folder('first') });
    assert.notEqual(first.build, second.build);
  });
  after(async () => {
    await browser?.stop();
    await host?.stop();
    await hub?.stop();
    await room?.remove();
  });

  /** A scenario on a tab of the first release, in a browser that has seen neither. */
  const scenario = (name, run) =>
    test(name, async () => {
      host.spoil = () => {};
      host.folder = folder('first');
      host.requests.length = 0;
      await browser.context.clearCookies();
      await onDesk(browser, host.url, name, run, { tolerate });
    });
  const build = (desk) => desk.page.locator('meta[name=build]').getAttribute('content');
  const isOf = (desk, release) => eventually(async () => assert.equal(await build(desk), release.build), LONG);

  /** The hub is away for a moment: the tab begins a new session with it, and asks for the release then. */
  const reconnect = async (desk) => {
    await hub.kill();
    await eventually(
      async () => assert.notEqual(await desk.part('connection').getAttribute('data-link'), 'live'),
      LONG,
    );
    await startHubAgain();
    await desk.link('live', LONG);
  };

  for (const [what, deployed] of [
    ['with the files of the first', 'second-with-first'],
    ['without them', 'second'],
  ]) {
    scenario(`an old tab goes on, learns of it and loads it: ${what}`, async (desk) => {
      await desk.startShift();
      assert.equal(await build(desk), first.build);
      assert.equal(await desk.part('new-version').count(), 0);
      host.folder = folder(deployed);

      // What is fetched late is still there.
      await desk.command('language').first().selectOption('de');
      await eventually(async () => assert.equal(await desk.page.evaluate(() => document.documentElement.lang), 'de'));
      await desk.command('language').first().selectOption('en');
      await reconnect(desk);
      const note = desk.part('new-version');
      await note.waitFor({ timeout: LONG });
      assert.match(await note.innerText(), /new version/i);
      assert.equal(await build(desk), first.build, 'nothing happens by itself');

      // Not during a call, and the button says why.
      await desk.ownState('not-ready', LONG);
      await desk.part('dial').locator('input').fill('+358401234567');
      await desk.command('dial', desk.part('dial')).click();
      await desk.call('connected').waitFor({ timeout: LONG });
      const button = desk.command('reload-now', note);
      await eventually(async () => assert.equal(await button.getAttribute('aria-disabled'), 'true'));
      assert.match(await button.getAttribute('aria-description'), /no call/);
      await button.click({ force: true });
      await desk.command('end-call', desk.part('call')).click();
      await desk.call('ended').waitFor({ timeout: LONG });
      assert.equal(await build(desk), first.build, 'a button that is off does nothing');
      await desk.checkAccessibility({ within: '[data-part="banner"]' });

      await desk.wrapUpOver(LONG);
      await eventually(async () => assert.equal(await button.getAttribute('aria-disabled'), null), LONG);
      await button.click();
      await isOf(desk, second);
      await desk.part('sign-in').waitFor();
      await desk.startShift();
      assert.equal(await desk.part('new-version').count(), 0, 'it is the present release now');
    });
  }

  scenario('whoever signs out finds the sign-in of the new release', async (desk) => {
    await desk.startShift();
    host.folder = folder('second');
    await reconnect(desk);
    await desk.part('new-version').waitFor({ timeout: LONG });
    await desk.ownState('not-ready', LONG);
    await desk.choose('sign-out');
    await isOf(desk, second);
    await desk.part('sign-in').waitFor();
  });

  /** An index.html of the first release, as a cache still has it, on a host that has the second. */
  const stale = async (isStale, missing = () => {}) => {
    const old = await readFile(join(folder('first'), 'index.html'));
    host.folder = folder('second');
    host.spoil = (answer, request) => {
      if (answer.name === 'index.html' && isStale(request)) {
        answer.body = old;
        delete answer.headers['content-encoding'];
      } else if (answer.status === 404) {
        missing(answer);
      }
    };
  };
  const asked = (name) => host.requests.filter((request) => request.startsWith(name)).length;
  const webPage = (answer) => {
    Object.assign(answer, { status: 200, body: '<!doctype html><title>Portal</title>' });
    answer.headers['content-type'] = 'text/html';
  };

  for (const [what, missing] of [
    ['are gone', () => {}],
    ['are answered with a web page', webPage],
  ]) {
    scenario(`an old index.html whose files ${what} finds the new one`, async (desk) => {
      await desk.part('sign-in').waitFor();
      let left = 1;
      await stale((request) => request.headers['sec-fetch-mode'] === 'navigate' && left-- > 0, missing);
      await desk.page.goto('about:blank');
      host.requests.length = 0;
      await freshly(desk);
      await desk.page.goto(host.url);
      await isOf(desk, second);
      await desk.part('sign-in').waitFor();
      await desk.startShift();
      assert.ok(asked('index.html') <= 3, host.requests.join('\n'));
    });

    scenario(
      `an index.html that stays old while its files ${what} says so, and does not load itself for ever`,
      async (desk) => {
        await desk.part('sign-in').waitFor();
        await stale((request) => request.headers['sec-fetch-mode'] === 'navigate', missing);
        await freshly(desk);
        host.requests.length = 0;
        await desk.page.goto(host.url);
        const crash = desk.part('crash');
        await crash.waitFor({ timeout: LONG });
        assert.match(await crash.innerText(), /could not be started/);
        // Two loads, and what each of them asks for before it gives up.
        assert.ok(asked('index.html') <= 6, host.requests.join('\n'));
        // Once the host has made up its mind, the button helps.
        host.spoil = () => {};
        await desk.command('reload', crash).click();
        await isOf(desk, second);
        await desk.part('sign-in').waitFor();
      },
    );
  }

  scenario('a style sheet alone that is gone is missed as well', async (desk) => {
    await desk.part('sign-in').waitFor();
    let left = 1;
    await stale((request) => request.headers['sec-fetch-mode'] === 'navigate' && left-- > 0);
    host.folder = folder('restyled');
    await freshly(desk);
    await desk.page.goto(host.url);
    await isOf(desk, restyled);
    await desk.part('sign-in').waitFor();
  });

  /** Has the browser forget every file that it has. */
  async function freshly(desk) {
    const session = await desk.page.context().newCDPSession(desk.page);
    await session.send('Network.clearBrowserCache');
    await session.detach();
  }
});

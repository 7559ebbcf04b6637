// What a portal's developer gets: the package, its types, the plain frame of the document, and the embed check.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';

import { Desk, assertNoBarriers, startBrowser } from '../support/browser.mjs';
import { PROJECT } from '../support/packages.mjs';
import { deskIn, startPortal } from '../support/portal.mjs';
import { startHub } from '../support/servers.mjs';

const inPackage = (name) => join(PROJECT, 'embed', name);
const script = readFileSync(inPackage('switchhook-desk.js'), 'utf8');

describe('the package for portals', () => {
  test('the script is small, has no dependency, and is a classic script as well as a module', () => {
    const { length } = gzipSync(script, { level: 9 });
    assert.ok(length < 3_000, `${length} bytes compressed`);
    assert.doesNotMatch(script, /^\s*(import|export)\b|\brequire\(|\beval\(|innerHTML|\.style\b|'\*'/m);
  });

  test('the package holds what it says, under the version of the project', () => {
    const { name, version, files, main, types, dependencies } = JSON.parse(readFileSync(inPackage('package.json'), 'utf8'));
    assert.equal(name, 'switchhook-desk');
    assert.equal(dependencies, undefined);
    const [, project] = /^version = "([^"]+)"/m.exec(readFileSync(join(PROJECT, 'Cargo.toml'), 'utf8'));
    assert.equal(version, project);
    for (const file of [...files, main, types]) assert.ok(existsSync(inPackage(file)), file);
  });

  test('what a portal writes agrees with the types, and what it must not write does not', async () => {
    const compiler = join(process.env.SWITCHHOOK_TOOLS, 'node_modules', 'typescript', 'bin', 'tsc');
    const options = ['--noEmit', '--strict', '--target', 'es2022', '--module', 'nodenext', '--lib', 'es2022,dom'];
    const answer = await promisify(execFile)(process.execPath, [compiler, ...options, join(PROJECT, 'tests/types/portal.ts')]).catch(
      (error) => error,
    );
    assert.equal(answer.stdout, '');
  });

  test('every request and every event of the types is the script’s or the protocol’s', () => {
    const types = readFileSync(inPackage('switchhook-desk.d.ts'), 'utf8');
    const methods = [...types.matchAll(/^ {2}(\w+)\(/gm)].map(([, name]) => name).filter((name) => name !== 'addEventListener');
    for (const name of methods) assert.match(script, new RegExp(`\\b${name}(\\(|:)`), name);
    const protocol = readFileSync(join(PROJECT, 'docs/embedding.md'), 'utf8').split('## What a portal is told')[1];
    const messages = types.split('interface DeskMessages')[1].split('}\n')[0];
    for (const [, name] of messages.matchAll(/^ {2}(\w+): /gm)) assert.ok(protocol.includes(`\`${name}\``), name);
    assert.ok(methods.length >= 10);
  });
});

describe('a portal without the element, and one that asks what is blocked', () => {
  const [, plain] = /## A plain frame[\s\S]*?```js\n([\s\S]*?)```/.exec(readFileSync(join(PROJECT, 'docs/embedding.md'), 'utf8'));
  const pages = {
    '/plain.js': `${plain}\nObject.assign(globalThis, { ask, heard: [] });
      for (const type of ['ready', 'agentState']) document.addEventListener('desk-' + type, ({ detail }) => heard.push(detail));`,
    '/check.html':
      '<!doctype html><html lang="en"><title>Check</title><script src="switchhook-desk.js"></script><switchhook-desk></switchhook-desk></html>',
  };
  let browser;
  let hub;
  let portal;

  before(async () => {
    portal = await startPortal(pages);
    hub = await startHub({ site: process.env.SWITCHHOOK_DIST, agents: 4, seed: 7, rate: 0, grace: 0, 'embed-in': portal.origin });
    portal.allow(hub.url);
    pages['/plain.html'] =
      `<!doctype html><html lang="en"><title>Plain</title><iframe id="desk" title="Desk" allow="autoplay; clipboard-write" src="${hub.url}/"></iframe><script src="plain.js"></script></html>`;
    browser = await startBrowser();
  });
  after(() => Promise.all([browser?.stop(), hub?.stop(), portal?.stop()]));

  test('the plain frame works as it is documented', async () => {
    assert.ok(plain.trim().split('\n').length < 30);
    const page = await browser.context.newPage();
    await page.goto(`${portal.origin}/plain.html`);
    await page.waitForFunction(() => heard.some(({ version }) => version === 1));
    const desk = await deskIn(page);
    await desk.startShift();
    assert.equal(await page.evaluate(() => ask('setAgentState', { state: 'ready' }).then(({ phase }) => ['accepted', 'done'].includes(phase))), true);
    await page.waitForFunction(() => heard.some(({ state }) => state === 'ready'));
    assert.equal(await page.evaluate(() => ask('callAction', { action: 'hold' }).catch(({ code }) => code)), 'noSuchCall');
    await page.close();
  });

  const results = (page) =>
    page.locator('[data-check]').evaluateAll((items) => Object.fromEntries(items.map(({ dataset }) => [dataset.check, dataset.result])));
  const checked = (page) => page.locator('html[data-checked]').waitFor({ timeout: 20_000 });

  test('the embed check finds nothing blocked in a portal that was set up, and has no barriers', async () => {
    const page = await browser.context.newPage();
    await page.goto(`${portal.origin}/check.html`);
    await page.evaluate((src) => document.querySelector('switchhook-desk').setAttribute('src', src), `${hub.url}/embed-check.html`);
    const { page: frame } = await deskIn(page);
    await checked(frame);
    const { notifications, autoplay, storage, ...others } = await results(frame);
    assert.deepEqual(others, {
      origin: 'ok',
      frame: 'ok',
      script: 'ok',
      wasm: 'ok',
      socket: 'ok',
      clipboard: 'ok',
    });
    assert.match(autoplay, /ok|press/);
    // As this browser has it for sites of others.
    assert.match(storage, /partitioned|blocked/);
    assert.match(notifications, /ok|press|blocked/);
    await page.close();
  });

  test('opened by itself it says which portal is not allowed, and how to allow it', async () => {
    const page = await browser.context.newPage();
    // The socket is tried without a token.
    const desk = new Desk(page, [/WebSocket connection/]);
    await page.goto(`${hub.url}/embed-check.html?portal=https://stranger.example/page`);
    await checked(page);
    const found = await results(page);
    assert.deepEqual([found.origin, found.frame, found.storage], ['blocked', 'blocked', 'ok']);
    assert.match(await page.locator('[data-check="origin"]').innerText(), /"https:\/\/stranger\.example" to embed\.allowedOrigins/);
    assert.match(await page.locator('[data-check="frame"]').innerText(), /frame-ancestors https:\/\/stranger\.example/);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      assertNoBarriers(await desk.barriers());
    }
    await page.goto(`${hub.url}/embed-check.html?portal=${portal.origin}`);
    await checked(page);
    const allowed = await results(page);
    assert.deepEqual([allowed.origin, allowed.frame], ['ok', 'ok']);
    desk.assertNothingWentWrong();
    await page.close();
  });

  test('a browser that keeps nothing, and a host whose policy forbids programs, are named', async () => {
    const strict = await startBrowser({ settings: { profile: { default_content_setting_values: { cookies: 2 } } } });
    try {
      const page = await strict.context.newPage();
      await page.route('**/embed-check.html', async (route) => {
        const answer = await route.fetch();
        const policy = answer.headers()['content-security-policy'].replace(" 'wasm-unsafe-eval'", '');
        await route.fulfill({ response: answer, headers: { ...answer.headers(), 'content-security-policy': policy } });
      });
      await page.goto(`${hub.url}/embed-check.html`);
      await checked(page);
      const found = await results(page);
      assert.deepEqual([found.storage, found.wasm], ['blocked', 'blocked']);
      assert.equal(await page.locator('html').getAttribute('data-blocked'), String(Object.values(found).filter((result) => result === 'blocked').length));
    } finally {
      await strict.stop();
    }
  });
});

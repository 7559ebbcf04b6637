// The least that must work: the page that people get loads, under its real Content-Security-Policy, and asks to sign in.

import { after, before, describe, test } from 'node:test';

import { onDesk, startBrowser } from '../support/browser.mjs';
import { startHub } from '../support/servers.mjs';

describe('the built page', () => {
  let hub;
  let browser;

  before(async () => {
    hub = await startHub({ site: process.env.SWITCHHOOK_DIST, agents: 6, queues: 3, callbacks: 4, seed: 7 });
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.stop();
    await hub?.stop();
  });

  test('loads and asks to sign in', () =>
    onDesk(browser, hub.url, 'loads and asks to sign in', async (desk) => {
      await desk.part('sign-in').waitFor();
    }));

  test('has no accessibility barriers before sign-in, in light and dark', () =>
    onDesk(browser, hub.url, 'accessibility before sign-in', async (desk) => {
      await desk.part('sign-in').waitFor();
      await desk.checkAccessibility();
    }));
});

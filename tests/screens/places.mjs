// Takes the pictures of the desk where it is not alone on an agent's screen: in a portal, as a bar, on a wall.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { openDesk, startBrowser } from '../support/browser.mjs';
import { deskIn, startPortal } from '../support/portal.mjs';
import { startHub } from '../support/servers.mjs';
import { withPalette } from './png.mjs';

/** The pictures, and what they show. */
export const PLACES = {
  'portal.png': 'The example portal with the desk beside its page, during a call',
  'portal-bar.png': 'The same portal, dark, with the desk as a bar whose menu is open over the page',
  'wall.png': 'Queues and team on a wall',
  'demo.png': 'The desk without a server: the hub runs in the page, and the page says so',
};

const CENTRE = { agents: 24, queues: 6, callbacks: 8, seed: 7, grace: 0 };

export async function takePlaces(folder) {
  const keep = async (page, file) => {
    await page.mouse.move(0, 0);
    await writeFile(join(folder, file), withPalette(await page.screenshot()));
    console.log(`  ${file}`);
  };
  const portal = await startPortal();
  const site = { site: process.env.SWITCHHOOK_DIST };
  const hub = await startHub({ ...CENTRE, ...site, 'embed-in': portal.origin });
  const busy = await startHub({ ...CENTRE, ...site, agents: 14, rate: 30 });
  const browser = await startBrowser();
  try {
    portal.allow(hub.url);
    const page = await browser.context.newPage();
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goto(`${portal.origin}/?desk=${encodeURIComponent(`${hub.url}/`)}`);
    const desk = await deskIn(page);
    await desk.startShift();
    const card = await desk.awaitCall();
    await desk.command('answer', card).click();
    await page.locator('[data-part="strip"][data-state="talking"]').waitFor();
    await keep(page, 'portal.png');
    await page.locator('[name="layout"]').selectOption('bar');
    await page.locator('[name="theme"]').selectOption('dark');
    await desk.page.locator('html[data-layout="bar"][data-theme="dark"]').waitFor();
    await desk.command('state-menu').click();
    await desk.part('state-menu').waitFor();
    await page.waitForFunction(() => document.querySelector('switchhook-desk').shadowRoot.querySelector('iframe').clientHeight > 100);
    await keep(page, 'portal-bar.png');
    await page.close();

    const config = { ...(await (await fetch(`${busy.url}/config.json`)).json()), layout: 'wall' };
    const wall = await openDesk(browser, busy.url, { config });
    await wall.page.setViewportSize({ width: 1280, height: 720 });
    await wall.page.emulateMedia({ colorScheme: 'dark' });
    await wall.signIn();
    await wall.link('live');
    await wall.page.locator('[data-part="queue"][data-level="critical"]').first().waitFor({ timeout: 120_000 });
    await keep(wall.page, 'wall.png');

    const demo = await openDesk(browser, `${hub.url}/?demo&rate=2`);
    await demo.startShift();
    await demo.awaitCall();
    await demo.command('answer', demo.call('alerting')).click();
    await demo.call('connected').waitFor();
    await keep(demo.page, 'demo.png');
  } finally {
    await Promise.all([browser.stop(), hub.stop(), busy.stop(), portal.stop()]);
  }
}

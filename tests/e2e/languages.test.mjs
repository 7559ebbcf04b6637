// Three languages: which one the page starts in, changing it in the middle of a call, and what happens without its file.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { eventually, onDesk, startBrowser } from '../support/browser.mjs';
import { startHub } from '../support/servers.mjs';

const CENTRE = { site: process.env.SWITCHHOOK_DIST, agents: 12, queues: 3, callbacks: 8, seed: 7 };
// A refused request is an error to the browser, and meant to happen here.
const tolerate = [/Failed to load resource/];

/** The document's language and direction. */
const root = (desk) => desk.page.evaluate(() => [document.documentElement.lang, document.documentElement.dir]);
const speaks = (desk, lang, dir = 'ltr') => eventually(async () => assert.deepEqual(await root(desk), [lang, dir]));
const pick = (desk, lang) => desk.command('language').selectOption(lang);
const signInButton = (desk) => desk.command('sign-in', desk.part('sign-in')).innerText();

describe('languages', () => {
  let browser;
  let german;
  let hub;

  before(async () => {
    browser = await startBrowser();
    german = await startBrowser({ locale: 'de-CH' });
    hub = await startHub(CENTRE);
  });
  after(async () => {
    await browser?.stop();
    await german?.stop();
    await hub?.stop();
  });

  const on = (name, scenario, { within, ...options } = {}) =>
    test(name, () => onDesk(within?.() ?? browser, hub.url, `languages ${name}`, scenario, options));

  on(
    'a browser in German starts in German, also for screen readers',
    async (desk) => {
      await speaks(desk, 'de');
      await eventually(async () => assert.equal(await signInButton(desk), 'Anmelden'));
      await desk.part('sign-in').waitFor();
      assert.equal(await desk.command('language').inputValue(), 'de');
      assert.equal(await desk.part('crash').locator('h2').textContent(), 'Die Anwendung ist stehen geblieben');
    },
    { within: () => german },
  );

  on('English needs no file', async (desk) => {
    const asked = [];
    desk.page.on('request', (request) => asked.push(request.url()));
    await desk.page.reload();
    await desk.part('sign-in').waitFor();
    assert.deepEqual(await root(desk), ['en', 'ltr']);
    assert.deepEqual(
      asked.filter((url) => url.includes('languages/')),
      [],
    );
  });

  test('the language is changed in a call: words, direction and formats at once, and the call stays', async (t) => {
    const own = await startHub(CENTRE);
    t.after(own.stop);
    await onDesk(browser, own.url, 'languages in a call', async (desk) => {
      const sockets = [];
      desk.page.on('websocket', (socket) => sockets.push(socket.url()));
      await desk.startShift();
      const card = await desk.awaitCall();
      await desk.command('answer', card).click();
      await desk.call('connected').waitFor();
      const element = await card.elementHandle();
      const id = await card.getAttribute('data-id');
      const number = await card.locator('.who').innerText();
      await desk.page.evaluate(() => {
        window.stays = true;
      });
      await desk.part('dial').locator('input').fill('+358 9 1');
      const before = sockets.length;

      await pick(desk, 'de');
      await speaks(desk, 'de');
      await eventually(async () => assert.equal(await desk.command('end-call', card).innerText(), 'Auflegen'));
      assert.match(await desk.page.title(), /^Im Gespräch/);
      assert.match(await desk.part('callbacks').innerText(), /\d offen/);

      await pick(desk, 'ar');
      await speaks(desk, 'ar', 'rtl');
      await eventually(async () => assert.equal(await desk.command('end-call', card).innerText(), 'إنهاء'));
      const bar = await desk.part('bar').boundingBox();
      const brand = await desk.page.locator('h1.brand').boundingBox();
      assert.ok(brand.x + brand.width > bar.width - 40, 'the bar begins on the right');
      assert.ok((await desk.part('calls').boundingBox()).x > bar.width / 2, 'and so do the columns');

      assert.equal(await card.getAttribute('data-id'), id);
      assert.ok(await element.evaluate((node) => node.isConnected), 'the card was not made anew');
      assert.equal(await card.locator('.who').innerText(), number);
      assert.equal(await desk.part('dial').locator('input').inputValue(), '+358 9 1', 'what was typed stays');
      assert.equal(await desk.page.evaluate(() => window.stays), true, 'the page was not loaded again');
      assert.equal(sockets.length, before, 'the connection stays');
      await desk.command('end-call', card).click();
      await desk.ownState('wrap-up');
    });
  });

  /** Whether a text's letters stand from left to right on one line, in the order in which they are read. */
  const standsInOrder = (locator) =>
    locator.evaluate((element) => {
      const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
      let before = -Infinity;
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        for (let at = 0; at < node.length; at++) {
          const range = document.createRange();
          range.setStart(node, at);
          range.setEnd(node, at + 1);
          const { left, width } = range.getBoundingClientRect();
          if (width > 0 && left < before) {
            return false;
          }
          before = width > 0 ? left : before;
        }
      }
      return true;
    });

  test('numbers, timers and names keep their order inside Arabic', async (t) => {
    const own = await startHub({ ...CENTRE, rate: 0 });
    t.after(own.stop);
    await onDesk(browser, own.url, 'languages order', async (desk) => {
      await pick(desk, 'ar');
      await speaks(desk, 'ar', 'rtl');
      await desk.startShift();
      await desk.part('callback').first().waitFor();
      await desk.part('dial').locator('input').fill('+358401234500');
      await desk.command('dial', desk.part('dial')).click();
      await desk.call('failed').waitFor();
      const who = desk.part('call').locator('.who');
      assert.match(await who.innerText(), /\+358/);
      const texts = {
        'the number on the card': who,
        'a number in the list': desk.part('callback').locator('.name').first(),
        'a colleague’s name': desk.part('agent').locator('.name').first(),
        'who is signed in': desk.part('me').locator('strong'),
        'the own timer': desk.command('state-menu').locator('.time'),
        'the server’s name': desk.part('connection').locator('.server'),
      };
      for (const [what, locator] of Object.entries(texts)) {
        assert.match(await locator.innerText(), /\w/, what);
        assert.ok(await standsInOrder(locator), `${what}: ${await locator.innerText()}`);
      }
      // Names stand where their column begins, which is on the right.
      const cell = desk.part('agent').locator('.name').first();
      const free = await cell.evaluate((element) => {
        const range = document.createRange();
        range.selectNodeContents(element);
        return element.getBoundingClientRect().right - range.getBoundingClientRect().right;
      });
      assert.ok(free < 2, `the name ends ${free} px before its cell`);
      assert.match(await desk.part('callbacks').innerText(), /\d/);
      assert.doesNotMatch(await desk.part('desk').innerText(), /[٠-٩]/, 'one kind of digits');
    });
  });

  on('the choice is remembered', async (desk) => {
    await desk.part('sign-in').waitFor();
    await pick(desk, 'ar');
    await speaks(desk, 'ar', 'rtl');
    await desk.page.reload();
    await speaks(desk, 'ar', 'rtl');
    await pick(desk, 'en');
    await desk.page.reload();
    await desk.part('sign-in').waitFor();
    await speaks(desk, 'en');
  });

  on(
    'a browser that stores nothing starts by its wishes and changes all the same',
    async (desk) => {
      await speaks(desk, 'de');
      await pick(desk, 'en');
      await speaks(desk, 'en');
      assert.equal(await signInButton(desk), 'Sign in');
    },
    {
      within: () => german,
      prepare: (page) =>
        page.addInitScript(() =>
          Object.defineProperty(window, 'localStorage', {
            get() {
              throw new DOMException('Access is denied.', 'SecurityError');
            },
          }),
        ),
    },
  );

  const files = {
    'that is away': { status: 404, body: 'Not found' },
    'that is a web page': { contentType: 'text/html', body: '<!doctype html><title>Portal</title>' },
    'that is cut off': { contentType: 'application/json', body: '{"Ready": "Bereit", "Not rea' },
    'of another kind': { json: { source: { hub: 'x' } } },
  };
  for (const [what, answer] of Object.entries(files)) {
    on(
      `a file ${what} leaves English and is said once`,
      async (desk) => {
        await desk.part('language-error').waitFor();
        assert.match(await desk.part('language-error').innerText(), /Deutsch could not be loaded/);
        assert.match(await desk.part('polite').textContent(), /Deutsch could not be loaded/);
        assert.deepEqual(await root(desk), ['en', 'ltr']);
        assert.equal(await signInButton(desk), 'Sign in');
        assert.equal(await desk.command('language').inputValue(), 'en');
        assert.ok(
          desk.console.some((line) => line.includes('languages/de.json cannot be used')),
          'whoever sets the page up finds out why',
        );
        await desk.part('language-error').click();
        await desk.part('language-error').waitFor({ state: 'hidden' });

        // And the file can be had after all.
        await desk.page.unroute('**/languages/de.json');
        await pick(desk, 'de');
        await speaks(desk, 'de');
        await pick(desk, 'en');
      },
      {
        within: () => german,
        tolerate,
        prepare: async (page) => {
          await page.addInitScript(() => localStorage.clear());
          await page.route('**/languages/de.json', (route) => route.fulfill(answer));
        },
      },
    );
  }
});

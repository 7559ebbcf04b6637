// The desk on small screens, enlarged, without motion, and in the colours of the system.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { eventually, inLanguage, onDesk, startBrowser } from '../support/browser.mjs';
import { ALONE } from '../support/calls.mjs';
import { startHub } from '../support/servers.mjs';

describe('the layout', () => {
  let browser;
  let hub;

  before(async () => {
    browser = await startBrowser();
    hub = await startHub({
      site: process.env.SWITCHHOOK_DIST,
      agents: 40,
      queues: 6,
      callbacks: 20,
      seed: 7,
      grace: 0,
    });
  });
  after(async () => {
    await browser?.stop();
    await hub?.stop();
  });

  /** What sticks out of the page to the side, as a list of elements for the message. */
  const overflow = (page) =>
    page.evaluate(() => {
      const root = document.scrollingElement;
      if (root.scrollWidth <= innerWidth) {
        return [];
      }
      return [...document.querySelectorAll('body *')]
        .filter((element) => element.checkVisibility())
        .map((element) => [element, element.getBoundingClientRect()])
        .filter(([, { left, right }]) => left < -1 || right > innerWidth + 1)
        .map(([element, { left, right }]) => `${element.localName}.${element.className} from ${left} to ${right}`)
        .slice(0, 5);
    });
  const fits = async (desk, when) => {
    const { scroll, inner } = await desk.page.evaluate(() => ({
      scroll: document.scrollingElement.scrollWidth,
      inner: innerWidth,
    }));
    const culprits = await overflow(desk.page);
    assert.ok(scroll <= inner, `${when}: ${scroll} px wide on ${inner} px: ${culprits.join(', ')}`);
  };
  /** Whether every visible button can be scrolled to, is not covered, and lies on the page from side to side. A link for
   * the keyboard alone is there when it has the focus. */
  const everythingIsReachable = async (desk) => {
    for (const button of await desk.page.locator('[data-part="desk"] [data-command]:not(.skip)').all()) {
      if (!(await button.isVisible())) {
        continue;
      }
      // Rows that are still arriving may push it once more.
      await eventually(async () => {
        await button.scrollIntoViewIfNeeded();
        const found = await button.evaluate((element) => {
          const { left, right, top, height, width } = element.getBoundingClientRect();
          const hit = document.elementFromPoint(left + width / 2, top + height / 2);
          return {
            command: element.dataset.command,
            inside: left >= -1 && right <= innerWidth + 1,
            hit: element.contains(hit) || hit?.contains(element),
            by: hit?.className,
          };
        });
        assert.ok(found.inside, `${found.command} lies on the page`);
        assert.ok(found.hit, `${found.command} is covered by ${found.by}`);
      }, 3_000);
    }
  };

  const at = (name, size, scenario, options) =>
    test(name, () =>
      onDesk(browser, hub.url, `layout ${name}`, async (desk) => {
        await desk.page.setViewportSize(size);
        await desk.part('sign-in').waitFor();
        await fits(desk, 'at sign-in');
        await desk.startShift();
        await desk.part('callback').first().waitFor({ state: 'attached' });
        await fits(desk, 'on the desk');
        await scenario(desk);
        await desk.choose('sign-out');
        await desk.part('sign-in').waitFor();
      }, options),
    );

  const worksACall = async (desk) => {
    await desk.command('state-menu').click();
    await desk.part('state-menu').waitFor();
    await fits(desk, 'with the menu open');
    await desk.page.keyboard.press('Escape');
    const card = await desk.awaitCall();
    await desk.expectEnabled(card, ['answer']);
    await fits(desk, 'while a call rings');
    await everythingIsReachable(desk);
    await desk.command('answer', card).click();
    await desk.call('connected').waitFor();
    await desk.expectEnabled(card, ALONE);
    await desk.command('keypad', card).click();
    await desk.part('keypad').waitFor();
    await fits(desk, 'with the keypad open');
    await desk.page.keyboard.press('Escape');
    await desk.command('end-call', card).click();
    await desk.ownState('wrap-up');
    await fits(desk, 'in wrap-up');
    await desk.choose('not-ready', 1);
    await desk.ownState('not-ready');
  };
  at('320 pixels wide: nothing sticks out, a call can be worked', { width: 320, height: 640 }, worksACall);

  /** What is cut off inside a part: text in a box that is too small for it, or a hint in a field. */
  const cut = (part) =>
    part.evaluate((root) => {
      const pen = document.createElement('canvas').getContext('2d');
      const isCut = (element) => {
        const { font, paddingLeft, paddingRight, display } = getComputedStyle(element);
        if (element.placeholder) {
          pen.font = font;
          const room = element.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
          return pen.measureText(element.placeholder).width > room;
        }
        return display !== 'inline' && element.scrollWidth > element.clientWidth;
      };
      return [...root.querySelectorAll('*')]
        // What only screen readers hear is one pixel wide.
        .filter((element) => !element.matches('.unseen') && element.checkVisibility() && isCut(element))
        .map((element) => element.outerHTML.slice(0, 200));
    });

  /** Words that must be read whole, and are wider than their box. */
  const crowded = (desk) =>
    desk.page.evaluate(() =>
      [...document.querySelectorAll('[data-command], h2, .tag, .number, .pill, .state > span, .count, .line-of-card')]
        .filter((element) => element.checkVisibility() && !element.closest('.unseen'))
        // What only screen readers hear is one pixel wide.
        .filter(({ scrollWidth, clientWidth }) => clientWidth > 1 && scrollWidth > clientWidth + 1)
        .filter((element) => getComputedStyle(element).display !== 'inline')
        .map((element) => `${element.innerText}: ${element.scrollWidth} px in ${element.clientWidth} px`),
    );
  const WORDS = { de: /Anrufe/, ar: /المكالمات/ };
  for (const language of ['de', 'ar']) {
    for (const width of [320, 1024, 1600]) {
      const scenario = async (desk) => {
        await eventually(async () => assert.match(await desk.part('calls').textContent(), WORDS[language]));
        assert.deepEqual(await crowded(desk), []);
        if (width === 320) {
          await worksACall(desk);
        }
        await everythingIsReachable(desk);
        assert.deepEqual(await crowded(desk), []);
      };
      const options = { prepare: inLanguage(language) };
      at(`in ${language}, ${width} pixels wide: every word fits`, { width, height: 768 }, scenario, options);
    }
  }

  for (const [width, language] of [320, 1600].flatMap((width) => ['en', 'de', 'ar'].map((tag) => [width, tag]))) {
    for (const colorScheme of ['light', 'dark']) {
      const name = `${width} pixels wide, ${colorScheme}, in ${language}: nothing of the sign-in is cut`;
      test(name, async () => {
        const config = await (await fetch(`${hub.url}/config.json`)).json();
        config.source.token.password = true;
        const scenario = async (desk) => {
          await desk.page.emulateMedia({ colorScheme });
          await desk.page.setViewportSize({ width, height: 640 });
          const form = desk.part('sign-in');
          await form.locator('[name="password"]').waitFor();
          await eventually(async () =>
            assert.equal(await desk.page.evaluate(() => document.documentElement.lang), language),
          );
          assert.deepEqual(await cut(form), []);
          const { width: sheet } = await form.locator('form').boundingBox();
          assert.ok(sheet >= Math.min(width - 32, 360), `the form is ${sheet} px wide`);
          await form.locator('[name="agent-id"]').fill('nobody-by-this-name');
          await form.locator('[name="password"]').fill('any');
          await form.locator('[name="extension"]').fill('4001');
          await desk.command('sign-in', form).click();
          await eventually(async () => assert.match(await desk.part('sign-in-error').innerText(), /\S/));
          assert.deepEqual(await cut(form), []);
        };
        await onDesk(browser, hub.url, name, scenario, { config, tolerate: [/401/], prepare: inLanguage(language) });
      });
    }
  }

  // A window of 1280 pixels enlarged to 200 % has 640 of the page's pixels.
  at('enlarged to 200 %: nothing sticks out, everything can be reached', { width: 640, height: 400 }, async (desk) => {
    await everythingIsReachable(desk);
  });

  at('at its own size: every list is in sight', { width: 1440, height: 900 }, async (desk) => {
    for (const part of ['calls', 'agents', 'queues', 'callbacks']) {
      const box = await desk.part(part).boundingBox();
      assert.ok(box.y < 900 && box.height > 60, `${part} can be seen`);
    }
    await everythingIsReachable(desk);
  });

  test('nothing moves by itself for whoever wants no motion', () =>
    onDesk(browser, hub.url, 'reduced motion', async (desk) => {
      await desk.page.emulateMedia({ reducedMotion: 'reduce' });
      await desk.startShift({ agent: '1002', extension: '4002' });
      await desk.awaitCall();
      const moving = await desk.page.evaluate(() =>
        document
          .getAnimations()
          .filter((animation) => animation.playState === 'running')
          .filter((animation) => animation.effect.getComputedTiming().duration > 20)
          .map((animation) => animation.animationName ?? animation.transitionProperty),
      );
      assert.deepEqual(moving, []);
    }));

  test('states keep their shapes and buttons their edges in the system’s colours', () =>
    onDesk(browser, hub.url, 'forced colors', async (desk) => {
      await desk.page.emulateMedia({ forcedColors: 'active' });
      await desk.startShift({ agent: '1003', extension: '4003' });
      await desk.part('agent').first().waitFor();
      const seen = await desk.page.evaluate(() => {
        const state = document.querySelector('[data-part="agent"] .mark path');
        const button = document.querySelector('[data-part="dial"] [data-command]');
        const { borderTopStyle, borderTopWidth } = getComputedStyle(button);
        return {
          forced: matchMedia('(forced-colors: active)').matches,
          fill: getComputedStyle(state).fill,
          background: getComputedStyle(document.body).backgroundColor,
          edge: borderTopStyle !== 'none' && parseFloat(borderTopWidth) > 0,
        };
      });
      assert.ok(seen.forced);
      assert.notEqual(seen.fill, seen.background, 'the shape can be told from its ground');
      assert.ok(seen.edge, 'a button has an edge');
      await eventually(async () => assert.ok(await desk.part('state').isVisible()));
    }));
});

// What screen readers are told while the desk is busy.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { eventually, onDesk, startBrowser } from '../support/browser.mjs';
import { Hands } from '../support/hands.mjs';
import { startHub } from '../support/servers.mjs';

const CENTRE = { site: process.env.SWITCHHOOK_DIST, agents: 12, queues: 3, callbacks: 8, seed: 7 };

describe('what screen readers are told', () => {
  let browser;

  before(async () => {
    browser = await startBrowser();
  });
  after(() => browser?.stop());

  test('over a busy minute: each call once, at once; nothing of colleagues, nothing twice', async (t) => {
    const hub = await startHub({ ...CENTRE, agents: 40, rate: 4 });
    t.after(hub.stop);
    await onDesk(browser, hub.url, 'announcements', async (desk) => {
      const hands = new Hands(desk);
      await hands.signIn();
      await desk.page.evaluate(() => {
        globalThis.told = [];
        for (const region of ['polite', 'assertive']) {
          const place = document.querySelector(`[data-part="${region}"]`);
          new MutationObserver(() => globalThis.told.push({ region, text: place.textContent.trim() })).observe(place, {
            childList: true,
            characterData: true,
            subtree: true,
          });
        }
        globalThis.rang = new Set();
        new MutationObserver(() => {
          for (const card of document.querySelectorAll('[data-part="call"][data-stage="alerting"]')) {
            globalThis.rang.add(card.dataset.id);
          }
        }).observe(document.querySelector('[data-part="calls"]'), { childList: true, subtree: true, attributes: true });
        globalThis.changes = 0;
        new MutationObserver((records) => (globalThis.changes += records.length)).observe(
          document.querySelector('[data-part="agents"]'),
          { childList: true, characterData: true, subtree: true, attributes: true },
        );
      });
      await hands.act('Y');
      // A centre of many agents gives one of them a call only now and then.
      const end = Date.now() + 150_000;
      for (let calls = 0; calls < 3 && Date.now() < end; ) {
        const rings = await desk.call('alerting').waitFor({ timeout: 10_000 }).then(
          () => true,
          () => false,
        );
        if (!rings) {
          continue;
        }
        calls += 1;
        await hands.answer();
        await hands.act('H');
        await desk.call('held').waitFor();
        await hands.act('H');
        await desk.call('connected').waitFor();
        await hands.act('E');
        await desk.ownState('wrap-up');
        await hands.act('Y');
        await desk.wrapUpOver();
      }
      const { told, changes, names, rang } = await desk.page.evaluate(() => ({
        rang: globalThis.rang.size,
        told: globalThis.told,
        changes: globalThis.changes,
        names: [...document.querySelectorAll('[data-part="agent"] .name')].map((name) => name.textContent.trim()),
      }));
      assert.ok(rang >= 2, `${rang} calls rang`);
      assert.ok(changes > 50, `colleagues were busy: ${changes} changes`);
      const urgent = told.filter(({ region }) => region === 'assertive').map(({ text }) => text);
      const ringing = urgent.filter((text) => text.startsWith('Ringing'));
      assert.ok(ringing.length >= 2 && ringing.length <= rang, `${ringing} for ${rang} calls`);
      assert.deepEqual(
        urgent.filter((text) => text && !text.startsWith('Ringing')),
        [],
        'nothing else was urgent',
      );
      const polite = told.filter(({ region }) => region === 'polite').map(({ text }) => text);
      // What a colleague writes to the agent is not the colleague's own doing.
      for (const text of [...polite, ...urgent].filter((text) => !text.startsWith('Message from'))) {
        assert.ok(
          names.filter((name) => name.length > 2).every((name) => !text.includes(name)),
          `of a colleague: ${text}`,
        );
      }
      // What was asked for by a key may be heard as often as it was asked for.
      const happened = polite.filter((text) => text && !text.includes(': '));
      for (const [place, text] of happened.entries()) {
        assert.notEqual(text, happened[place - 1], 'nothing is said twice in a row');
      }
      assert.ok(happened.length < 12 * rang + 12, `${happened.length} announcements for ${rang} calls`);
    });
  });
});

// Attention: a call is heard, shown on the desktop, in the title and on the icon, in one tab, and no longer than it rings;
// what the agent has chosen and begun to write is there again after a reload, and nothing secret ever is.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { eventually, onDesk, openDesk, startBrowser } from '../support/browser.mjs';
import { startHub } from '../support/servers.mjs';

const CENTRE = { site: process.env.SWITCHHOOK_DIST, agents: 12, queues: 3, callbacks: 4, seed: 7 };
// A page that is thrown away while requests are under way leaves some that fail.
const tolerate = [/Failed to load resource/, /WebSocket connection to/, /ERR_/];

/** In place of the browser's notifications: a list of those that were shown. */
const withNotifications = (permission) => (page) =>
  page.addInitScript((given) => {
    window.shown = [];
    window.Notification = class {
      static permission = given;
      static async requestPermission() {
        return (this.permission = 'granted');
      }
      constructor(title, options) {
        Object.assign(this, { title, ...options, closed: false });
        window.shown.push(this);
      }
      close() {
        this.closed = true;
      }
    };
    // The agent works in another window.
    document.hasFocus = () => false;
  }, permission);

/** A browser that lets nothing be heard before `window.soundAllowed`. */
const withBlockedSound = (page) =>
  page.addInitScript(() => {
    const state = Object.getOwnPropertyDescriptor(BaseAudioContext.prototype, 'state').get;
    const resume = AudioContext.prototype.resume;
    Object.defineProperty(BaseAudioContext.prototype, 'state', {
      get() {
        return window.soundAllowed ? state.call(this) : 'suspended';
      },
    });
    AudioContext.prototype.resume = function () {
      return window.soundAllowed ? resume.call(this) : new Promise(() => {});
    };
  });

const root = (desk, name) => desk.page.evaluate((name) => document.documentElement.getAttribute(name), name);
const icon = (desk) => desk.page.locator('link[rel="icon"]').getAttribute('href');
const shown = (desk) => desk.page.evaluate(() => window.shown.map(({ title, body, tag, closed }) => ({ title, body, tag, closed })));
const rings = (desk) => eventually(async () => assert.equal(await root(desk, 'data-ringing'), 'true'), 20_000);
const isSilent = (desk) =>
  eventually(async () => {
    assert.equal(await root(desk, 'data-ringing'), null);
    assert.notEqual(await root(desk, 'data-sound'), 'playing');
    assert.equal(await icon(desk), 'favicon.svg');
    assert.doesNotMatch(await desk.page.title(), /^Ringing/);
  });
const openSettings = async (desk) => {
  await desk.command('settings').click();
  await desk.part('settings').waitFor();
  return desk.part('settings');
};
const signal = (desk, name) => desk.page.locator(`[data-command="signal"][data-signal="${name}"]`);

describe('attention', () => {
  let browser;

  before(async () => {
    browser = await startBrowser();
  });
  after(() => browser?.stop());

  const on = (name, scenario, { centre, ...options } = {}) =>
    test(name, async (t) => {
      const hub = await startHub({ ...CENTRE, ...centre });
      t.after(hub.stop);
      await onDesk(browser, hub.url, `attention ${name}`, (desk) => scenario(desk, hub, t), options);
    });

  on(
    'a call rings by all signals, and all of them end when it is answered',
    async (desk) => {
      await desk.startShift();
      await isSilent(desk);
      const card = await desk.awaitCall();
      const number = (await card.locator('.who').textContent()).trim();
      await rings(desk);
      await eventually(async () => {
        assert.equal(await root(desk, 'data-sound'), 'playing');
        assert.equal(await icon(desk), 'favicon-ringing.svg');
        assert.equal(await desk.page.title(), `Ringing ${number}`);
      });
      await eventually(async () => assert.match(await desk.page.title(), /^Reserved/), 3_000);
      const [notification, ...others] = await shown(desk);
      assert.deepEqual(others, []);
      assert.equal(notification.title, `Ringing ${number}`);
      assert.equal(notification.closed, false);
      assert.match(notification.tag, /^switchhook-call-./);

      await desk.command('answer', card).click();
      await desk.call('connected').waitFor();
      await isSilent(desk);
      assert.deepEqual((await shown(desk)).map(({ closed }) => closed), [true]);
    },
    { prepare: withNotifications('granted') },
  );

  on(
    'a call that the agent makes rings nowhere',
    async (desk) => {
      await desk.startShift();
      await desk.part('dial').locator('input').fill('+358401234599');
      await desk.command('dial', desk.part('dial')).click();
      await desk.part('call').waitFor();
      await isSilent(desk);
      assert.deepEqual(await shown(desk), []);
    },
    { centre: { rate: 0 }, prepare: withNotifications('granted') },
  );

  on(
    'the ring ends with the connection',
    async (desk, hub) => {
      await desk.startShift();
      await desk.awaitCall();
      await rings(desk);
      await hub.kill();
      await isSilent(desk);
    },
    { tolerate },
  );

  on('a frozen page is silent, and rings again only when the call still does', async (desk) => {
    await desk.startShift();
    await desk.awaitCall();
    await rings(desk);
    await desk.page.evaluate(() => document.dispatchEvent(new Event('freeze')));
    await isSilent(desk);
    await desk.page.evaluate(() => document.dispatchEvent(new Event('resume')));
    await rings(desk);
    await desk.command('answer', desk.part('call')).click();
    await isSilent(desk);
  });

  on(
    'each signal can be switched off, and stays off',
    async (desk) => {
      await desk.startShift();
      await openSettings(desk);
      for (const name of ['sound', 'notification', 'title', 'icon']) {
        await signal(desk, name).uncheck();
      }
      await desk.page.keyboard.press('Escape');
      await desk.page.reload();
      await desk.startShift();
      await openSettings(desk);
      for (const name of ['sound', 'notification', 'title', 'icon']) {
        assert.equal(await signal(desk, name).isChecked(), false, name);
      }
      await signal(desk, 'icon').check();
      await desk.page.keyboard.press('Escape');
      await desk.awaitCall();
      await rings(desk);
      await eventually(async () => assert.equal(await icon(desk), 'favicon-ringing.svg'));
      // Longer than the title takes to change once.
      await desk.page.waitForTimeout(1_500);
      assert.equal(await root(desk, 'data-sound'), 'silent');
      assert.doesNotMatch(await desk.page.title(), /^Ringing/);
      assert.deepEqual(await shown(desk), []);
    },
    { tolerate, prepare: withNotifications('granted') },
  );

  on(
    'a sound that the browser blocks is said to be, and a press unblocks it',
    async (desk) => {
      await desk.startShift();
      const chip = desk.part('sound-blocked');
      await chip.waitFor();
      await desk.checkAccessibility();
      await openSettings(desk);
      await signal(desk, 'sound').uncheck();
      await chip.waitFor({ state: 'hidden' });
      await signal(desk, 'sound').check();
      await desk.page.keyboard.press('Escape');
      await desk.awaitCall();
      await rings(desk);
      await eventually(async () => assert.equal(await root(desk, 'data-sound'), 'blocked'));
      await desk.page.evaluate(() => (window.soundAllowed = true));
      await chip.click();
      await chip.waitFor({ state: 'hidden' });
      await eventually(async () => assert.equal(await root(desk, 'data-sound'), 'playing'));
    },
    { prepare: withBlockedSound },
  );

  on(
    'notifications are asked for by a press, and the settings say when they are blocked',
    async (desk) => {
      await desk.startShift();
      const settings = await openSettings(desk);
      await desk.command('allow-notifications', settings).click();
      await desk.command('allow-notifications', settings).waitFor({ state: 'hidden' });
      assert.equal(await desk.part('notifications').count(), 0);
      await desk.page.evaluate(() => (window.Notification.permission = 'denied'));
      await eventually(async () => assert.match(await desk.part('notifications').innerText(), /blocks notifications/));
    },
    { centre: { rate: 0 }, prepare: withNotifications('default') },
  );

  on('the settings are used by keyboard alone, and give the focus back', async (desk) => {
    await desk.startShift();
    const button = desk.command('settings');
    await button.focus();
    await desk.page.keyboard.press('Enter');
    const settings = desk.part('settings');
    await settings.waitFor();
    const focused = () => desk.page.evaluate(() => document.activeElement.dataset.command);
    assert.equal(await focused(), 'theme');
    await desk.page.keyboard.press('ArrowDown');
    await eventually(async () => assert.equal(await root(desk, 'data-theme'), 'light'));
    await desk.page.keyboard.press('Tab');
    assert.equal(await signal(desk, 'sound').evaluate((box) => box === document.activeElement), true);
    await desk.page.keyboard.press('Space');
    assert.equal(await signal(desk, 'sound').isChecked(), false);
    while ((await focused()) !== 'volume') {
      await desk.page.keyboard.press('Tab');
    }
    await desk.page.keyboard.press('Home');
    await eventually(async () =>
      assert.equal(JSON.parse(await desk.page.evaluate(() => localStorage['switchhook-preferences'])).volume, 0),
    );
    await desk.page.keyboard.press('Tab');
    assert.equal(await focused(), 'test-sound');
    await desk.page.keyboard.press('Enter');
    await desk.page.keyboard.press('Escape');
    await settings.waitFor({ state: 'hidden' });
    assert.equal(await focused(), 'settings');
  }, { centre: { rate: 0 } });

  for (const theme of ['system', 'light', 'dark', 'high-contrast']) {
    on(`the desk and its settings have no barriers in the theme ${theme}, which stays`, async (desk) => {
      await desk.startShift();
      const settings = await openSettings(desk);
      await desk.command('theme', settings).selectOption(theme);
      await desk.checkAccessibility();
      await desk.page.reload();
      await desk.part('sign-in').waitFor();
      assert.equal(await root(desk, 'data-theme'), theme === 'system' ? null : theme);
      await desk.checkAccessibility();
    }, { centre: { rate: 0 }, tolerate });
  }

  on('what was begun and chosen is there again after a reload, and nothing secret is kept', async (desk) => {
    const form = desk.part('sign-in');
    await form.waitFor();
    await form.locator('[name="agent-id"]').fill('1001');
    await form.locator('[name="extension"]').fill('4001');
    await form.locator('[name="password"]').fill('a secret word');
    await desk.command('sign-in', form).click();
    await form.waitFor({ state: 'hidden' });
    await desk.link('live');
    const field = desk.part('dial').locator('input');
    await field.fill('+358 40 1');
    await desk.page.reload();
    await form.waitFor();
    assert.equal(await form.locator('[name="agent-id"]').inputValue(), '1001');
    assert.equal(await form.locator('[name="extension"]').inputValue(), '4001');
    assert.equal(await form.locator('[name="password"]').inputValue(), '');
    const kept = await desk.page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
    assert.match(kept, /4001/);
    assert.match(kept, /358 40 1/);
    assert.doesNotMatch(kept, /secret|token|bearer|eyJ/i);

    await form.locator('[name="password"]').fill('a secret word');
    await desk.command('sign-in', form).click();
    await form.waitFor({ state: 'hidden' });
    assert.equal(await field.inputValue(), '+358 40 1');

    // Somebody else at the same place sees nothing of it.
    await desk.page.reload();
    await form.waitFor();
    await form.locator('[name="agent-id"]').fill('1002');
    await form.locator('[name="password"]').fill('another word');
    await desk.command('sign-in', form).click();
    await form.waitFor({ state: 'hidden' });
    assert.equal(await field.inputValue(), '');
  }, {
    centre: { rate: 0 },
    tolerate,
    prepare: (page) =>
      page.route('**/config.json', async (route) => {
        const answer = await route.fetch();
        const config = await answer.json();
        config.source.token = { ...config.source.token, identify: 'basic', password: true };
        await route.fulfill({ json: config });
      }),
  });

  describe('in two tabs', () => {
    const views = async (hub) => {
      const config = await (await fetch(`${hub.url}/config.json`)).json();
      // Where nothing is commanded, both desks stay.
      delete config.source.telephony;
      return { config, tolerate };
    };

    const inTwo = (name, scenario) =>
      test(name, async (t) => {
        const hub = await startHub(CENTRE);
        t.after(hub.stop);
        const options = await views(hub);
        const open = async () => {
          const desk = await openDesk(browser, hub.url, options);
          await desk.signIn({ agent: '1001', extension: null });
          await desk.link('live');
          return desk;
        };
        // The same agent works at another computer: a call rings there and here until it is answered there.
        const elsewhere = await startBrowser();
        t.after(elsewhere.stop);
        const phone = await openDesk(elsewhere, hub.url);
        await phone.startShift();
        const first = await open();
        const second = await open();
        try {
          await scenario(first, second, phone);
          first.assertNothingWentWrong();
          second.assertNothingWentWrong();
        } catch (error) {
          error.message += `\nEvidence: ${await second.keepEvidence(`attention ${name}`)}`;
          throw error;
        } finally {
          await first.page.close();
          await second.page.close();
        }
      });

    inTwo('only the first rings, and the second says so', async (first, second, phone) => {
      await second.part('tab').waitFor();
      assert.equal(await first.part('tab').count(), 0);
      await second.checkAccessibility();
      await phone.awaitCall();
      await Promise.all([rings(first), second.call('alerting').waitFor()]);
      assert.equal(await root(second, 'data-ringing'), null);
      assert.notEqual(await root(second, 'data-sound'), 'playing');
      await phone.command('answer', phone.part('call')).click();
      await isSilent(first);
    });

    inTwo('the second leads by itself when the first closes', async (first, second, phone) => {
      await second.part('tab').waitFor();
      await phone.awaitCall();
      await rings(first);
      await first.page.close();
      await second.part('tab').waitFor({ state: 'hidden' });
      await rings(second);
    });

    inTwo('the second takes over when it is asked to, and the first follows', async (first, second, phone) => {
      await phone.awaitCall();
      await rings(first);
      await second.command('take-over').click();
      await second.part('tab').waitFor({ state: 'hidden' });
      await first.part('tab').waitFor();
      await rings(second);
      await isSilent(first);
    });

    inTwo('what is chosen in one goes for the other', async (first, second) => {
      await openSettings(second);
      await second.command('theme').selectOption('dark');
      await eventually(async () => assert.equal(await root(first, 'data-theme'), 'dark'));
      await second.command('theme').selectOption('system');
    });
  });

  on('a sign-in in a second tab takes the lead along with the telephone', async (desk, hub, t) => {
    await desk.startShift();
    const second = await openDesk(browser, hub.url, { tolerate });
    t.after(() => second.page.close());
    await second.startShift();
    await second.part('tab').waitFor({ state: 'hidden' });
    await second.awaitCall();
    await rings(second);
    assert.equal(await root(desk, 'data-ringing'), null);
  }, { tolerate });
});

// The own state at the desk: each command from its bit to its event, what follows a call, who changed the state,
// calls that are coming, wrap-up from its first second to its last.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { eventually, inLanguage, onDesk, startBrowser } from '../support/browser.mjs';
import { connect } from '../support/official-client.mjs';
import { askForToken, credentials, startHub } from '../support/servers.mjs';
import { Ear, Wire } from '../support/wire.mjs';

const CENTRE = { site: process.env.SWITCHHOOK_DIST, agents: 12, queues: 3, callbacks: 4, seed: 7 };
/** Wrap-up data are optional for 1001 and required for 1004; by fives. */
const OPTIONAL = { agent: '1001', extension: '4001' };
const REQUIRED = { agent: '1004', extension: '4004' };
const SUPERVISOR = '1005';

describe('the own state', { concurrency: 3 }, () => {
  let browser;

  before(async () => {
    browser = await startBrowser();
  });
  after(() => browser?.stop());

  const on = (name, scenario, { centre, ...options } = {}) =>
    test(name, async (t) => {
      const hub = await startHub({ ...CENTRE, ...centre });
      t.after(hub.stop);
      await onDesk(browser, hub.url, `state ${name}`, (desk) => scenario(desk, hub, t), options);
    });

  const states = (desk) => desk.part('recent-states').locator('li').allTextContents();
  const sawState = (desk, pattern) =>
    eventually(async () => assert.ok((await states(desk)).some((line) => pattern.test(line)), `${await states(desk)}`));

  /** A supervisor who watches this agent, as another program does. */
  const supervisorOf = async (hub, agent) => {
    const { Token: token } = await askForToken(hub.url, credentials(SUPERVISOR));
    const supervisor = await connect(hub.url, { token });
    let id = 0;
    const ask = (method, fields = {}) => supervisor.invoke(method, { InvokeID: (id += 1), ...fields });
    await ask('Login', { AgentID: SUPERVISOR, AgentInstrument: '4005' });
    await new Promise((resolve) => setTimeout(resolve, 500));
    await ask('StartMonitoringAllAgentTeams');
    await ask('StartMonitoringAgent', { AgentReference: agent });
    await new Promise((resolve) => setTimeout(resolve, 500));
    return {
      set: (state) => ask('SetAgentState', { SupervisorID: SUPERVISOR, AgentID: agent, AgentState: state }),
      stop: supervisor.stop,
    };
  };

  const wire = new Wire();
  on(
    'every command goes from its bit over the wire to its event, and nothing moves before that',
    async (desk) => {
      await desk.startShift(OPTIONAL);
      const state = desk.part('state');
      const menu = desk.part('state-menu');
      /** Chooses while the hub's words are held back: asked for, and nothing else; then it happens. */
      const step = async (command, reason, asked, before, now) => {
        wire.hold();
        await desk.choose(command, reason);
        await eventually(async () => assert.match(await state.innerText(), asked));
        assert.equal(await state.getAttribute('data-state'), before);
        await desk.command('state-menu', state).click();
        const item = menu.locator(`[data-command="${command}"]`).first();
        await eventually(async () => assert.equal(await item.getAttribute('aria-busy'), 'true'));
        assert.match(await item.getAttribute('aria-description'), /Already asked for/);
        await desk.page.keyboard.press('Escape');
        wire.release();
        await desk.ownState(now);
        await eventually(async () => assert.doesNotMatch(await state.innerText(), /asked for|accepted/));
      };
      await step('ready', undefined, /asked for Ready/, 'not-ready', 'ready');
      await step('not-ready', undefined, /asked for Not ready/, 'ready', 'not-ready');
      await step('not-ready', 3, /asked for Not ready/, 'not-ready', 'not-ready');
      await eventually(async () => assert.match(await desk.command('state-menu').innerText(), /Meeting/));
      await sawState(desk, /Ready · by you$/);
      await sawState(desk, /Not ready · Meeting · by you$/);
      // The bit for wrap-up is not there outside of calls: its entries are not, either.
      assert.equal(await menu.locator('[data-command^="wrap-up"]').count(), 0);
      await desk.choose('sign-out');
      await desk.part('sign-in').waitFor();
    },
    { prepare: wire.prepare, centre: { rate: 0 } },
  );

  on(
    'what follows the call is a chip, which is the server’s word and can be changed',
    async (desk) => {
      await desk.startShift(OPTIONAL);
      const card = await desk.awaitCall();
      await desk.expectEnabled(card, ['answer']);
      await desk.command('answer', card).click();
      await desk.call('connected').waitFor();
      const chip = desk.part('next-state');
      assert.equal(await chip.count(), 0);

      await desk.choose('not-ready', 2);
      await chip.waitFor();
      await eventually(async () => assert.match(await chip.innerText(), /Next: Not ready · Lunch/));
      assert.equal(await desk.part('state').getAttribute('data-state'), 'talking');
      assert.match(await desk.part('polite').textContent(), /Next: Not ready · Lunch/);
      await desk.checkAccessibility({ within: '[data-part="bar"]' });

      await desk.command('change-next-state', chip).click();
      await eventually(async () => assert.match(await chip.innerText(), /Next: Ready/));
      await desk.choose('not-ready', 2);
      await eventually(async () => assert.match(await chip.innerText(), /Lunch/));

      await desk.command('end-call', card).click();
      await desk.ownState('wrap-up');
      await desk.command('not-ready', desk.part('wrap-up')).click();
      await desk.ownState('not-ready');
      await chip.waitFor({ state: 'detached' });
    },
  );

  on('a supervisor who changes the state is named', async (desk, hub, t) => {
    await desk.startShift(OPTIONAL);
    const supervisor = await supervisorOf(hub, OPTIONAL.agent);
    t.after(supervisor.stop);
    await supervisor.set(3);
    await desk.ownState('ready');
    await sawState(desk, /Ready · by \p{L}+ \p{L}+/u);
    await eventually(async () =>
      assert.match(await desk.command('state-menu').getAttribute('title'), /Ready · by \p{L}+ \p{L}+/u),
    );
    await supervisor.set(1);
    await desk.ownState('signed-out');
    const banner = desk.part('banner');
    await eventually(async () => assert.match(await banner.innerText(), /\d+:\d\d.* Your supervisor has signed you out/));
    await eventually(async () =>
      assert.match(await desk.part('assertive').textContent(), /Your supervisor has signed you out/),
    );
    await desk.expectEnabled(desk.part('forced-out'), ['sign-in']);
    await desk.checkAccessibility({ within: '[data-part="banner"]' });
    await desk.command('sign-in', banner).click();
    await desk.ownState('not-ready');
    await desk.part('forced-out').waitFor({ state: 'detached' });
  }, { centre: { rate: 0 } });

  on('reasons: the ones used last come first, and typing finds one', async (desk) => {
    await desk.startShift(OPTIONAL);
    const reasons = () =>
      desk.part('state-menu').locator('[data-command="not-ready"][data-reason]').allInnerTexts();
    const open = () => desk.command('state-menu').click();
    await open();
    assert.deepEqual((await reasons()).slice(0, 2), ['Break', 'Lunch']);
    await desk.page.keyboard.press('Escape');
    await desk.choose('not-ready', 4);
    await eventually(async () => assert.match(await desk.command('state-menu').innerText(), /Training/));
    await open();
    assert.deepEqual((await reasons()).slice(0, 3), ['Training', 'Break', 'Lunch']);
    const focused = () => desk.page.evaluate(() => document.activeElement.textContent.trim());
    await desk.page.keyboard.type('me');
    assert.equal(await focused(), 'Meeting');
    await desk.page.keyboard.press('Enter');
    await eventually(async () => assert.match(await desk.command('state-menu').innerText(), /Meeting/));
    const place = await desk.page.evaluate(() => document.activeElement.dataset.command);
    assert.equal(place, 'state-menu', 'the focus is back, though the reasons have changed places');
    await desk.page.reload();
    await desk.startShift(OPTIONAL);
    await open();
    assert.deepEqual((await reasons()).slice(0, 3), ['Meeting', 'Training', 'Break'], 'kept over a reload');
  }, { centre: { rate: 0 } });

  const manyReasons = async (page) => {
    await page.route('**/directory', async (route) => {
      const directory = await (await route.fetch()).json();
      const labels = ['Break', 'Lunch', 'Meeting', 'Training', 'Admin', 'Coaching', 'Doctor', 'Fire drill', 'Other'];
      directory.notReadyReasons = labels.map((label, code) => ({ code: code + 1, label }));
      await route.fulfill({ json: directory });
    });
  };
  on(
    'a long list of reasons has a field that filters it',
    async (desk) => {
      await desk.startShift(OPTIONAL);
      await desk.command('state-menu').click();
      const menu = desk.part('state-menu');
      const filter = menu.locator('[name="filter"]');
      const shown = menu.locator('[data-command="not-ready"][data-reason]');
      assert.equal(await shown.count(), 9);
      await filter.fill('DRILL');
      await eventually(async () => assert.deepEqual(await shown.allInnerTexts(), ['Fire drill']));
      await desk.checkAccessibility({ within: '[data-part="state-menu"]' });
      await filter.press('ArrowDown');
      await desk.page.keyboard.press('Enter');
      await eventually(async () => assert.match(await desk.command('state-menu').innerText(), /Fire drill/));
      await desk.command('state-menu').click();
      await filter.fill('zzz');
      await eventually(async () => assert.match(await menu.innerText(), /No reason like that/));
    },
    { prepare: manyReasons, centre: { rate: 0 } },
  );

  const settings = new Wire();
  on(
    'a reason that the desk settings demand must be picked, with the words for it',
    async (desk) => {
      await desk.startShift(OPTIONAL);
      const menu = desk.part('state-menu');
      const plain = (command) => menu.locator(`[data-command="${command}"]:not([data-reason])`);
      const asArguments = (name, fields) => ({ type: 1, target: 'CtiEvent', arguments: [name, fields] });
      // Not ready and signing out, with and without a reason; both settings demand one.
      settings.slip(
        asArguments('OnButtonEnablementChange', { EnablementMask: 0x3e000000 }),
        asArguments('OnAgentDeskSettingsConf', { InvokeID: 999, DeskSettingsMask: 0x18 }),
      );
      await desk.command('state-menu').click();
      await eventually(async () => assert.equal(await plain('not-ready').getAttribute('aria-disabled'), 'true'));
      assert.match(await plain('not-ready').getAttribute('aria-description'), /Pick a reason/);
      assert.match(await plain('sign-out').getAttribute('aria-description'), /Pick a reason/);
      assert.ok((await menu.locator('[data-command="sign-out"][data-reason]').count()) > 3);
      assert.equal(await menu.locator('[data-command="not-ready"][data-reason="1"]').getAttribute('aria-disabled'), null);
      // Without the demand the plain ones do.
      settings.slip(asArguments('OnAgentDeskSettingsConf', { InvokeID: 999, DeskSettingsMask: 0 }));
      await eventually(async () => assert.equal(await plain('not-ready').getAttribute('aria-disabled'), null));
      assert.equal(await plain('sign-out').getAttribute('aria-disabled'), null);
    },
    { prepare: settings.prepare, centre: { rate: 0 } },
  );

  on('a reservation counts down and waits for the server when its time is over', async (desk, hub, t) => {
    await desk.startShift(OPTIONAL);
    const { Token: token } = await askForToken(hub.url, credentials('1002'));
    const colleague = await connect(hub.url, { token });
    t.after(colleague.stop);
    const coming = desk.part('coming');
    await colleague.invoke('TServerRequest', {
      Request: 'TReserveAgent',
      ReferenceID: 1,
      AgentID: OPTIONAL.agent,
      Timeout: 5_000,
    });
    await coming.waitFor();
    assert.match(await coming.innerText(), /Call coming[^]*Reserved until \d+:\d\d/);
    const ring = coming.locator('[role="timer"]');
    const dash = () => ring.locator('.rest').getAttribute('stroke-dasharray');
    const first = await dash();
    await eventually(async () => assert.notEqual(await dash(), first, 'the ring empties'));
    await eventually(async () => assert.match(await desk.part('polite').textContent(), /Reserved until/));
    await desk.checkAccessibility({ within: '[data-part="coming"]' });
    await eventually(async () => assert.match(await coming.innerText(), /waiting for the server/));
    await desk.ownState('not-ready');
  }, { centre: { rate: 0 } });

  const announced = new Wire();
  on(
    'a call that is announced shows what is known of it before it rings, and is taken back in words',
    async (desk) => {
      await desk.startShift(OPTIONAL);
      const event = (name, fields) =>
        announced.slip({
          type: 1,
          target: 'CtiEvent',
          arguments: [name, { ICMEnterpriseUniqueID: 'contact-1', AgentInstrument: '4001', ...fields }],
        });
      event('OnAgentPrecallEvent', {
        ANI: '+358401234567',
        CallVariable1: 'Sales',
        CallVariable2: '<img src=x onerror=alert(1)>',
        ECC: { 'user.customer': '4711' },
      });
      const coming = desk.part('coming');
      await coming.waitFor();
      const text = await coming.innerText();
      for (const part of ['Call coming', '+358401234567', 'user.customer', '4711', '<img src=x onerror=alert(1)>']) {
        assert.ok(text.includes(part), `${part} in ${text}`);
      }
      assert.equal(await desk.part('call').count(), 0);
      await eventually(async () => assert.match(await desk.part('polite').textContent(), /Call coming: .*\+358401234567/));
      await desk.checkAccessibility({ within: '[data-part="coming"]' });

      event('OnAgentPrecallAbortEvent', {});
      await eventually(async () => assert.match(await coming.innerText(), /Taken back/));
      assert.equal(await coming.getAttribute('data-state'), 'taken-back');
      assert.match(await desk.part('polite').textContent(), /does not come/);
      await desk.checkAccessibility({ within: '[data-part="coming"]' });
      await coming.waitFor({ state: 'detached', timeout: 15_000 });
    },
    { prepare: announced.prepare, centre: { rate: 0 } },
  );

  /** Works a call to its end and into wrap-up. */
  const intoWrapUp = async (desk, who) => {
    await desk.startShift(who);
    const card = await desk.awaitCall();
    await desk.expectEnabled(card, ['answer']);
    await desk.command('answer', card).click();
    await desk.call('connected').waitFor();
    await eventually(async () => assert.equal(await desk.command('end-call', card).getAttribute('aria-disabled'), null));
    await desk.command('end-call', card).click();
    await desk.ownState('wrap-up');
    const panel = desk.part('wrap-up');
    await panel.waitFor();
    return panel;
  };
  const left = async (panel) => {
    const [minutes, seconds] = (await panel.locator('[role="timer"]').innerText()).split(':').map(Number);
    return minutes * 60 + seconds;
  };

  on('wrap-up: its time runs and begins anew, its end changes, and it is left by a press', async (desk) => {
    const panel = await intoWrapUp(desk, OPTIONAL);
    const whole = await eventually(async () => {
      const time = await left(panel);
      assert.ok(time > 0);
      return time;
    });
    await eventually(async () => assert.ok((await left(panel)) < whole - 2, 'the time runs'));
    await desk.command('more-time', panel).click();
    await eventually(async () => assert.ok((await left(panel)) >= whole - 1, 'it begins anew'));

    assert.match(await panel.innerText(), /Wrap-up, then ready/);
    await desk.command('wrap-up-not-ready', panel).click();
    await eventually(async () => assert.match(await panel.innerText(), /Wrap-up, then not ready/));
    await desk.command('wrap-up-ready', panel).click();
    await eventually(async () => assert.match(await panel.innerText(), /Wrap-up, then ready/));
    await desk.checkAccessibility();

    await desk.command('ready', panel).click();
    await desk.ownState('ready');
    await panel.waitFor({ state: 'detached' });
    await eventually(async () =>
      assert.ok(
        await desk.page.evaluate(() => document.activeElement !== document.body),
        'the focus survives the panel that had it',
      ),
    );
    await sawState(desk, /Ready · by you$/);
  });

  const filed = new Ear();
  on(
    'wrap-up: a code that is required is asked for before the end, and the server’s word of it is shown',
    async (desk) => {
      const panel = await intoWrapUp(desk, REQUIRED);
      const finish = [desk.command('ready', panel), desk.command('not-ready', panel)];
      for (const button of finish) {
        await eventually(async () => assert.equal(await button.getAttribute('aria-disabled'), 'true'));
        assert.match(await button.getAttribute('aria-description'), /wrap-up code first/);
      }
      assert.match(await panel.innerText(), /Wrap-up code · required/);
      const choice = desk.command('wrap-up-code', panel);
      assert.match(await choice.innerText(), /None chosen/);
      await choice.click();
      const list = desk.part('wrap-up-codes');
      await list.waitFor();
      await desk.checkAccessibility({ within: '[data-part="wrap-up"]' });
      const first = list.locator('[data-command]').first();
      const text = (await first.innerText()).trim();
      await first.click();
      await eventually(async () => assert.equal((await choice.innerText()).trim(), text));
      await eventually(async () =>
        assert.ok(
          filed
            .calls('CtiEvent')
            .some(([name, fields]) => name === 'OnCallDataUpdate' && fields.CallWrapupData === text),
        ),
      );
      for (const button of finish) {
        await eventually(async () => assert.equal(await button.getAttribute('aria-disabled'), null));
      }
      await finish[1].click();
      await desk.ownState('not-ready');
    },
    { prepare: filed.listen },
  );

  const withoutTexts = async (page) => {
    await page.route('**/directory', async (route) => {
      const directory = await (await route.fetch()).json();
      delete directory.wrapUpReasons;
      await route.fulfill({ json: directory });
    });
  };
  on(
    'wrap-up: where the site has no codes to choose from, one is written',
    async (desk) => {
      const panel = await intoWrapUp(desk, REQUIRED);
      const field = panel.locator('[name="wrap-up-code"]');
      await field.fill('Asked about <b>invoices</b>');
      const save = desk.command('set-wrap-up-data', panel);
      await save.click();
      const finish = desk.command('ready', panel);
      await eventually(async () => assert.equal(await finish.getAttribute('aria-disabled'), null));
      await field.fill('x'.repeat(60));
      assert.equal((await field.inputValue()).length, 40, 'no longer than the server takes');
      await desk.checkAccessibility({ within: '[data-part="wrap-up"]' });
      await finish.click();
      await desk.ownState('ready');
    },
    { prepare: withoutTexts },
  );

  on('after a reload wrap-up goes on: its time, the call that it is about, and the note', async (desk) => {
    const panel = await intoWrapUp(desk, OPTIONAL);
    const note = desk.part('note');
    await note.fill('Call again <b>on Monday</b>');
    await desk.command('wrap-up-code', panel).click();
    const first = desk.part('wrap-up-codes').locator('[data-command]').first();
    const text = (await first.innerText()).trim();
    await first.click();
    const choice = desk.command('wrap-up-code', panel);
    await eventually(async () => assert.equal((await choice.innerText()).trim(), text));
    const before = await left(panel);
    await desk.page.reload();
    await desk.signIn(OPTIONAL);
    await desk.ownState('wrap-up');
    await eventually(async () => assert.equal(await note.inputValue(), 'Call again <b>on Monday</b>'));
    await eventually(async () => assert.equal((await choice.innerText()).trim(), text));
    await eventually(async () => assert.ok((await left(panel)) <= before, 'the time is the server’s'));
    assert.equal(await desk.part('call').count(), 0);
    assert.equal(await desk.part('failure').count(), 0);
  });

  for (const [width, language] of [
    [320, 'en'],
    [320, 'ar'],
    [320, 'de'],
    [1440, 'ar'],
  ]) {
    on(
      `${width} pixels wide, in ${language}: nothing of the menu and of wrap-up sticks out`,
      async (desk) => {
        await desk.page.setViewportSize({ width, height: 700 });
        const fits = async (when) => {
          const wide = await desk.page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth);
          assert.ok(wide <= 0, `${when}: ${wide} px too wide`);
        };
        const panel = await intoWrapUp(desk, OPTIONAL);
        await fits('in wrap-up');
        const box = await panel.boundingBox();
        assert.ok(box.x >= 0 && box.x + box.width <= width, 'the panel lies on the page');
        await desk.command('wrap-up-code', panel).click();
        await fits('with the codes open');
        await desk.checkAccessibility({ within: '[data-part="wrap-up"]' });
        await desk.page.keyboard.press('Escape');
        await desk.command('state-menu', desk.part('state')).click();
        await fits('with the menu open');
        await desk.checkAccessibility({ within: '[data-part="state"]' });
      },
      { prepare: inLanguage(language) },
    );
  }
});

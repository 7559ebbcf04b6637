// What goes wrong on demand (`--scenario`), as an agent sees it: in words, with the buttons that the server leaves on.
//
// Each scenario has a hub of its own and begins five seconds after the sign-in; all of them run at the same time.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { eventually, onDesk, startBrowser } from '../support/browser.mjs';
import { askForDirectory, startHub } from '../support/servers.mjs';
import { Ear } from '../support/wire.mjs';

const CENTRE = { site: process.env.SWITCHHOOK_DIST, agents: 16, queues: 3, callbacks: 4, seed: 7, rate: 0 };
const COLLEAGUE = { agent: '1010', extension: null };
/** Runs in the page: keeps, in `whatWasSaid`, every text that screen readers are given. */
const keepWhatIsSaid = () => {
  const last = {};
  globalThis.whatWasSaid = [];
  new MutationObserver(() => {
    for (const part of ['polite', 'assertive']) {
      const text = document.querySelector(`[data-part="${part}"]`)?.textContent ?? '';
      if (text !== (last[part] ?? '')) {
        last[part] = text;
        globalThis.whatWasSaid.push({ part, text });
      }
    }
  }).observe(document, { subtree: true, childList: true, characterData: true });
};
const SUPERVISOR = { agent: '1005', extension: '4005' };

describe('scenarios', { concurrency: true }, () => {
  let browser;

  before(async () => {
    browser = await startBrowser();
  });
  after(() => browser?.stop());

  /** A desk on a hub in which this goes wrong; gets what the hub says, and what screen readers are told. */
  const scenario = (name, title, play, { folder = '', centre } = {}) =>
    test(`${name}: ${title}`, async (t) => {
      const hub = await startHub({ ...CENTRE, ...centre, scenario: name });
      t.after(hub.stop);
      const wire = new Ear();
      const said = () => wire.page.evaluate(() => globalThis.whatWasSaid);
      const prepare = async (page) => {
        wire.listen(page);
        await page.addInitScript(keepWhatIsSaid);
      };
      await onDesk(
        browser,
        `${hub.url}/${folder}`,
        `scenario ${name}`,
        async (desk) => {
          await play(desk, { wire, said, hub });
          assert.equal(await desk.part('unusable').count(), 0, 'every message could be read');
        },
        { prepare },
      );
    });
  const wasSaid = (said, part, pattern, limit) =>
    eventually(async () => assert.ok((await said()).some((one) => one.part === part && pattern.test(one.text)), `${pattern}`), limit);
  const wasTold = (wire, method, is) => wire.calls(method).some((values) => is(...values));
  const cti = (wire, event) => wasTold(wire, 'CtiEvent', (name) => name === event);

  scenario('forced-logout', 'says that the system did it, and one click signs in again', async (desk, { said, wire }) => {
    await desk.startShift();
    await desk.ownState('signed-out', 30_000);
    const banner = desk.part('banner');
    await eventually(async () => assert.match(await banner.innerText(), /signed out by the system, not by a person/));
    await wasSaid(said, 'assertive', /signed out by the system/);
    await desk.link('live');
    assert.equal(wire.opened, 1, 'the connection stays');
    await desk.expectEnabled(banner, ['sign-in']);
    await desk.checkAccessibility({ within: '[data-part="banner"]' });
    await desk.command('sign-in', banner).click();
    await desk.ownState('not-ready');
    await eventually(async () => assert.equal((await banner.innerText()).trim(), ''));
    assert.equal(wire.opened, 1);
  });

  scenario('failed-call', 'a card says that the call could not be completed, and stays', async (desk, { said }) => {
    await desk.startShift();
    const failed = desk.call('failed');
    await failed.waitFor({ timeout: 30_000 });
    const number = (await failed.locator('.who').innerText()).trim();
    assert.match(number, /^\+\d+$/);
    assert.match(await failed.innerText(), /could not be completed/);
    await wasSaid(said, 'assertive', new RegExp(`failed.*\\${number}`, 'i'));
    await desk.expectEnabled(failed, ['dismiss', 'end-call', 'keypad', 'more']);
    await desk.command('end-call', failed).click();
    await desk.expectEnabled(failed, ['dismiss', 'dial']);
    await desk.command('dismiss', failed).click();
    await failed.waitFor({ state: 'detached' });
  });

  scenario('precall-abort', 'a call that was announced and taken back leaves no card', async (desk, { wire }) => {
    await desk.startShift();
    await desk.choose('ready');
    await desk.ownState('ready');
    await eventually(async () => assert.ok(cti(wire, 'OnAgentPrecallAbortEvent')), 30_000);
    await desk.ownState('ready');
    // Its card says for a moment that it was taken back.
    await eventually(async () => assert.equal(await desk.part('call').count(), 0), 15_000);
    assert.match(await desk.page.title(), /^Ready/);
    assert.equal(await desk.part('failure').count(), 0);
  });

  scenario('failover', 'buttons are off with the reason while the telephony server is away', async (desk, { said, wire }) => {
    await desk.startShift();
    await wasSaid(said, 'assertive', /telephony server is away/, 40_000);
    const dial = desk.command('dial', desk.part('dial'));
    await desk.part('dial').locator('input').fill('4002');
    await eventually(async () => {
      assert.equal(await dial.getAttribute('aria-disabled'), 'true');
      assert.match(await dial.getAttribute('aria-description'), /telephony server is away/);
    }, 1_500);
    assert.match(await desk.part('banner').innerText(), /telephony server is away/);
    assert.equal(await desk.part('connection').getAttribute('data-link'), 'live', 'the hub is there all the same');
    await wasSaid(said, 'polite', /telephony server is back/);
    await eventually(async () => assert.equal(await dial.getAttribute('aria-disabled'), null));
    await desk.ownState('not-ready');

    // The pair of T-Servers fails over as well: everything is asked anew, and then nothing is uncertain any more.
    await eventually(
      async () => assert.ok(wasTold(wire, 'TServerEvent', ({ Event }) => Event === 'EventPrimaryChanged')),
      10_000,
    );
    await eventually(async () => assert.equal(await desk.page.locator('[data-unsure]').count(), 0));
    await eventually(async () => assert.equal((await desk.part('banner').innerText()).trim(), ''));
    await desk.choose('ready');
    await desk.ownState('ready');
  });

  scenario('primary-change', 'says that the link to the switch is down, for as long as it is', async (desk, { wire }) => {
    await desk.startShift();
    const banner = desk.part('banner');
    await eventually(async () => assert.match(await banner.innerText(), /link to the switch is down/), 30_000);
    await desk.expectEnabled(desk.part('calls'), []);
    await desk.choose('ready');
    await desk.ownState('ready');
    await eventually(async () => assert.equal((await banner.innerText()).trim(), ''));
    assert.ok(wasTold(wire, 'TServerEvent', ({ Event }) => Event === 'EventPrimaryChanged'));
    await eventually(async () => assert.equal(await desk.page.locator('[data-unsure]').count(), 0));
  });

  scenario(
    'roll-forward',
    'an hour is caught up with quietly and told in one sentence',
    async (desk, { said, wire }) => {
      const catchingUp = desk.part('notice');
      await desk.signIn(COLLEAGUE);
      await catchingUp.waitFor();
      assert.match(await catchingUp.innerText(), /Catching up/);
      await wasSaid(said, 'polite', /^Caught up: \d+ events while away, (no|\d+) calls? missed$/, 60_000);
      await catchingUp.waitFor({ state: 'detached' });
      const all = (await said()).map(({ text }) => text).filter(Boolean);
      assert.ok(Number(all[0].match(/^Caught up: (\d+)/)?.[1]) > 200, `nothing was told before: ${all}`);
      assert.equal(all.filter((text) => /Caught up/.test(text)).length, 1);
      assert.equal(wire.calls('CallGemRollForward')[0][1], 'begin');
    },
    { folder: 'callgem/', centre: { rate: 1 } },
  );

  scenario(
    'cross-domain-fork',
    'one card for a call that two domains tell of; taken elsewhere it is a missed one',
    async (desk, { wire, hub }) => {
      const { agents } = await askForDirectory(hub.url);
      const { extension } = agents.find(({ agentId }) => agentId === COLLEAGUE.agent);
      await desk.signIn(COLLEAGUE);
      await desk.link('live');
      await desk.call('alerting').waitFor({ timeout: 20_000 });
      assert.equal(await desk.part('call').count(), 1);
      const card = await desk.call('alerting').getAttribute('data-id');
      const begun = wire
        .calls('CcsEvent')
        .findLast(([{ event, subscriber }]) => event === 'call_create' && subscriber === extension);
      assert.equal(begun[0].call, card);
      // Somebody answers: this agent, or the one in the other domain.
      const missed = desk.part('missed-call');
      await eventually(async () => assert.ok((await missed.count()) > 0), 45_000);
      assert.match(await missed.first().innerText(), /not answered \(withdrawn\)/);
      assert.match(await missed.first().locator('strong').innerText(), /^\+\d+$/);
    },
    { folder: 'ccs/' },
  );

  scenario('team-change', 'a colleague who leaves the team stays on the desk', async (desk, { wire }) => {
    await desk.startShift(SUPERVISOR);
    const before = await desk.part('agent').count();
    await eventually(async () => assert.ok(cti(wire, 'OnNewAgentTeamMember')), 30_000);
    assert.equal(await desk.part('agent').count(), before);
    assert.equal((await desk.part('banner').innerText()).trim(), '');
    await desk.ownState('not-ready');
  });

  scenario(
    'emergency-call',
    'the supervisor is told at once who needs help',
    async (desk, { said, wire, hub }) => {
      await desk.startShift(SUPERVISOR);
      await eventually(async () => assert.ok(cti(wire, 'OnEmergencyCall')), 30_000);
      const [, { AgentID, AgentExtension }] = wire.calls('CtiEvent').find(([name]) => name === 'OnEmergencyCall');
      const { agents } = await askForDirectory(hub.url);
      const who = agents.find(({ agentId }) => agentId === AgentID);
      await wasSaid(said, 'assertive', new RegExp(`^Emergency at ${who.name} · ${AgentExtension}$`));
      const notice = desk.part('emergency');
      await eventually(async () =>
        assert.match(await notice.innerText(), new RegExp(`^Emergency at ${who.name} · ${AgentExtension} · \\d+:\\d\\d$`)),
      );
      await desk.checkAccessibility({ within: '[data-part="banner"]' });
      await desk.command('dismiss', notice).click();
      await notice.waitFor({ state: 'detached' });
    },
    { centre: { agents: 24 } },
  );
});

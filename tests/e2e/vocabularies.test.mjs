// The five vocabularies on the page: at the hub's address RTE, CTI OS and T-Server, in a folder of its own each ccsevents
// and CallGem. What is on the screen is held against what the hub has said over the wire.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { eventually, onDesk, startBrowser } from '../support/browser.mjs';
import { ALONE, live } from '../support/calls.mjs';
import { connect } from '../support/official-client.mjs';
import { askForDirectory, askForToken, credentials, startHub } from '../support/servers.mjs';
import { Ear } from '../support/wire.mjs';

const CENTRE = { site: process.env.SWITCHHOOK_DIST, agents: 24, queues: 4, callbacks: 6, seed: 7, rate: 8 };
// A colleague whom nobody plays: where there is no telephony to sign in at, the page looks over this one's shoulder.
const COLLEAGUE = { agent: '1006', extension: null };

describe('the vocabularies', { concurrency: true }, () => {
  let browser;

  before(async () => {
    browser = await startBrowser();
  });
  after(() => browser?.stop());

  /** What must not be said anywhere while all is well. */
  const nothingIsOdd = async (desk) => {
    assert.equal(await desk.part('unusable').count(), 0, 'every message could be read');
    assert.match((await desk.part('banner').innerText()).trim(), /^(Wrap-up of up to [\d:]+ follows this call)?$/);
    assert.equal(await desk.part('failure').count(), 0);
  };

  test('RTE, CTI OS and T-Server: everybody’s state, the own calls, and no call twice', async (t) => {
    const hub = await startHub(CENTRE);
    t.after(hub.stop);
    const wire = new Ear();
    await onDesk(
      browser,
      hub.url,
      'three vocabularies on one desk',
      async (desk) => {
        await desk.part('sign-in').locator('[name="extension"]').waitFor();
        await desk.startShift();
        await eventually(async () => assert.equal(await desk.page.locator('[data-unsure]').count(), 0));
        for (const method of ['MessageReceived', 'CtiEvent']) {
          assert.ok(wire.calls(method).length > 0, method);
        }

        // Every row says its state in words, and whoever the RTE says is on a call is.
        const rows = () =>
          desk.part('agent').evaluateAll((all) =>
            all.map((row) => ({
              id: row.dataset.id,
              state: row.dataset.state,
              words: row.querySelector('.state').innerText.trim(),
            })),
          );
        await eventually(async () => {
          const shown = await rows();
          assert.ok(shown.length > 10);
          for (const { id, state, words } of shown) {
            assert.match(words, /^[A-Z][a-z]/, id);
            assert.notEqual(state, 'unknown', id);
          }
          const told = new Map();
          for (const [{ data }] of wire.calls('MessageReceived')) {
            if (data.eventType === 'UserStatus') {
              told.set(data.entityId, data.talking);
            }
          }
          const talking = shown.filter(({ id }) => told.get(id));
          assert.ok(talking.length > 0);
          for (const { id, state } of talking) {
            assert.match(state, /^(talking|on-hold|reserved)$/, id);
          }
        }, 20_000);

        // T-Server's word stands beside the state and is none: somebody reserves the agent.
        const { Token: token } = await askForToken(hub.url, credentials('1002'));
        const colleague = await connect(hub.url, { token });
        await colleague.invoke('TServerRequest', {
          Request: 'TReserveAgent',
          ReferenceID: 1,
          AgentID: '1001',
          Timeout: 4_000,
        });
        await colleague.stop();
        await eventually(async () =>
          assert.match(await desk.part('state').innerText(), /Reserved until \d+:\d\d:\d\d/),
        );
        await desk.ownState('not-ready');
        await eventually(async () => assert.doesNotMatch(await desk.part('state').innerText(), /until/));

        // A call that two vocabularies tell of is one card.
        await desk.awaitCall();
        await desk.expectEnabled(desk.part('call'), ['answer']);
        assert.equal(await desk.part('call').count(), 1);
        await desk.command('answer').click();
        await desk.call('connected').waitFor();
        await desk.expectEnabled(desk.part('call'), ALONE);
        await nothingIsOdd(desk);
        await desk.command('end-call').click();
        await desk.ownState('wrap-up');
      },
      { prepare: wire.listen },
    );
  });

  /** The stages of the own calls by their ids, as the wire told them. */
  const followed = {
    ccs: (wire, { ccs }, me) => {
      const stages = new Map(ccs.states.map(({ state, stage }) => [state, stage]));
      const calls = new Map();
      for (const [{ event, call, subscriber, state }] of wire.calls('CcsEvent')) {
        if (event === 'call_set_state' && subscriber === me.extension) {
          calls.set(call, stages.get(state));
        } else if (event === 'call_delete') {
          calls.delete(call);
        }
      }
      return calls;
    },
    callgem: (wire, { callgem }, me) => {
      const stages = new Map(callgem.states.map(({ number, stage }) => [String(number), stage]));
      const calls = new Map();
      for (const [line] of wire.calls('CallGem')) {
        const value = (code) => line.match(new RegExp(`\\\\${code}([^\\\\]*)`))?.[1];
        const stage = stages.get(value('DS'));
        if (value('AN') === me.agentId && stage !== 'ended') {
          calls.set(value('SI'), stage);
        } else {
          calls.delete(value('SI'));
        }
      }
      return calls;
    },
  };

  for (const [folder, name] of [
    ['ccs', 'ccsevents'],
    ['callgem', 'CallGem'],
  ]) {
    test(`${name} alone: the own calls and nobody else’s, and every button says why it is off`, async (t) => {
      const hub = await startHub(CENTRE);
      t.after(hub.stop);
      const { agents } = await askForDirectory(hub.url);
      const me = agents.find(({ agentId }) => agentId === COLLEAGUE.agent);
      const { source } = await (await fetch(`${hub.url}/${folder}/config.json`)).json();
      const wire = new Ear();
      await onDesk(
        browser,
        `${hub.url}/${folder}/`,
        `${name} alone`,
        async (desk) => {
          const form = desk.part('sign-in');
          await form.locator('[name="agent-id"]').waitFor();
          assert.equal(await form.locator('[name="extension"]').count(), 0, 'no phone is asked for');
          await desk.signIn(COLLEAGUE);
          await desk.link('live');
          await eventually(async () =>
            assert.equal(await desk.part('me').textContent(), `${me.name} · ${me.extension}`),
          );

          // What is on the screen is what was told of this agent, in every stage that comes by.
          const seen = new Set();
          const compare = async () => {
            const shown = await live(desk).evaluateAll((cards) =>
              cards.map((card) => [card.dataset.id, card.dataset.stage]),
            );
            assert.deepEqual(shown, [...followed[folder](wire, source, me)]);
            for (const card of await desk.part('call').all()) {
              assert.match(await card.locator('.state').first().innerText(), /^[A-Z][a-z]/);
            }
            shown.forEach(([, stage]) => seen.add(stage));
          };
          const end = Date.now() + 60_000;
          while (!(seen.has('connected') && seen.has('alerting'))) {
            await eventually(compare, 2_000);
            assert.ok(Date.now() < end, `seen: ${[...seen]}`);
          }

          // Nothing can be commanded, and nothing is claimed of what this vocabulary cannot say.
          const dial = desk.command('dial', desk.part('dial'));
          await desk.part('dial').locator('input').fill('100');
          for (const button of [dial, ...(await live(desk).locator('[data-command]').all())]) {
            assert.equal(await button.getAttribute('aria-disabled'), 'true');
            assert.match(await button.getAttribute('aria-description'), /view only/i);
          }
          assert.ok(await desk.command('state-menu').isDisabled());
          assert.match(await desk.part('bar').innerText(), /view only/i);
          const states = await desk.part('agent').evaluateAll((rows) => rows.map((row) => row.dataset.state));
          assert.deepEqual([...new Set(states)], ['unknown'], 'nobody’s state is made up');
          await nothingIsOdd(desk);
          await desk.checkAccessibility();
        },
        { prepare: wire.listen },
      );
    });
  }
});

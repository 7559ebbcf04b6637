// Messages between desks: to the supervisor, to the team, to a colleague; sent, taken, refused; counted and told.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { eventually, inLanguage, onDesk, startBrowser } from '../support/browser.mjs';
import { askForDirectory, startHub } from '../support/servers.mjs';
import { Wire } from '../support/wire.mjs';

const CENTRE = { site: process.env.SWITCHHOOK_DIST, agents: 12, queues: 3, callbacks: 5, seed: 7, rate: 0 };
const INJECTION = '<img src=x onerror="document.title=1">&amp;';

describe('chat', () => {
  let browser;

  before(async () => {
    browser = await startBrowser();
  });
  after(() => browser?.stop());

  /** Two desks of one team side by side: an agent's and its supervisor's. */
  const between = (name, scenario) =>
    test(name, async (t) => {
      const hub = await startHub(CENTRE);
      t.after(hub.stop);
      const { agents } = await askForDirectory(hub.url);
      const boss = agents.find(({ agentId, supervisor }) => supervisor && agentId <= '1005');
      assert.ok(boss, 'a supervisor’s desk is free');
      const ann = agents.find(({ agentId, team }) => team === boss.team && agentId < '1005' && agentId !== boss.agentId);
      const sign = ({ agentId, extension }) => ({ agent: agentId, extension });
      await onDesk(browser, hub.url, name, async (desk) => {
        await desk.startShift(sign(ann));
        await onDesk(browser, hub.url, `${name}, at the supervisor`, async (other) => {
          await other.startShift(sign(boss));
          await scenario({ desk, other, ann, boss, agents });
        });
      });
    });

  const open = async (desk, id) => {
    await desk.command('open-conversation', desk.page.locator(`[data-part="conversation"][data-id="${id}"]`)).click();
    await desk.part('message-field').waitFor();
  };
  const write = async (desk, text) => {
    await desk.part('message-field').fill(text);
    await desk.command('send-message').click();
  };
  const said = (desk) => desk.part('message').allInnerTexts();

  between('a message goes to the supervisor, is answered, counted and told', async ({ desk, other, ann, boss }) => {
    await open(desk, 'supervisor');
    assert.match(await desk.part('chat').innerText(), new RegExp(boss.name));
    await write(desk, `Can you help? ${INJECTION}`);
    await eventually(async () => assert.match((await said(desk)).join(), /You.*Can you help\?/s));
    assert.equal(await desk.part('message-field').inputValue(), '', 'it was taken: the field is free');
    assert.equal(await desk.part('chat').locator('img').count(), 0);

    // The other desk counts it, tells it, and gives it no focus.
    await eventually(async () => assert.match(await other.part('unread').innerText(), /1 new message/));
    const polite = await other.part('polite').textContent();
    assert.ok(polite.startsWith(`Message from ${ann.name}: Can you help?`), polite);
    assert.ok(await other.page.evaluate(() => !document.activeElement.closest('[data-part="chat"]')));
    await open(other, ann.agentId);
    assert.match((await said(other)).join(), new RegExp(`${ann.name}.*Can you help`, 's'));
    await eventually(async () => assert.equal(await other.part('unread').innerText(), ''));

    // The answer of that person is in the same conversation.
    await write(other, 'I can listen in.');
    await eventually(async () => assert.match((await said(desk)).join(), /I can listen in/));
    assert.equal(await desk.part('message').count(), 2);
    assert.equal(await desk.part('unread').innerText(), '', 'what is before one’s eyes is not new');
  });

  between('nobody is interrupted by the conversation that is being written in', async ({ desk, other, ann }) => {
    await open(desk, 'supervisor');
    await desk.part('message-field').fill('I am just wri');
    await other.part('write-to').fill(ann.name.slice(0, 4));
    await other.command('open-conversation', other.page.locator(`[data-part="person"][data-id="${ann.agentId}"]`)).click();
    await write(other, 'Busy?');
    await eventually(async () => assert.match((await said(desk)).join(), /Busy\?/));
    assert.doesNotMatch(await desk.part('polite').textContent(), /Busy/);
    assert.equal(await desk.part('message-field').inputValue(), 'I am just wri');
    assert.ok(await desk.part('message-field').evaluate((field) => field === document.activeElement));
    await desk.page.keyboard.press('Tab');
    await write(other, 'Hello?');
    await eventually(async () => assert.match(await desk.part('polite').textContent(), /Message from .*: Hello\?/));
  });

  between('the team hears what is written to it, and a draft waits for its conversation', async ({ desk, other }) => {
    await open(desk, 'supervisor');
    await desk.part('message-field').fill('for later');
    await desk.command('all-conversations').click();
    await open(desk, 'team');
    assert.equal(await desk.part('message-field').inputValue(), '');
    await desk.part('message-field').fill('Lunch at 12');
    await desk.part('message-field').press('Enter');
    await eventually(async () => assert.match((await said(desk)).join(), /Lunch/));
    await eventually(async () =>
      assert.match(await other.page.locator('[data-part="conversation"][data-id="team"]').innerText(), /Lunch/),
    );
    await desk.command('all-conversations').click();
    await open(desk, 'supervisor');
    assert.equal(await desk.part('message-field').inputValue(), 'for later');
  });

  test('a refused message stands in its field, with the reason beside it', async (t) => {
    const hub = await startHub(CENTRE);
    t.after(hub.stop);
    const { agents } = await askForDirectory(hub.url);
    const absent = agents.find(({ agentId }) => agentId === '1003');
    await onDesk(browser, hub.url, 'a refused message', async (desk) => {
      await desk.startShift();
      await desk.part('write-to').fill(absent.agentId);
      await desk.command('open-conversation', desk.page.locator(`[data-part="person"]`)).click();
      const send = desk.command('send-message');
      assert.equal(await send.getAttribute('aria-disabled'), 'true');
      assert.match(await send.getAttribute('aria-description'), /Write something/);
      await write(desk, 'Are you there?');
      const failure = desk.part('chat').locator('[data-part="failure"]');
      await failure.waitFor();
      assert.match(await failure.innerText(), /Message: /);
      await desk.command('details', failure).click();
      assert.match(await failure.locator('.details').innerText(), /code \d+/);
      await desk.page.keyboard.press('Escape');
      assert.equal(await desk.part('message-field').inputValue(), 'Are you there?');
      assert.equal(await desk.part('message').count(), 0, 'nothing is shown as said');
      assert.equal(await desk.part('failure').count(), 1, 'it is said once');
      await desk.checkAccessibility();
      // Right again: the next one is taken.
      await desk.command('all-conversations').click();
      await open(desk, 'team');
      await write(desk, 'Anybody?');
      await eventually(async () => assert.equal(await desk.part('message').count(), 1));
      assert.equal(await desk.part('failure').count(), 0);
    });
  });

  test('a message is on its way until the server has taken it, and can be sent when the mask says so', async (t) => {
    const hub = await startHub(CENTRE);
    t.after(hub.stop);
    const wire = new Wire();
    const scenario = async (desk) => {
      await desk.startShift();
      await open(desk, 'team');
      wire.hold();
      await write(desk, 'Hello');
      await eventually(async () => assert.match(await desk.part('sending').innerText(), /Sending/));
      assert.equal(await desk.command('send-message').getAttribute('aria-busy'), 'true');
      assert.equal(await desk.part('message').count(), 0);
      assert.equal(await desk.part('message-field').inputValue(), 'Hello');
      wire.release();
      await eventually(async () => assert.equal(await desk.part('message').count(), 1));
      assert.equal(await desk.part('sending').innerText(), '');

      // Without its bit the button is off, says why, and keeps its place.
      const place = await desk.command('send-message').boundingBox();
      const last = wire.heard.findLast(({ arguments: [event] = [] }) => event === 'OnAgentStateChange').arguments[1];
      wire.slip({
        type: 1,
        target: 'CtiEvent',
        arguments: ['OnAgentStateChange', { ...last, EnablementMask: last.EnablementMask & ~0x100000 }],
      });
      await desk.part('message-field').fill('Hello again');
      await eventually(async () =>
        assert.match((await desk.command('send-message').getAttribute('aria-description')) ?? '', /Not allowed/),
      );
      assert.deepEqual(await desk.command('send-message').boundingBox(), place);
    };
    await onDesk(browser, hub.url, 'a message on its way', scenario, { prepare: wire.prepare });
  });

  for (const language of ['en', 'de', 'ar']) {
    test(`no barriers, in ${language}, and it fits into 320 pixels`, async (t) => {
      const hub = await startHub(CENTRE);
      t.after(hub.stop);
      const scenario = async (desk) => {
        await desk.startShift();
        await desk.part('write-to').fill('1');
        await desk.part('person').first().waitFor();
        await desk.checkAccessibility();
        await desk.part('write-to').fill('');
        await open(desk, 'team');
        await write(desk, 'Hello '.repeat(30));
        await eventually(async () => assert.equal(await desk.part('message').count(), 1));
        await desk.checkAccessibility();
        await desk.page.setViewportSize({ width: 320, height: 640 });
        const { scroll, inner } = await desk.page.evaluate(() => ({
          scroll: document.scrollingElement.scrollWidth,
          inner: innerWidth,
        }));
        assert.ok(scroll <= inner, `${scroll} px wide`);
      };
      await onDesk(browser, hub.url, `chat in ${language}`, scenario, { prepare: inLanguage(language) });
    });
  }
});

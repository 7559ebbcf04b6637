// The contact: what is known of a call, how it is changed and how that can fail, what is said on it, what it went
// through, and the calls that were missed.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { eventually, inLanguage, onDesk, startBrowser } from '../support/browser.mjs';
import { startHub } from '../support/servers.mjs';
import { Wire } from '../support/wire.mjs';

const CENTRE = { site: process.env.SWITCHHOOK_DIST, agents: 12, queues: 3, callbacks: 5, seed: 7 };
/** What would run if a text were taken for markup. */
const INJECTION = '<img src=x onerror="document.title=1">&amp;';

describe('the contact', () => {
  let browser;

  before(async () => {
    browser = await startBrowser();
  });
  after(() => browser?.stop());

  /** A scenario on a call, with the wire in hand: `tell` slips in an event of the agent's telephony, `say` one of RTE. */
  const onCall = (name, scenario, { prepare, ...options } = {}) =>
    test(name, async (t) => {
      const hub = await startHub(CENTRE);
      t.after(hub.stop);
      const wire = new Wire();
      const both = async (page) => {
        await prepare?.(page);
        await wire.prepare(page);
      };
      const inScenario = async (desk) => {
        await desk.startShift();
        const card = await desk.awaitCall();
        await desk.command('answer', card).click();
        await desk.call('connected').waitFor();
        const begun = wire.heard.findLast(({ arguments: [event] = [] }) => event === 'OnCallBegin').arguments[1];
        const contact = begun.ICMEnterpriseUniqueID;
        const tell = (event, fields) =>
          wire.slip({
            type: 1,
            target: 'CtiEvent',
            arguments: [event, { UniqueObjectID: begun.UniqueObjectID, ...fields }],
          });
        const user = wire.heard.findLast(({ arguments: [message] = [] }) => message?.data?.entityType === 'User')
          .arguments[0].data.entityId;
        const say = (eventType, fields) =>
          wire.slip({
            type: 1,
            target: 'MessageReceived',
            arguments: [
              {
                subscription: {},
                data: {
                  eventType,
                  entityType: 'User',
                  entityId: user,
                  userId: user,
                  callId: contact,
                  id: crypto.randomUUID(),
                  messageTTLSeconds: -1,
                  timestamp: new Date().toISOString(),
                  ...fields,
                },
              },
            ],
          });
        await scenario(desk, { wire, card, begun, tell, say });
      };
      await onDesk(browser, hub.url, name, inScenario, { prepare: both, ...options });
    });

  const data = (desk, name) => desk.page.locator(`[data-part="call-data"][data-id="${name}"]`);
  const edit = async (desk) => {
    await desk.command('edit').click();
    await desk.command('cancel').waitFor();
  };

  onCall('shows queue, numbers and data by the names that the site gives them', async (desk, { begun }) => {
    const contact = desk.part('contact');
    await eventually(async () => assert.ok((await contact.innerText()).includes(begun.CallVariable1)));
    const text = await contact.innerText();
    assert.ok(text.includes(begun.ANI), 'the caller');
    assert.ok(text.includes(begun.DNIS), 'the number dialled');
    assert.match(await data(desk, 'user.customer').innerText(), /Customer\s+C\d+/, 'a heading of the site’s');
    assert.match(await data(desk, 'user.segment').innerText(), /user\.segment\s+\w+/, 'a name of its own');
  });

  onCall('what the server changes is changed in its place, and stays text', async (desk, { tell }) => {
    tell('OnCallDataUpdate', { ECC: { 'user.customer': 'C-1' } });
    await eventually(async () => assert.match(await data(desk, 'user.customer').innerText(), /C-1/));
    assert.match(await data(desk, 'user.customer').getAttribute('class'), /changed/);
    const before = await data(desk, 'user.segment').boundingBox();
    tell('OnCallDataUpdate', { ECC: { 'user.customer': INJECTION } });
    await eventually(async () => assert.ok((await data(desk, 'user.customer').innerText()).includes(INJECTION)));
    assert.match(await data(desk, 'user.customer').getAttribute('class'), /changed-again/);
    assert.equal(await desk.part('contact').locator('img').count(), 0);
    const after = await data(desk, 'user.segment').boundingBox();
    assert.equal(Math.round(after.x), Math.round(before.x), 'its neighbours stay in their column');
  });

  onCall('a change is asked for once, accepted, and shown when the server has it', async (desk, { wire, card }) => {
    await edit(desk);
    const field = data(desk, 'user.customer').locator('input');
    assert.ok(await field.evaluate((input) => input === document.activeElement), 'the first field has the focus');
    const save = desk.command('set-call-data');
    assert.equal(await save.getAttribute('aria-disabled'), 'true', 'there is nothing to save yet');
    assert.equal(await data(desk, 'CallVariable1').locator('input').count(), 0, 'the site forbids it');
    await field.fill('C-77');
    await data(desk, 'user.language').locator('input').fill('SV');
    wire.hold();
    await save.click();
    await eventually(async () => assert.equal(await save.getAttribute('aria-busy'), 'true'));
    assert.equal(await field.inputValue(), 'C-77');
    wire.release();
    await desk.command('edit').waitFor();
    assert.match(await data(desk, 'user.customer').innerText(), /C-77/);
    assert.match(await data(desk, 'user.language').innerText(), /SV/);
    assert.ok(
      await desk.command('edit').evaluate((button) => button === document.activeElement),
      'the focus is where the form was opened',
    );
    const confirmed = wire.heard.filter(({ arguments: [event] = [] }) => event === 'OnSetCallDataConf');
    assert.equal(confirmed.length, 1, 'one press is one request');
    await desk.expectEnabled(card, await desk.enabledCommands(card));
    assert.equal(await desk.part('failure').count(), 0);
  });

  onCall('Enter saves, Cancel forgets, a field that was missing can be added', async (desk) => {
    await edit(desk);
    await data(desk, 'user.customer').locator('input').fill('never');
    await desk.command('cancel').click();
    await desk.command('edit').waitFor();
    assert.doesNotMatch(await data(desk, 'user.customer').innerText(), /never/);

    await edit(desk);
    assert.doesNotMatch(await data(desk, 'user.customer').locator('input').inputValue(), /never/);
    const options = await desk.part('add-field').locator('option').allTextContents();
    assert.ok(options.includes('Callback') && options.includes('user.notes[0]'), options.join());
    await desk.part('add-field').selectOption('CallVariable2');
    const added = data(desk, 'CallVariable2').locator('input');
    await added.fill('Gold');
    await added.press('Enter');
    await desk.command('cancel').waitFor({ state: 'detached' });
    await eventually(async () => assert.match(await data(desk, 'CallVariable2').innerText(), /Callback\s+Gold/));
  });

  onCall('a refusal stands at the field when it is the only one, and the text with it', async (desk, { card }) => {
    // 14: the routing has written it; nothing but the server knows.
    await edit(desk);
    const field = data(desk, 'user.segment');
    await field.locator('input').fill('Platinum');
    await desk.command('set-call-data').click();
    const failure = field.locator('[data-part="failure"]');
    await failure.waitFor();
    assert.match(await failure.innerText(), /cannot be changed/);
    await desk.command('details', failure).click();
    assert.match(await failure.locator('.details').innerText(), /code 14\b.*request \d+/s);
    await desk.page.keyboard.press('Escape');
    assert.equal(await field.locator('input').inputValue(), 'Platinum', 'what was written is kept');
    assert.equal(await field.locator('input').getAttribute('aria-invalid'), 'true');
    assert.equal(await desk.part('failure').count(), 1, 'it is said once');
    assert.equal(await desk.part('one-of-several').count(), 0);
    await desk.checkAccessibility({ within: '[data-part="contact"]' });

    // 74: too long for the server, where the page was not told how long is too long.
    await desk.command('cancel').click();
    await edit(desk);
    await data(desk, 'user.language').locator('input').fill('far too long');
    await desk.command('set-call-data').click();
    await eventually(async () =>
      assert.match(await data(desk, 'user.language').locator('[data-part="failure"]').innerText(), /too long/),
    );
    // And the page is right again: the call goes on, a good value is taken.
    await data(desk, 'user.language').locator('input').fill('SV');
    await desk.command('set-call-data').click();
    await desk.command('edit').waitFor();
    assert.equal(await desk.part('failure').count(), 0);
    assert.match(await data(desk, 'user.language').innerText(), /SV/);
    await desk.command('end-call', card).click();
    await desk.ownState('wrap-up');
  });

  onCall('of several fields the refused one is not guessed', async (desk) => {
    await edit(desk);
    await data(desk, 'user.segment').locator('input').fill('Platinum');
    await data(desk, 'user.customer').locator('input').fill('C-9');
    await desk.command('set-call-data').click();
    await desk.part('one-of-several').waitFor();
    assert.equal(await desk.part('failure').count(), 1);
    assert.equal(await desk.page.locator('[data-part="call-data"] [data-part="failure"]').count(), 0);
    assert.equal(await data(desk, 'user.customer').locator('input').inputValue(), 'C-9');
    await desk.checkAccessibility({ within: '[data-part="contact"]' });
  });

  onCall('a limit is known beforehand', async (desk) => {
    await edit(desk);
    const field = data(desk, 'user.customer');
    await field.locator('input').fill('x'.repeat(21));
    await eventually(async () => assert.match(await field.innerText(), /21 of 20 letters/));
    assert.equal(await field.locator('input').getAttribute('aria-invalid'), 'true');
    const save = desk.command('set-call-data');
    assert.equal(await save.getAttribute('aria-disabled'), 'true');
    assert.match(await save.getAttribute('aria-description'), /too long/);
    await field.locator('input').fill('x'.repeat(20));
    await eventually(async () => assert.equal(await save.getAttribute('aria-disabled'), null));
  });

  onCall('what is being written survives what the server changes meanwhile', async (desk, { tell }) => {
    await edit(desk);
    const field = data(desk, 'user.customer');
    await field.locator('input').fill('mine');
    tell('OnCallDataUpdate', { ECC: { 'user.customer': 'theirs', 'user.language': 'FI' } });
    await field.locator('[data-part="conflict"]').waitFor();
    assert.match(await field.innerText(), /theirs/);
    assert.equal(await field.locator('input').inputValue(), 'mine');
    assert.equal(await data(desk, 'user.language').locator('input').inputValue(), 'FI', 'the untouched one follows');
    await desk.command('use-server-value', field).click();
    await eventually(async () => assert.equal(await field.locator('input').inputValue(), 'theirs'));
    assert.equal(await field.locator('[data-part="conflict"]').count(), 0);
  });

  onCall('the note is kept over a reload and goes to no server', async (desk, { wire, begun }) => {
    const sent = [];
    desk.page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => sent.push(String(payload))));
    await desk.part('note').fill(`Wants a call on Monday ${INJECTION}`);
    await desk.page.waitForTimeout(1_500);
    await desk.page.reload();
    await desk.signIn();
    await desk.link('live');
    await desk.call('connected').waitFor({ timeout: 20_000 });
    await eventually(async () => assert.match(await desk.part('note').inputValue(), /Monday/));
    assert.ok(begun.UniqueObjectID);
    assert.equal(sent.filter((frame) => frame.includes('Monday')).length, 0);
    assert.ok(wire.opened >= 2);
  });

  const phrase = (text, more) => ({
    phrase: text,
    speakerRole: 'Customer',
    isIntermediate: false,
    confidence: 0.9,
    duration: 900,
    offsetMilliseconds: 0,
    ...more,
  });

  onCall('r28: a phrase grows in its place, is finished, and only then read out', async (desk, { say }) => {
    const phrases = desk.part('phrase');
    say('UserRealTimeTranscriptPhrase', phrase('my inv', { isIntermediate: true }));
    await phrases.waitFor();
    assert.equal(await phrases.getAttribute('aria-hidden'), 'true');
    say('UserRealTimeTranscriptPhrase', phrase('my invoice is', { isIntermediate: true }));
    await eventually(async () => assert.match(await phrases.innerText(), /my invoice is$/));
    say('UserRealTimeTranscriptPhrase', phrase(`my invoice is wrong ${INJECTION}`));
    await eventually(async () => assert.equal(await phrases.getAttribute('aria-hidden'), null));
    assert.ok((await phrases.innerText()).includes(INJECTION));
    assert.equal(await desk.part('transcript').locator('img').count(), 0);
    say('UserRealTimeTranscriptPhrase', phrase('Let me look.', { speakerRole: 'Agent' }));
    await eventually(async () => assert.equal(await phrases.count(), 2));
    const [customer, agent] = await phrases.all();
    const [left, right] = [await customer.boundingBox(), await agent.boundingBox()];
    assert.ok(left.x < right.x, 'the agent speaks from the end side');
    assert.match(await agent.innerText(), /^You/);

    const log = desk.part('transcript').getByRole('log');
    assert.equal(await log.getAttribute('aria-live'), 'polite');
    await desk.command('read-aloud').click();
    await eventually(async () => assert.equal(await log.getAttribute('aria-live'), 'off'));
    assert.equal(await desk.command('read-aloud').getAttribute('aria-pressed'), 'false');
    await desk.checkAccessibility({ within: '[data-part="transcript"]' });
  });

  onCall('the transcript follows its end unless one reads what was before, and is bounded', async (desk, { say }) => {
    const log = desk.part('transcript').getByRole('log');
    const atEnd = () =>
      log.evaluate((list) => list.scrollHeight - list.scrollTop - list.clientHeight < 30);
    for (let number = 0; number < 240; number += 1) {
      say('UserRealTimeTranscriptPhrase', phrase(`phrase ${number}`, { speakerRole: number % 2 ? 'Agent' : 'Customer' }));
    }
    await eventually(async () => assert.match(await desk.part('phrase').last().innerText(), /phrase 239/));
    assert.equal(await desk.part('phrase').count(), 200);
    assert.match(await desk.part('phrase').first().innerText(), /phrase 40\b/);
    await eventually(async () => assert.ok(await atEnd()));
    assert.equal(await desk.command('jump-to-latest').count(), 0);

    await log.evaluate((list) => list.scrollTo(0, 200));
    await desk.command('jump-to-latest').waitFor();
    say('UserRealTimeTranscriptPhrase', phrase('one more'));
    await eventually(async () => assert.match(await desk.part('phrase').last().innerText(), /one more/));
    assert.ok(!(await atEnd()), 'it does not run away from whoever reads');
    await desk.command('jump-to-latest').click();
    await eventually(async () => assert.ok(await atEnd()));
    assert.equal(await desk.command('jump-to-latest').count(), 0);
    assert.ok(await log.evaluate((list) => list === document.activeElement), 'the focus is not lost with the button');
  });

  onCall('what the call went through is listed as it was told', async (desk, { card }) => {
    const steps = () => desk.part('step').allInnerTexts();
    await eventually(async () => assert.match((await steps()).join('\n'), /Ringing[^]*Connected · rang \d:\d\d/));
    await desk.command('hold', card).click();
    await desk.call('held').waitFor();
    await desk.command('retrieve', card).click();
    await desk.call('connected').waitFor();
    await eventually(async () => assert.match((await steps()).join('\n'), /On hold[^]*Taken off hold · \d:\d\d$/));
    await desk.command('end-call', card).click();
    await desk.ownState('wrap-up');
    await eventually(async () => assert.match((await steps()).join('\n'), /Ended/));
    assert.match(await desk.part('contact').innerText(), /Ended/, 'the call just left stays for wrap-up');
    await desk.choose('ready');
    await desk.ownState('ready');
    await eventually(async () => assert.match(await desk.part('contact').innerText(), /No contact/));
  });

  onCall('panels fold, stay folded over a reload, and nothing else moves when a call comes', async (desk) => {
    const boxes = async () => {
      const parts = ['contact', 'transcript', 'so-far', 'agents', 'queues', 'callbacks', 'chat'];
      const found = await Promise.all(parts.map((part) => desk.part(part).boundingBox()));
      return found.map((box) => [box.x, box.y, box.width, box.height].map(Math.round).join());
    };
    const during = await boxes();
    await desk.command('end-call', desk.part('call')).click();
    await desk.ownState('wrap-up');
    await desk.choose('not-ready', 1);
    await desk.ownState('not-ready');
    await desk.part('call').waitFor({ state: 'detached' });
    assert.deepEqual(await boxes(), during);

    const fold = desk.command('fold', desk.part('so-far'));
    assert.equal(await fold.getAttribute('aria-expanded'), 'true');
    await fold.click();
    await eventually(async () => assert.equal(await fold.getAttribute('aria-expanded'), 'false'));
    await desk.page.reload();
    await desk.signIn();
    await desk.part('so-far').waitFor();
    assert.equal(await fold.getAttribute('aria-expanded'), 'false');
  });

  for (const language of ['en', 'ar']) {
    onCall(
      `in ${language}, no barriers while its data are edited, and it fits into 320 pixels`,
      async (desk, { say }) => {
        say('UserRealTimeTranscriptPhrase', phrase('Hello', { isIntermediate: true }));
        say('UserRealTimeTranscriptPhrase', phrase('Yes', { speakerRole: 'Agent' }));
        say('UserRealTimeTranscriptPhrase', phrase('Hm', { speakerRole: 7 }));
        await edit(desk);
        await data(desk, 'user.customer').locator('input').fill('x'.repeat(25));
        await desk.checkAccessibility();
        await desk.page.setViewportSize({ width: 320, height: 640 });
        const { scroll, inner } = await desk.page.evaluate(() => ({
          scroll: document.scrollingElement.scrollWidth,
          inner: innerWidth,
        }));
        assert.ok(scroll <= inner, `${scroll} px wide`);
        await desk.checkAccessibility();
      },
      { prepare: inLanguage(language) },
    );
  }

  test('alerts are counted, told, and put away one by one or all', async (t) => {
    const hub = await startHub({ ...CENTRE, rate: 0 });
    t.after(hub.stop);
    const wire = new Wire();
    const scenario = async (desk) => {
      await desk.startShift();
      await eventually(() => assert.ok(wire.last('UserStatus')));
      const user = await desk.page
        .locator('[data-part="agent"].mine')
        .getAttribute('data-id');
      const alert = (name) =>
        wire.slip({
          type: 1,
          target: 'MessageReceived',
          arguments: [
            {
              subscription: {},
              data: {
                eventType: 'UserAlert',
                entityType: 'User',
                entityId: user,
                userId: user,
                id: crypto.randomUUID(),
                alertId: crypto.randomUUID(),
                conditionName: name,
                conditionExpression: 'waiting >',
                conditionValue: '5',
                value: '7',
                messageTTLSeconds: -1,
                timestamp: new Date().toISOString(),
              },
            },
          ],
        });
      const bell = desk.command('alerts');
      assert.match(await bell.getAttribute('aria-label'), /Alerts: 0/);
      const place = await bell.boundingBox();
      alert(`Queue too long ${INJECTION}`);
      await eventually(async () => assert.match(await bell.getAttribute('aria-label'), /Alerts: 1/));
      assert.match(await desk.part('polite').textContent(), /Alert: Queue too long.*waiting > 5.*7/);
      assert.deepEqual(await bell.boundingBox(), place, 'the bell stays where it is');
      alert('Second');
      alert('Third');
      await eventually(async () => assert.match(await bell.getAttribute('aria-label'), /Alerts: 3/));
      await bell.click();
      const list = desk.part('alerts');
      await list.waitFor();
      assert.equal(await list.locator('img').count(), 0);
      await desk.checkAccessibility();
      await desk.command('dismiss', desk.part('alert').first()).click();
      await eventually(async () => assert.equal(await desk.part('alert').count(), 2));
      assert.ok(await list.isVisible(), 'the list stays open');
      await desk.command('dismiss-all', list).click();
      await eventually(async () => assert.equal(await desk.part('alert').count(), 0));
      assert.match(await bell.getAttribute('aria-label'), /Alerts: 0/);
    };
    await onDesk(browser, hub.url, 'alerts', scenario, { prepare: wire.prepare });
  });

  test('a missed call says when, why, from where and how long it rang, and is put away', async (t) => {
    const hub = await startHub({ ...CENTRE, rate: 4 });
    t.after(hub.stop);
    await onDesk(browser, hub.url, 'missed', async (desk) => {
      await desk.startShift();
      await desk.awaitCall();
      await desk.part('missed-call').first().waitFor({ timeout: 60_000 });
      const text = await desk.part('missed-call').first().innerText();
      assert.match(text, /\+\d{6}/);
      assert.match(text, /\d+:\d\d.*(not answered|withdrawn|caller hung up|taken by somebody else)/);
      assert.match(text, /rang \d:\d\d/);
      assert.ok(await desk.command('call-back', desk.part('missed-call').first()).isVisible());
      await desk.checkAccessibility({ within: '[data-part="missed"]' });
      await desk.command('dismiss', desk.part('missed-call').first()).click();
      await eventually(async () => assert.equal(await desk.part('missed-call').count(), 0));
    });
  });
});

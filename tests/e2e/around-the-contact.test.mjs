// What is said on a call, what it went through, and the calls that were missed; alerts; panels that fold.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { eventually, inLanguage, onDesk, startBrowser } from '../support/browser.mjs';
import { aboutUser, onCall as onCallAt } from '../support/on-call.mjs';
import { askForDirectory, startHub } from '../support/servers.mjs';
import { Wire } from '../support/wire.mjs';

const CENTRE = { site: process.env.SWITCHHOOK_DIST, agents: 12, queues: 3, callbacks: 5, seed: 7, rate: 3 };
/** What would run if a text were taken for markup. */
const INJECTION = '<img src=x onerror="document.title=1">&amp;';

describe('around the contact', () => {
  let browser;

  before(async () => {
    browser = await startBrowser();
  });
  after(() => browser?.stop());

  const onCall = (...scenario) => onCallAt(() => browser, CENTRE, ...scenario);

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
    const left = await desk.part('contact').innerText();
    assert.match(left, /Ended/, 'the call just left stays for wrap-up');
    const [customer] = /\bC\d{6}\b/.exec(left);
    // Callers wait: the next call may be the contact before anybody has seen that there is none.
    await desk.choose('ready');
    await desk.wrapUpOver();
    await eventually(async () => assert.ok(!(await desk.part('contact').innerText()).includes(customer)));
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
    // A card stays for a while, and as long as somebody points at it.
    await desk.page.mouse.move(720, 880);
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
        await desk.command('edit').click();
        const field = desk.page.locator('[data-part="call-data"][data-id="user.customer"] input');
        await field.fill('x'.repeat(25));
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
      const { agents } = await askForDirectory(hub.url);
      const user = agents.find(({ agentId }) => agentId === '1001').id;
      const alert = (name) =>
        wire.slip(
          aboutUser('UserAlert', user, {
            alertId: crypto.randomUUID(),
            conditionName: name,
            conditionExpression: 'waiting >',
            conditionValue: '5',
            value: '7',
          }),
        );
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

// Every call command as an agent gives it: the button is on because the mask says so, it shows that it was pressed, and
// what was asked for happens; or it is refused, the reason stands on the card, and the desk is right again.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { eventually, onDesk, openDesk, startBrowser } from '../support/browser.mjs';
import { startHub } from '../support/servers.mjs';
import { Wire } from '../support/wire.mjs';

/** Outside numbers that answer after two to four seconds. */
const [FIRST, SECOND] = ['+358401234567', '+358409999111'];
const ANSWERED = { timeout: 15_000 };

/** What can be done in a conversation that is the only one, without and with a supervisor to ask. */
const ALONE = ['end-call', 'hold', 'transfer', 'conference', 'keypad', 'start-recording', 'more'];
/** What can be done with the answered consultation of a pair. */
const PAIRED = [
  'end-call',
  'keypad',
  'start-recording',
  'more',
  'complete-transfer',
  'complete-conference',
  'alternate',
  'back-to-caller',
];

describe('calls', () => {
  let browser;
  let hub;

  before(async () => {
    browser = await startBrowser();
    hub = await startHub({
      site: process.env.SWITCHHOOK_DIST,
      agents: 12,
      queues: 2,
      callbacks: 4,
      rate: 0,
      grace: 0,
    });
  });
  after(async () => {
    await browser?.stop();
    await hub?.stop();
  });

  const who = (number) => ({ agent: String(1000 + number), extension: String(4000 + number) });

  /** A scenario at the desk of agent 1001, from whose point of view everything is told; it leaves no call behind. */
  const calls = (name, scenario, options) =>
    test(name, () =>
      onDesk(
        browser,
        hub.url,
        `calls ${name}`,
        async (desk) => {
          await desk.startShift(who(1));
          await scenario(desk);
          await leaveAll(desk);
          await desk.ownState('not-ready');
          await desk.choose('sign-out');
          await desk.part('sign-in').waitFor();
        },
        options,
      ),
    );

  const dial = async (desk, number) => {
    await desk.part('dial').locator('input').fill(number);
    await desk.command('dial', desk.part('dial')).click();
  };
  const cards = (desk) => desk.part('call');
  const live = (desk) => desk.page.locator('[data-part="call"]:not([data-stage="ended"], [data-stage="failed"])');

  /** Calls out and waits for the answer: a conversation with somebody outside the house. */
  const converse = async (desk, number = FIRST) => {
    await dial(desk, number);
    await desk.call('connected').waitFor(ANSWERED);
    const card = desk.row(await desk.call('connected').getAttribute('data-id'), desk.part('calls'));
    await desk.expectEnabled(card, ALONE);
    return card;
  };

  /** Opens a card's panel and names somebody there. */
  const name = async (desk, card, panel, number) => {
    await desk.command(panel, card).first().click();
    const field = card.locator(`[data-part="${panel}"] [name="party"]`);
    await field.waitFor();
    await field.fill(number);
    return card.locator(`[data-part="${panel}"]`);
  };

  /** Calls somebody about a call; the consultation's card, once it is answered. */
  const consult = async (desk, card, panel = 'transfer', number = SECOND) => {
    const frame = await name(desk, card, panel, number);
    await desk.command(panel === 'transfer' ? 'consult' : 'consult-for-conference', frame).click();
    await frame.waitFor({ state: 'hidden' });
    await eventually(async () => assert.equal(await card.getAttribute('data-stage'), 'held'));
    const other = cards(desk).nth(1);
    await other.waitFor();
    const id = await other.getAttribute('data-id');
    await eventually(async () => assert.equal(await other.getAttribute('data-stage'), 'connected'), 15_000);
    await desk.expectEnabled(desk.row(id, desk.part('calls')), PAIRED);
    return desk.row(id, desk.part('calls'));
  };

  /** Ends whatever is left of the calls. */
  const leaveAll = (desk) =>
    eventually(async () => {
      for (const command of ['end-call', 'retrieve', 'dismiss']) {
        const button = desk.command(command, desk.part('calls')).and(desk.page.locator(':not([aria-disabled])'));
        if ((await button.count()) > 0) {
          await button.first().click({ timeout: 1_000 });
          break;
        }
      }
      assert.equal(await cards(desk).count(), 0);
    }, 20_000);

  const stage = (card, wanted) =>
    eventually(async () => assert.equal(await card.getAttribute('data-stage'), wanted));
  const isCurrent = (card) => eventually(async () => assert.equal(await card.getAttribute('aria-current'), 'true'));

  calls('dial, hold and retrieve, and end: the card stays in its place until it is put away', async (desk) => {
    const card = await converse(desk);
    await isCurrent(card);
    const place = await card.boundingBox();

    await desk.command('hold', card).click();
    await stage(card, 'held');
    await desk.expectEnabled(card, ['retrieve']);
    await desk.page.waitForTimeout(1_100);
    await desk.command('retrieve', card).click();
    await stage(card, 'connected');
    await eventually(async () => assert.match(await card.innerText(), /held 0:0\d/));

    await desk.command('end-call', card).click();
    await stage(card, 'ended');
    assert.deepEqual(await card.boundingBox(), place, 'nothing has moved');
    assert.match(await card.locator('.foot').innerText(), /you hung up|Ended/);
    assert.equal(await card.locator('.timer').innerText(), await card.locator('.timer').innerText());
    await desk.expectEnabled(card, ['dismiss']);
    await desk.command('dismiss', card).click();
    await card.waitFor({ state: 'detached' });
  });

  calls('an ended call’s card goes by itself once the pointer has left', async (desk) => {
    const card = await converse(desk);
    await desk.command('end-call', card).click();
    await stage(card, 'ended');
    await desk.page.waitForTimeout(8_000);
    assert.equal(await card.count(), 1, 'not while the pointer is on it');
    await desk.page.mouse.move(900, 5);
    await card.waitFor({ state: 'detached', timeout: 8_000 });
  });

  calls('answer: a colleague calls', async (desk) => {
    const other = await openDesk(browser, hub.url);
    await other.startShift(who(2));
    await dial(other, '4001');
    const card = cards(desk);
    await desk.call('alerting').waitFor();
    await desk.expectEnabled(card, ['answer']);
    await desk.command('answer', card).click();
    await stage(card, 'connected');
    assert.match(await card.locator('.who').innerText(), /\p{L}+ · 4002/u, 'by name and number');
    await other.command('end-call', other.call('connected')).click();
    await stage(card, 'ended');
    assert.match(await card.locator('.foot').innerText(), /caller hung up/);
    await other.ownState('not-ready');
    await other.choose('sign-out');
    await other.part('sign-in').waitFor();
    await other.page.close();
  });

  calls('consult, complete the transfer', async (desk) => {
    const card = await converse(desk);
    const consultation = await consult(desk, card);
    await isCurrent(consultation);
    assert.match(await consultation.innerText(), /Consult · Talking/);
    assert.match(await consultation.innerText(), new RegExp(`about \\${FIRST}`));
    assert.equal(await consultation.getAttribute('data-hangs'), 'true', 'it hangs on the call that it is about');
    await desk.command('complete-transfer', consultation.locator('.pair')).click();
    await stage(consultation, 'ended');
    await stage(card, 'ended');
    assert.match(await card.locator('.foot').innerText(), /transferred/);
  });

  calls('alternate there and back, from the same place, then back to the caller', async (desk) => {
    const card = await converse(desk);
    const consultation = await consult(desk, card);
    const pair = consultation.locator('.pair');
    await desk.command('alternate', pair).click();
    await stage(card, 'connected');
    await stage(consultation, 'held');
    await isCurrent(card);
    await desk.expectEnabled(pair, ['complete-transfer', 'complete-conference', 'alternate', 'back-to-caller']);
    await desk.command('alternate', pair).click();
    await stage(consultation, 'connected');
    await stage(card, 'held');
    await desk.expectEnabled(consultation, PAIRED);
    await desk.command('back-to-caller', pair).click();
    await stage(consultation, 'ended');
    await stage(card, 'connected');
    await desk.expectEnabled(card, ALONE);
  });

  calls('consult for a conference, and join all three', async (desk) => {
    const card = await converse(desk);
    const consultation = await consult(desk, card, 'conference');
    await desk.command('complete-conference', consultation.locator('.pair')).click();
    await stage(card, 'ended');
    await stage(consultation, 'connected');
    await consultation.locator('[data-part="conference-mark"]').waitFor();
    await eventually(async () =>
      assert.ok((await desk.enabledCommands(consultation)).includes('hold'), 'a conference can be held'),
    );
  });

  calls('transfer without asking', async (desk) => {
    const other = await openDesk(browser, hub.url);
    await other.startShift(who(2));
    const card = await converse(desk);
    const panel = await name(desk, card, 'transfer', '4002');
    await desk.command('blind-transfer', panel).click();
    await stage(card, 'ended');
    assert.match(await card.locator('.foot').innerText(), /transferred/);
    await other.call('alerting').waitFor();
    await other.command('answer', other.call('alerting')).click();
    await other.command('end-call', other.call('connected')).click();
    await other.ownState('not-ready');
    await other.choose('sign-out');
    await other.part('sign-in').waitFor();
    await other.page.close();
  });

  calls('add somebody to the call without asking', async (desk) => {
    const other = await openDesk(browser, hub.url);
    await other.startShift(who(2));
    const card = await converse(desk);
    const panel = await name(desk, card, 'conference', '4002');
    await desk.command('add-party', panel).click();
    await other.call('alerting').waitFor();
    await other.command('answer', other.call('alerting')).click();
    await card.locator('[data-part="conference-mark"]').waitFor();
    await stage(card, 'connected');

    // My leg ends, the others go on; then everybody's does.
    await desk.command('more', card).click();
    await desk.command('end-for-all', card.locator('[data-part="more"]')).click();
    await stage(card, 'ended');
    await eventually(async () => assert.equal(await live(other).count(), 0));
    await other.ownState('not-ready');
    await other.choose('sign-out');
    await other.part('sign-in').waitFor();
    await other.page.close();
  });

  calls('whom to call is found by name, with the state, by keyboard alone', async (desk) => {
    const other = await openDesk(browser, hub.url);
    await other.startShift(who(2));
    const full = (await other.part('me').locator('strong').innerText()).trim();
    const card = await converse(desk);
    await desk.command('transfer', card).focus();
    await desk.page.keyboard.press('Enter');
    const panel = card.locator('[data-part="transfer"]');
    await panel.waitFor();
    await desk.page.keyboard.type(full.slice(0, 5).toLowerCase());
    const found = panel.locator('[data-part="colleague"]').filter({ hasText: full });
    await found.waitFor();
    assert.equal(await found.getAttribute('data-state'), 'not-ready');
    assert.match(await found.innerText(), /Not ready/, 'in words as well');
    await eventually(async () => {
      await desk.page.keyboard.press('ArrowDown');
      assert.equal(await found.getAttribute('aria-selected'), 'true');
    });
    await desk.page.keyboard.press('Enter');
    assert.equal(await panel.locator('[name="party"]').inputValue(), '4002');
    await desk.page.keyboard.press('Enter');
    await panel.waitFor({ state: 'hidden' });
    await stage(card, 'held');
    await other.call('alerting').waitFor();
    await desk.command('end-call', cards(desk).nth(1)).click();
    await other.ownState('not-ready');
    await other.choose('sign-out');
    await other.part('sign-in').waitFor();
    await other.page.close();
  });

  calls('tones: the pad takes the keyboard, and no digit is ever on the page', async (desk) => {
    const card = await converse(desk);
    await desk.command('keypad', card).click();
    const keypad = desk.part('keypad');
    await keypad.waitFor();
    await desk.page.keyboard.type('47#*d');
    await keypad.locator('[data-tone="C"]').click();
    await eventually(async () => assert.match(await keypad.locator('.dots').innerText(), /^•{6} 6 digits sent$/));
    const html = await card.evaluate((element) => element.outerHTML);
    assert.doesNotMatch(html, /47#/);
    assert.equal(await desk.part('failure').count(), 0);
    await desk.page.keyboard.press('Escape');
    await keypad.waitFor({ state: 'hidden' });
    assert.equal(await desk.page.evaluate(() => document.activeElement.dataset.command), 'keypad');
  });

  calls('record: the light is the server’s word', async (desk) => {
    const card = await converse(desk);
    assert.equal(await card.locator('[data-part="recording"]').count(), 0);
    await desk.command('start-recording', card).click();
    await card.locator('[data-part="recording"]').waitFor();
    assert.match(await card.locator('[data-part="recording"]').innerText(), /Recording/);
    await desk.command('stop-recording', card).click();
    await card.locator('[data-part="recording"]').waitFor({ state: 'detached' });
    await desk.command('start-recording', card).waitFor();
  });

  calls('report a bad line, ask the supervisor, raise an emergency', async (desk) => {
    const supervisor = await openDesk(browser, hub.url);
    await supervisor.startShift(who(5));
    const card = await converse(desk);
    const more = card.locator('[data-part="more"]');
    const pick = async (command) => {
      await desk.command('more', card).click();
      await desk.command(command, more).click();
      await more.waitFor({ state: 'hidden' });
    };
    await pick('report-bad-line');
    await desk.command('more', card).click();
    await desk.expectEnabled(more, ['ask-supervisor', 'raise-emergency', 'report-bad-line', 'end-for-all']);
    await desk.page.keyboard.press('Escape');
    for (const command of ['ask-supervisor', 'raise-emergency']) {
      await pick(command);
      await stage(card, 'held');
      await supervisor.call('alerting').waitFor();
      if (command === 'raise-emergency') {
        await supervisor.part('emergency').waitFor();
      }
      const consultation = live(desk).nth(1);
      await desk.command('end-call', consultation).click();
      await eventually(async () => assert.equal(await live(desk).count(), 1));
      await desk.command('retrieve', card).click();
      await stage(card, 'connected');
    }
    assert.equal(await desk.part('failure').count(), 0);
    await supervisor.ownState('not-ready');
    await supervisor.choose('sign-out');
    await supervisor.part('sign-in').waitFor();
    await supervisor.page.close();
  });

  calls('make another call the current one: the reasons on the other card say what it takes', async (desk) => {
    const card = await converse(desk);
    const consultation = await consult(desk, card);
    const hold = desk.command('transfer', card).first();
    assert.match(await hold.getAttribute('aria-description'), /current call/);
    await desk.command('make-current', card).click();
    await isCurrent(card);
    await eventually(async () => assert.equal(await consultation.getAttribute('aria-current'), null));
    await desk.command('make-current', consultation).click();
    await isCurrent(consultation);
    await desk.expectEnabled(consultation, PAIRED);
  });

  calls('whom nobody reaches is refused on the card, and everything goes on', async (desk) => {
    const card = await converse(desk);
    const place = await card.boundingBox();
    for (const [panel, command, number, words, code] of [
      ['transfer', 'consult', 'taxi', /cannot be dialled/, /code 24/],
      ['transfer', 'blind-transfer', '4001', /not possible/, /code 38/],
      ['conference', 'add-party', '4001', /not possible/, /code 38/],
    ]) {
      await desk.command(command, await name(desk, card, panel, number)).click();
      const failure = desk.part('failure').and(card.locator('.foot *'));
      await failure.first().waitFor();
      assert.match(await failure.innerText(), words);
      await desk.command('details', failure).click();
      await eventually(async () => assert.match(await failure.innerText(), code));
      assert.match(await failure.innerText(), /request \d+/);
      assert.equal(await desk.command('try-again', failure).getAttribute('aria-disabled'), null, 'by a person only');
      await desk.page.keyboard.press('Escape');
      assert.deepEqual(await card.boundingBox(), place, 'nothing has moved');
      assert.equal(await card.getAttribute('data-stage'), 'connected');
      await desk.expectEnabled(card, [...ALONE, 'details', 'dismiss']);
      await desk.command('dismiss', failure).click();
      await failure.waitFor({ state: 'detached' });
    }
  });

  const wire = new Wire();
  calls(
    'every command refused: the desk says so where it was pressed and is right again',
    async (desk) => {
      const card = await converse(desk);
      /** Presses a button whose command never reaches the hub, and has the telephony server refuse it. */
      const refused = async (press, method, code, words) => {
        wire.swallows = true;
        const before = wire.said.length;
        const enabled = await desk.enabledCommands(card);
        await press();
        const command = await eventually(() => {
          const found = wire.said.slice(before).find(({ target }) => target === method);
          assert.ok(found, `${method} is sent`);
          return found;
        });
        wire.swallows = false;
        const [{ InvokeID, UniqueObjectID }] = command.arguments;
        wire.slip({ type: 3, invocationId: command.invocationId, result: null });
        wire.slip({
          type: 1,
          target: 'CtiEvent',
          arguments: [
            'OnControlFailureConf',
            { InvokeID, UniqueObjectID, FailureCode: code, PeripheralErrorCode: 0, ErrorMessage: 'as told' },
          ],
        });
        const failure = card.locator('[data-part="failure"]');
        await failure.waitFor();
        assert.match(await failure.innerText(), words, method);
        assert.equal(await card.getAttribute('data-stage'), 'connected', `${method}: nothing has happened`);
        await desk.command('dismiss', failure).click();
        await failure.waitFor({ state: 'detached' });
        await desk.expectEnabled(card, enabled);
      };
      const press = (command) => () => desk.command(command, card).first().click();
      const fromMore = (command) => async () => {
        await desk.command('more', card).click();
        await desk.command(command, card.locator('[data-part="more"]')).click();
      };
      const toSecond = (panel, command) => async () =>
        desk.command(command, await name(desk, card, panel, SECOND)).click();
      await refused(press('hold'), 'Hold', 38, /Hold: not possible/);
      await refused(press('end-call'), 'ClearConnection', 35, /End call: you are no longer on this call/);
      await refused(press('start-recording'), 'StartRecord', 12, /Record: this phone system cannot do that/);
      await refused(fromMore('end-for-all'), 'Clear', 13, /End for everybody: the call does not exist/);
      await refused(toSecond('transfer', 'consult'), 'MakeConsultCall', 16, /Consult: the phone system did not answer/);
      await refused(toSecond('transfer', 'blind-transfer'), 'SingleStepTransfer', 38, /Blind transfer/);
      await refused(toSecond('conference', 'consult-for-conference'), 'MakeConsultCall', 46, /Consult/);
      await refused(toSecond('conference', 'add-party'), 'SingleStepConference', 30, /no more people/);
      await refused(
        async () => {
          await desk.command('keypad', card).click();
          await desk.page.keyboard.press('5');
          await desk.page.keyboard.press('Escape');
        },
        'SendDTMF',
        24,
        /Keypad: these digits/,
      );
    },
    { prepare: wire.prepare },
  );

  calls('two presses in a row never reach what has moved up', async (desk) => {
    const card = await converse(desk);
    const consultation = await consult(desk, card);
    await desk.command('end-call', consultation).click();
    await stage(consultation, 'ended');
    await desk.command('retrieve', card).click();
    await stage(card, 'connected');
    await desk.command('end-call', card).click();
    await stage(card, 'ended');
    const third = await converse(desk, SECOND);
    // The first card goes, and the others move up under the pointer that is still being pressed.
    const button = desk.command('dismiss', card);
    const { x, y } = await button.boundingBox();
    await button.click({ clickCount: 2, delay: 20 });
    await card.waitFor({ state: 'detached' });
    const under = await desk.page.evaluate(([x, y]) => document.elementFromPoint(x, y)?.closest('[data-part=call]')?.dataset.id, [
      x + 5,
      y + 5,
    ]);
    assert.ok(under, 'something has moved up');
    assert.equal(await third.getAttribute('data-stage'), 'connected');
  });

  test('the parts of a call’s card are without barriers', () =>
    onDesk(browser, hub.url, 'calls accessibility', async (desk) => {
      await desk.startShift(who(3));
      const card = await converse(desk);
      for (const part of ['more', 'transfer', 'conference', 'keypad']) {
        await desk.command(part, card).first().click();
        await desk.part(part).waitFor();
        await desk.checkAccessibility();
        await desk.page.keyboard.press('Escape');
      }
      await desk.command('start-recording', card).click();
      const consultation = await consult(desk, card);
      await desk.checkAccessibility();
      await desk.command('end-call', consultation).click();
      await stage(consultation, 'ended');
      await desk.checkAccessibility();
      await leaveAll(desk);
    }));
});

// Commands that are refused: the reason stands on the card, in words, and the desk is right again.

import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';

import { eventually, startBrowser } from '../support/browser.mjs';
import { ALONE, SECOND, converse, name, pick, scenarios } from '../support/calls.mjs';
import { Wire } from '../support/wire.mjs';

describe('a refusal', () => {
  let browser;

  before(async () => {
    browser = await startBrowser();
  });
  after(() => browser?.stop());

  const calls = scenarios(() => browser);

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
      const fromMore = (command) => () => pick(desk, card, command);
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
});

// The contact: what is known of a call, how it is changed and how that can fail.

import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';

import { eventually, startBrowser } from '../support/browser.mjs';
import { onCall as onCallAt } from '../support/on-call.mjs';

const CENTRE = { site: process.env.SWITCHHOOK_DIST, agents: 12, queues: 3, callbacks: 5, seed: 7, rate: 3 };
/** What would run if a text were taken for markup. */
const INJECTION = '<img src=x onerror="document.title=1">&amp;';

describe('the contact', () => {
  let browser;

  before(async () => {
    browser = await startBrowser();
  });
  after(() => browser?.stop());

  const onCall = (...scenario) => onCallAt(() => browser, CENTRE, ...scenario);

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
});

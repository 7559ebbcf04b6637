// Every screen of the agent's desk, and every situation that has a look of its own: how to bring a desk there.
//
// Whoever looks at all of them — for barriers, for pictures — walks the same ways. Each journey starts with a hub of its
// own and calls `look(name)` wherever there is something to see; meanwhile the hub's words are held back, so that the
// screen stays as it is however long one looks.

import assert from 'node:assert/strict';
import { join } from 'node:path';

import { eventually, onDesk, openDesk } from './browser.mjs';
import { ALONE, FIRST, consult, converse, dial, name as nameParty, stage } from './calls.mjs';
import { connect } from './official-client.mjs';
import { aboutUser } from './on-call.mjs';
import { askForDirectory, askForToken, credentials, startHub } from './servers.mjs';
import { Wire } from './wire.mjs';

/** A centre where nobody calls, and one where somebody does within seconds. */
const QUIET = { site: process.env.SWITCHHOOK_DIST, agents: 24, queues: 6, callbacks: 20, seed: 7, rate: 0, grace: 0 };
const BUSY = { ...QUIET, rate: 3 };
/** Requests that fail are errors to the browser, and meant to happen where a hub is away. */
const AWAY = [/Failed to load resource/, /WebSocket connection to/, /ERR_/];
/** A number that nobody answers because it does not exist. */
const NOWHERE = '+358401234500';

export const THEMES = ['light', 'dark', 'high-contrast'];

/** What there is to see, in the order of a shift. */
export const SCREENS = {
  'sign-in': 'The sign-in.',
  'sign-in-refused': 'The sign-in, refused: the reason in words, the fields as they were.',
  'faulty-configuration': 'A faulty `config.json`: every mistake with its place.',
  desk: 'The desk at rest, not ready.',
  'state-menu': 'The choice of the own state, with the reasons.',
  settings: 'The settings: colours, and what happens when a call rings.',
  shortcuts: 'All keys; each can be changed here.',
  'call-coming': 'A call is announced, with what is known of it; it does not ring yet.',
  'call-taken-back': 'The announced call does not come.',
  reserved: 'The agent is reserved; the ring counts down.',
  ringing: 'A call rings: Answer is the one loud thing.',
  call: 'In a conversation: data, note, transcript and history of the contact.',
  keypad: 'The tone pad; it has the keyboard, and shows no digit.',
  transfer: 'Choosing whom to transfer to.',
  more: 'What is seldom done with a call.',
  'call-data': 'Editing the call’s data; a text that is too long says so at its field.',
  consult: 'A consultation hangs on the call that it is about.',
  'refused-dial': 'A number that cannot be dialled, with the details open.',
  'failed-call': 'A call that failed stays until it is put away.',
  'refused-command': 'A refused command stands on its card, with the details open.',
  'wrap-up': 'Wrap-up: its time, its code, what follows it.',
  'wrap-up-codes': 'The choice of wrap-up codes.',
  missed: 'A missed call, with the reason and a way to call back.',
  alerts: 'The alerts.',
  chat: 'A conversation with the team.',
  'connection-lost': 'The connection is lost in a call: what is not confirmed is hatched, every button is off.',
};

/** Paints the page in a theme, by the mark that the settings set. */
export const paint = (desk, theme) =>
  desk.page.evaluate((name) => {
    document.documentElement.dataset.theme = name;
  }, theme);

/** Has the page speak a language: by its own choice of languages where it offers one, or else by loading it anew. */
export async function speak(desk, language) {
  const offered = await desk.page.evaluate((tag) => {
    const choice = document.querySelector('[data-command="language"]');
    localStorage.setItem('switchhook-language', tag);
    if (choice) {
      choice.value = tag;
      choice.dispatchEvent(new Event('input', { bubbles: true }));
    }
    return choice !== null;
  }, language);
  if (!offered) {
    await desk.page.reload();
  }
  await eventually(async () =>
    assert.equal(await desk.page.evaluate(() => document.documentElement.lang), language),
  );
}

const phrase = (text, more) => ({
  phrase: text,
  speakerRole: 'Customer',
  isIntermediate: false,
  confidence: 0.9,
  duration: 900,
  offsetMilliseconds: 0,
  ...more,
});
const CONVERSATION = [
  phrase('Hello, my last invoice has a line that I do not recognise.'),
  phrase('Let me look. Is it the one of the third of November?', { speakerRole: 'Agent' }),
  phrase('Yes, the second line, the one with'),
  phrase('forty-nine euros I think', { isIntermediate: true }),
];

/** Answers the first call that rings, and has something said on it. */
async function answerAndTalk({ desk, wire }) {
  if ((await desk.call('alerting').count()) === 0) {
    await desk.awaitCall();
  }
  const card = desk.part('call');
  await desk.expectEnabled(card, ['answer']);
  await desk.command('answer', card).click();
  await desk.call('connected').waitFor();
  await desk.expectEnabled(card, ALONE);
  const { ICMEnterpriseUniqueID: callId } = heard(wire, 'OnCallBegin');
  const user = wire.heard.find(
    ({ arguments: [message] = [] }) => String(message?.data?.callId).toLowerCase() === callId.toLowerCase(),
  ).arguments[0].data.entityId;
  wire.slip(...CONVERSATION.map((said) => aboutUser('UserRealTimeTranscriptPhrase', user, { callId, ...said })));
  await eventually(async () => assert.ok((await desk.part('phrase').count()) >= CONVERSATION.length));
  return card;
}

const heard = (wire, event) => wire.heard.findLast(({ arguments: [name] = [] }) => name === event)?.arguments[1];
const happens = (wire, event, fields) =>
  wire.slip({ type: 1, target: 'CtiEvent', arguments: [event, fields] });

/** Serves the languages from here: they can be changed while the hub is away. */
const languagesFromHere = (page) =>
  page.route('**/languages/*.json', (route) => {
    const file = new URL(route.request().url()).pathname.split('/').at(-1);
    return route.fulfill({ path: join(process.env.SWITCHHOOK_DIST, 'languages', file) });
  });

/** Opens what a button opens, looks at it, and closes it with Escape. */
async function opened({ desk, look }, button, part, name) {
  await button.click();
  await part.first().waitFor();
  await look(name);
  await desk.page.keyboard.press('Escape');
  await part.first().waitFor({ state: 'hidden' });
}

/** The ways to the screens where there is no call. */
export const WITHOUT_CALLS = {
  'at sign-in': {
    centre: QUIET,
    options: { tolerate: AWAY },
    walk: async ({ desk, look }) => {
      await desk.part('sign-in').waitFor();
      await look('sign-in');
      await desk.askToSignIn({ agent: 'nobody' });
      await eventually(async () => assert.match(await desk.part('sign-in-error').innerText(), /\S/));
      await look('sign-in-refused');
    },
  },

  'with a faulty configuration': {
    centre: QUIET,
    options: { config: { source: { hub: 7 } } },
    walk: async ({ desk, look }) => {
      await desk.part('bad-config').waitFor();
      await look('faulty-configuration');
    },
  },

  'on the desk': {
    centre: QUIET,
    walk: async ({ desk, look }) => {
      await desk.startShift();
      await desk.part('callback').first().waitFor();
      await look('desk');
      await opened({ desk, look }, desk.command('state-menu'), desk.part('state-menu'), 'state-menu');
      await opened({ desk, look }, desk.command('settings'), desk.part('settings'), 'settings');
      await opened({ desk, look }, desk.command('shortcuts').first(), desk.part('shortcuts'), 'shortcuts');
    },
  },
};

/** The ways to the screens before, around and after a call. */
export const AROUND_CALLS = {
  'with messages, alerts and a missed call': {
    centre: QUIET,
    walk: async ({ desk, hub, wire, browser, look }) => {
      await desk.startShift();
      const { agents } = await askForDirectory(hub.url);
      const user = agents.find(({ agentId }) => agentId === '1001').id;
      const other = await openDesk(browser, hub.url);
      await other.startShift({ agent: '1002', extension: '4002' });
      await dial(other, '4001');
      await desk.call('alerting').waitFor();
      await desk.page.waitForTimeout(2_000);
      await other.command('end-call', other.part('call').first()).click();
      await other.page.close();
      await desk.part('missed-call').waitFor();
      await desk.part('call').waitFor({ state: 'detached', timeout: 20_000 });
      await look('missed');

      for (const [condition, value] of [['Queue too long', '7'], ['Nobody free', '0']]) {
        const alert = { alertId: crypto.randomUUID(), conditionName: condition, conditionExpression: 'waiting >' };
        wire.slip(aboutUser('UserAlert', user, { ...alert, conditionValue: '5', value }));
      }
      await eventually(async () => assert.match(await desk.command('alerts').getAttribute('aria-label'), /2/));
      await opened({ desk, look }, desk.command('alerts'), desk.part('alerts'), 'alerts');

      const team = desk.page.locator('[data-part="conversation"][data-id="team"]');
      await desk.command('open-conversation', team).click();
      for (const text of ['Who can take the calls of Sales until noon?', 'I am back at 12, by the way.']) {
        const before = await desk.part('message').count();
        await desk.part('message-field').fill(text);
        await desk.command('send-message').click();
        await eventually(async () => assert.equal(await desk.part('message').count(), before + 1));
      }
      await desk.part('message-field').fill('And could somebody');
      await look('chat');
    },
  },

  'before a call rings': {
    centre: QUIET,
    walk: async ({ desk, hub, wire, look }) => {
      await desk.startShift();
      happens(wire, 'OnAgentPrecallEvent', {
        ICMEnterpriseUniqueID: 'contact-1',
        AgentInstrument: '4001',
        ANI: FIRST,
        CallVariable1: 'Sales',
        CallVariable2: 'Invoice question',
        ECC: { 'user.customer': 'C4711', 'user.language': 'fi' },
      });
      await desk.part('coming').waitFor();
      await look('call-coming');
      happens(wire, 'OnAgentPrecallAbortEvent', { ICMEnterpriseUniqueID: 'contact-1', AgentInstrument: '4001' });
      await desk.page.locator('[data-part="coming"][data-state="taken-back"]').waitFor();
      await look('call-taken-back');
      await desk.part('coming').waitFor({ state: 'detached', timeout: 20_000 });

      const { Token: token } = await askForToken(hub.url, credentials('1002'));
      const colleague = await connect(hub.url, { token });
      try {
        const reservation = { Request: 'TReserveAgent', ReferenceID: 1, AgentID: '1001', Timeout: 30_000 };
        await colleague.invoke('TServerRequest', reservation);
        await desk.part('coming').waitFor();
        await look('reserved');
      } finally {
        await colleague.stop();
      }
    },
  },

  'after a call': {
    centre: BUSY,
    walk: async ({ desk, wire, look }) => {
      await desk.startShift();
      const card = await answerAndTalk({ desk, wire });
      await desk.command('end-call', card).click();
      await desk.ownState('wrap-up');
      const panel = desk.part('wrap-up');
      await panel.waitFor();
      await look('wrap-up');
      await opened({ desk, look }, desk.command('wrap-up-code', panel), desk.part('wrap-up-codes'), 'wrap-up-codes');
    },
  },
};

/** The ways to the screens of a call. */
export const IN_CALLS = {
  'while a call rings, and in a conversation': {
    centre: BUSY,
    walk: async ({ desk, wire, look }) => {
      await desk.startShift();
      const ringing = await desk.awaitCall();
      await desk.expectEnabled(ringing, ['answer']);
      await look('ringing');
      const card = await answerAndTalk({ desk, wire });
      await look('call');
      await opened({ desk, look }, desk.command('keypad', card), desk.part('keypad'), 'keypad');
    },
  },

  'with the panels of a conversation open': {
    centre: BUSY,
    walk: async ({ desk, wire, look }) => {
      await desk.startShift();
      const card = await answerAndTalk({ desk, wire });
      await opened({ desk, look }, desk.command('transfer', card), card.locator('[data-part="transfer"]'), 'transfer');
      await opened({ desk, look }, desk.command('more', card), card.locator('[data-part="more"]'), 'more');
      await desk.command('edit').click();
      await desk.page.locator('[data-part="call-data"][data-id="user.customer"] input').fill('x'.repeat(25));
      await look('call-data');
    },
  },

  'with two calls': {
    centre: QUIET,
    walk: async ({ desk, look }) => {
      await desk.startShift();
      await consult(desk, await converse(desk));
      await look('consult');
    },
  },
};

/** The ways to what went wrong. */
export const IN_TROUBLE = {
  'with what was refused and what failed': {
    centre: QUIET,
    walk: async ({ desk, look }) => {
      await desk.startShift();
      await dial(desk, 'taxi');
      const refusal = desk.part('failure').first();
      await refusal.waitFor();
      await opened({ desk, look }, desk.command('details', refusal), refusal.locator('.details'), 'refused-dial');
      await desk.command('dismiss', refusal).click();
      await dial(desk, NOWHERE);
      await desk.call('failed').waitFor();
      await look('failed-call');
      await desk.command('dismiss', desk.call('failed')).click();

      const card = await converse(desk);
      const panel = await nameParty(desk, card, 'transfer', 'taxi');
      await desk.command('consult', panel).click();
      const failure = card.locator('[data-part="failure"]');
      await failure.waitFor();
      await opened({ desk, look }, desk.command('details', failure), failure.locator('.details'), 'refused-command');
      await desk.command('hold', card).click();
      await stage(card, 'held');
    },
  },

  'while the connection is lost': {
    centre: BUSY,
    options: { tolerate: AWAY },
    walk: async ({ desk, hub, wire, look }) => {
      await desk.startShift();
      await answerAndTalk({ desk, wire });
      await hub.kill();
      await desk.link('reconnecting');
      await eventually(async () =>
        assert.ok((await desk.page.locator('[data-part="agent"][data-unsure]').count()) > 5),
      );
      await look('connection-lost');
    },
  },
};

/**
 * Walks a journey and calls `look(desk, name)` at each of its screens, with the wire at rest. English and the light
 * theme are back before it goes on.
 */
export async function walk(browser, name, { centre, options, walk: way }, look) {
  const hub = await startHub(centre);
  const wire = new Wire();
  const prepare = async (page) => {
    await languagesFromHere(page);
    await wire.prepare(page);
  };
  const lookAt = (desk) => async (screen) => {
    assert.ok(screen in SCREENS, `${screen} is told of`);
    // Nothing is pointed at.
    await desk.page.mouse.move(700, 70);
    wire.hold();
    await look(desk, screen);
    await speak(desk, 'en');
    await paint(desk, 'light');
    wire.release();
  };
  try {
    await onDesk(
      browser,
      hub.url,
      `screens ${name}`,
      (desk) => way({ desk, hub, wire, browser, look: lookAt(desk) }),
      { prepare, ...options },
    );
  } finally {
    await hub.stop();
  }
}

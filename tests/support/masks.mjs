// What the telephony server's masks allow, worked out from the wire alone: a judge of the page's buttons that shares
// no code with the page. Bits and the merging of masks are those of the event document and of decision D1.

const DISABLE_ALL = 0x0040_0000;

/** The bits that a button needs, any of them; by its `data-command`, for those without a reason. */
const BITS = {
  answer: 0x1,
  'end-call': 0x2,
  'end-for-all': 0x2,
  hold: 0x4,
  retrieve: 0x8,
  dial: 0x10 | 0x4000 | 0x8000,
  consult: 0x20,
  'complete-transfer': 0x40,
  'blind-transfer': 0x80,
  'consult-for-conference': 0x100,
  'complete-conference': 0x200,
  'add-party': 0x400,
  alternate: 0x800,
  'back-to-caller': 0x1000,
  'set-wrap-up-data': 0x2000,
  'ask-supervisor': 0x1_0000,
  'raise-emergency': 0x2_0000,
  'report-bad-line': 0x4_0000,
  'send-message': 0x10_0000,
  'start-recording': 0x20_0000,
  'stop-recording': 0x20_0000,
  'sign-in': 0x0100_0000,
  'sign-out': 0x0200_0000,
  ready: 0x0800_0000,
  'not-ready': 0x1000_0000,
  'wrap-up-ready': 0x4000_0000,
  'wrap-up-not-ready': 0x8000_0000,
};
const WITH_REASON = { 'sign-out': 0x0400_0000, 'not-ready': 0x2000_0000 };

/** No bit speaks of tones and of the call's data; who may leave the call may send and change them. */
const AS_ON_THE_CALL = ['keypad', 'send-tones', 'set-call-data'];

const OF_THE_AGENT = 0xff00_0000;
const SHARED = 0x10 | 0x4000 | 0x8000 | 0x1_0000 | 0x2_0000 | 0x4_0000 | 0x8_0000 | 0x10_0000 | 0x20_0000;
const USABLE_ASIDE = 0x1 | 0x2 | 0x8 | 0x2000;

const effective = (mask) => (mask === undefined || (mask & DISABLE_ALL) !== 0 ? 0 : mask);

/** Keeps the masks of one desk, from the CTI OS events that it is told. */
export class Masks {
  #agent;
  #calls = new Map();
  #current = null;

  /** Takes in one event. */
  hear([name, fields]) {
    const object = fields.UniqueObjectID;
    const isCall = object?.startsWith('call.');
    if (name === 'OnCurrentCallChanged') {
      this.#current = object ?? null;
    }
    if (name === 'OnCallBegin' || name === 'OnSnapshotCallConf') {
      this.#calls.set(object, this.#calls.get(object));
    }
    if (name === 'OnCallEnd') {
      this.#calls.delete(object);
      if (this.#current === object) {
        this.#current = null;
      }
    } else if (fields.EnablementMask !== undefined) {
      const mask = Number(fields.EnablementMask) >>> 0;
      if (!isCall) {
        this.#agent = mask;
      } else if (this.#calls.has(object)) {
        this.#calls.set(object, mask);
      }
    }
    // The calls that a snapshot does not list are over.
    if (name === 'OnSnapshotDeviceConf') {
      const listed = Object.keys(fields.ValidCalls ?? {});
      for (const call of this.#calls.keys()) {
        if (!listed.includes(call)) {
          this.#calls.delete(call);
        }
      }
    }
  }

  /** Whether a button may be on: `call` is the id of the card that it is on, `null` elsewhere. */
  allow(command, reason, call) {
    const needed = reason ? WITH_REASON[command] : BITS[AS_ON_THE_CALL.includes(command) ? 'end-call' : command];
    if (needed === undefined) {
      return undefined;
    }
    const ofCurrent = this.#current === null ? undefined : this.#calls.get(this.#current);
    if (needed & OF_THE_AGENT) {
      return (effective(this.#agent) & needed) !== 0;
    }
    // A new call is about none; everything else on a card is about its call.
    if (call !== null && call !== this.#current && command !== 'dial') {
      return (effective(this.#calls.get(call)) & needed & USABLE_ASIDE) !== 0;
    }
    if (needed & SHARED) {
      return (effective(ofCurrent ?? this.#agent) & needed) !== 0;
    }
    return (effective(ofCurrent) & needed) !== 0;
  }
}

/** What needs more than the mask before it can be pressed: a number, a text, a choice. */
export const NEEDS_MORE = [
  'dial',
  'call-back',
  'consult',
  'consult-for-conference',
  'blind-transfer',
  'add-party',
  'send-message',
  'set-wrap-up-data',
  'set-call-data',
];

/** Every button of the page that stands for a command: what it asks for, of which call, and whether it is on. */
export const buttons = (page) =>
  page.locator('[data-command]').evaluateAll((all) =>
    all.map((button, place) => ({
      place,
      command: button.dataset.command,
      reason: button.dataset.reason ?? null,
      call: button.closest('[data-for]')?.dataset.for ?? button.closest('[data-part="call"]')?.dataset.id ?? null,
      isOn: !button.disabled && button.getAttribute('aria-disabled') !== 'true',
      isBusy: button.getAttribute('aria-busy') === 'true',
      isSeen: button.checkVisibility(),
    })),
  );

/** Judges the buttons of one page by what an ear at its wire has heard. */
export class Judge {
  #page;
  #ear;
  #masks = new Masks();
  #taken = 0;

  constructor(page, ear) {
    this.#page = page;
    this.#ear = ear;
  }

  /** Whether a button may be on, by all that was heard; as `Masks.allow` answers. */
  allow(command, reason, call) {
    return this.#masks.allow(command, reason, call);
  }

  /** The buttons that differ from what the masks say; nothing while a command of theirs is under way. */
  async differences() {
    const told = this.#ear.calls('CtiEvent');
    for (; this.#taken < told.length; this.#taken += 1) {
      this.#masks.hear(told[this.#taken]);
    }
    const all = await buttons(this.#page);
    const busy = all.filter(({ isBusy }) => isBusy);
    return all
      .filter(({ isBusy }) => !isBusy)
      .filter(({ command, call }) => !busy.some((other) => other.command === command && other.call === call))
      .map((button) => ({ ...button, allowed: this.allow(button.command, button.reason, button.call) }))
      .filter(({ allowed }) => allowed !== undefined)
      .filter(({ allowed, isOn, command }) => (NEEDS_MORE.includes(command) ? isOn && !allowed : isOn !== allowed))
      .map(({ command, reason, call, isOn }) => ({ command, reason, call, isOn }));
  }
}

// The injection corpus (injection.json) in the hands of a browser test: the texts, what a page is searched for after
// one of them was told to it, and where everything stands.
//
// A page bears a text when nothing ran, nothing was asked for elsewhere, no element appeared that the page does not make
// itself, everything stands where it stands with a plain text, and the text turns nothing around but itself.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const corpus = JSON.parse(readFileSync(new URL('injection.json', import.meta.url), 'utf8'));
const entries = (part) =>
  corpus[part].map(({ name, text, wire, repeat }) => ({
    name,
    text: text ?? (wire && JSON.parse(`"${wire}"`)) ?? repeat.text.repeat(repeat.times),
  }));

export const TEXTS = entries('texts');
/** Those that can push or turn around what stands beside them: not of plain letters only, or long. */
export const UNRULY = TEXTS.filter(({ text }) => /[^ -~]/.test(text) || text.length > 60 || !text.trim());
/** Texts of a megabyte. */
export const HUGE = entries('huge');

/** Watches a page before it loads: what it asks for, and whether it opens dialogs or other pages. */
export class Watch {
  asked = [];
  opened = [];

  prepare = async (page) => {
    page.on('request', (request) => this.asked.push(request.url()));
    page.on('dialog', (dialog) => {
      this.opened.push(`dialog: ${dialog.message()}`);
      dialog.dismiss();
    });
    page.on('popup', (popup) => this.opened.push(`window: ${popup.url()}`));
    page.on('framenavigated', (frame) => this.opened.push(`went to: ${frame.url()}`));
  };

  /** Nothing but the hub was asked for anything, and the page has stayed where it was. */
  assertQuiet(hub) {
    const { host } = new URL(hub);
    assert.deepEqual(this.asked.filter((url) => new URL(url).host !== host), []);
    assert.equal(this.opened.length, 1, `${this.opened}`);
  }
}

/**
 * Runs in the page, when it has drawn what it was told: what there is that the page has not made itself, what one of
 * these texts turns around, what sticks out, and where everything stands.
 */
async function look(texts) {
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  const nameOf = ({ localName, className }) => `${localName}.${className}`;
  const wrong = [];
  if (globalThis.pwned !== undefined) {
    wrong.push('something ran');
  }

  // The page's scripts, styles and icons stand in its head; below, it has none of these.
  const foreign =
    'script, style, link, img, iframe, frame, object, embed, base, meta, template, slot, video, audio, details, ' +
    'a:not(.skip)';
  for (const element of document.body.querySelectorAll(foreign)) {
    wrong.push(`an element: ${element.outerHTML.slice(0, 200)}`);
  }
  for (const drawing of document.body.querySelectorAll('svg')) {
    if (!drawing.closest('.mark, .ring')) {
      wrong.push(`a drawing: ${drawing.outerHTML.slice(0, 200)}`);
    }
  }
  const active = /^(on|src|srcdoc|href|xlink:href|action|formaction|style|background|ping|poster)/i;
  for (const element of document.body.querySelectorAll('*')) {
    for (const { name, value } of element.attributes) {
      // The page sets lengths and counts as properties of its own.
      const isOwn = (element.matches('a.skip') && value === '#calls') || /^(--[a-z-]+: ?[-0-9.a-z%]+; ?)*$/.test(value);
      if (active.test(name) && !isOwn) {
        wrong.push(`an attribute: ${name}="${value.slice(0, 100)}" of ${nameOf(element)}`);
      }
    }
  }
  if (/[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/.test(document.title)) {
    wrong.push(`a title with control characters: ${JSON.stringify(document.title)}`);
  }

  // What turns text around ends with an isolate inside the text, or with the element that nothing else stands in.
  const isOrdered = (text) => {
    let open = 0;
    for (const letter of text) {
      open += /[\u2066-\u2068]/.test(letter) ? 1 : letter === '\u2069' ? -1 : 0;
      if (open < 0 || /[\u202a-\u202e]/.test(letter)) {
        return false;
      }
    }
    return open === 0;
  };
  const isAlone = (node) => {
    const told = node.data.replace(/…$/, '').trim();
    if (!texts.some((text) => text.trim().startsWith(told))) {
      return false;
    }
    for (let element = node.parentElement; element; element = element.parentElement) {
      const { unicodeBidi, display } = getComputedStyle(element);
      if (/isolate|plaintext/.test(unicodeBidi) || !/^(inline|contents)$/.test(display)) {
        return element.textContent === node.data;
      }
    }
    return false;
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    // Marks piled up on a letter are drawn far above and below its line.
    if (/[\u0300-\u036f]{10}/.test(node.data) && node.parentElement.checkVisibility()) {
      let box = node.parentElement;
      while (/^(inline|contents)$/.test(getComputedStyle(box).display)) {
        box = box.parentElement;
      }
      if (getComputedStyle(box).overflowY === 'visible') {
        wrong.push(`drawn over its neighbours: a text in ${nameOf(box)} of ${nameOf(box.parentElement)}`);
      }
    }
    if (/[\u202a-\u202e\u2066-\u2069]/.test(node.data) && !isOrdered(node.data) && !isAlone(node)) {
      wrong.push(`not set apart: ${JSON.stringify(node.data.slice(0, 60))} in ${nameOf(node.parentElement)}`);
    }
  }

  const root = document.scrollingElement;
  if (root.scrollWidth > innerWidth) {
    wrong.push(`the page is ${root.scrollWidth} px wide on ${innerWidth} px`);
  }
  for (const box of document.querySelectorAll('.bar, .banner, .panel, .call, .coming, .pop, .sheet, .line, .entries li')) {
    if (box.checkVisibility() && box.clientWidth > 1 && box.scrollWidth > box.clientWidth + 1) {
      wrong.push(`${[...box.classList].join('.')}: ${box.scrollWidth} px in ${box.clientWidth} px`);
    }
  }

  // What lies in a list that grows with its texts moves with them, and how many are unread is counted.
  const parts = ['phrase', 'message', 'step', 'alert', 'call-data', 'unread'];
  const moving = [...parts.map((part) => `[data-part="${part}"]`), '[popover]'].join();
  const places = {};
  for (const element of document.querySelectorAll('[data-part], [data-command], h2')) {
    if (!element.checkVisibility() || element.closest(moving)) {
      continue;
    }
    const { part, command, id } = element.dataset;
    const row = element.closest('.row, .entries li, [data-part="conversation"]');
    const name = [row?.dataset.id, part, command, id, element.localName].filter(Boolean).join(' ');
    const { x, y, width, height } = element.getBoundingClientRect();
    const frame = element.closest('.own, .middle, .side');
    const scrolled = root.scrollTop + (frame && frame !== element ? frame.scrollTop : 0);
    // Rows stand in the order of their names; their height is the same whatever they are called.
    places[name] = (row ? [height] : [x, y + scrolled, width, height]).map(Math.round);
  }
  return { wrong, places };
}

/** The page of a desk, looked at after each text. */
export class Looks {
  constructor(desk) {
    this.page = desk.page;
  }

  /** Where everything stands now. */
  places = async () => (await this.page.evaluate(look, [])).places;

  /**
   * What is wrong with the page after these texts, each with a word for when: what they became, what sticks out, and
   * what they have moved by more than `room` from where it stood `before`.
   */
  async bears(when, texts, before = {}, room = 1) {
    const shortened = [texts].flat().map((text) => text.slice(0, 8_000));
    const { wrong, places } = await this.page.evaluate(look, shortened);
    for (const [name, place] of Object.entries(before)) {
      if (!places[name]) {
        wrong.push(`${name} is gone`);
      } else if (places[name].some((value, side) => Math.abs(value - place[side]) > room)) {
        wrong.push(`${name} was at ${place} and is at ${places[name]}`);
      }
    }
    return wrong.map((found) => [found, when]);
  }
}

/** Fails with what was found, each kind of thing with the first text that brought it about. */
export function assertNothing(found) {
  const [first, counts] = [new Map(), new Map()];
  for (const [wrong, when] of found) {
    const kind = wrong.replace(/-?[0-9.]+/g, '#');
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    if (!first.has(kind)) {
      first.set(kind, `${wrong} (${when})`);
    }
  }
  const list = [...first].map(([kind, wrong]) => `${counts.get(kind)} × ${wrong}`);
  assert.ok(found.length === 0, list.join('\n  '));
}

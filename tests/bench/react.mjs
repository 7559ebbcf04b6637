// Measures in Chromium how long the desk takes to react, with the hub at rest and while it rains events:
//
// - from a key press to the command on the wire: the browser's own time of the press, and when the page calls `send`;
// - from an event's arrival to the changed button on the screen: the browser's own time of the message that holds or
//   retrieves the call, the change of the button in the document, and how many frames begin until it can be seen.
//
// One call is held and retrieved again and again by its keys. Prints Markdown; `cargo xtask bench` sets the environment.

import { startBrowser } from '../support/browser.mjs';
import { startHub } from '../support/servers.mjs';

const CENTRE = { site: process.env.SWITCHHOOK_DIST, agents: 1_000, queues: 50, callbacks: 500, seed: 7 };
const quick = process.argv.includes('--quick');
const rounds = quick ? 40 : 200;
const FEEDS = [
  { name: 'at rest', eventsPerSecond: 0, hub: { rate: 0 } },
  { name: '2,000 events/s', eventsPerSecond: 2_000, hub: { flood: 20, 'flood-rate': 2_000 } },
];

/** Runs in the page before anything else: notes presses, sends, messages, frames and what becomes of the button. */
function watch() {
  const seen = (globalThis.seen = { presses: [], changes: [], messages: 0 });
  let frame = 0;
  const count = () => {
    frame += 1;
    requestAnimationFrame(count);
  };
  requestAnimationFrame(count);

  let pressed = null;
  addEventListener('keydown', ({ key, timeStamp }) => (pressed = key === 'H' ? timeStamp : pressed), true);
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) {
    if (pressed !== null && /"(Hold|Retrieve)Call"|"(Hold|Retrieve)"/.test(data)) {
      seen.presses.push(performance.now() - pressed);
      pressed = null;
    }
    return send.call(this, data);
  };

  let arrived = null;
  const Socket = WebSocket;
  globalThis.WebSocket = class extends Socket {
    constructor(...address) {
      super(...address);
      this.addEventListener('message', ({ data, timeStamp }) => {
        seen.messages += 1;
        if (arrived === null && /OnCall(Held|Retrieved)/.test(data)) arrived = { at: timeStamp, frame };
      });
    }
  };
  const changed = (records) => {
    if (arrived === null || !records.some(({ target }) => /^(hold|retrieve)$/.test(target.dataset.command))) return;
    const { at, frame: before } = arrived;
    arrived = null;
    const time = performance.now();
    // Callbacks of a frame run before it is drawn: what changed in one can be seen at its end.
    seen.changes.push({ document: time - at, frames: Math.max(frame - before, 1) });
  };
  new MutationObserver(changed).observe(document, { subtree: true, attributes: true, attributeFilter: ['data-command'] });
}

function quantile(values, part) {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
}

async function measure({ hub: options }) {
  const hub = await startHub({ ...CENTRE, ...options });
  const browser = await startBrowser();
  try {
    const page = await browser.context.newPage();
    await page.addInitScript(watch);
    await page.goto(hub.url);
    await page.locator('[name="agent-id"]').fill('1001');
    await page.locator('[name="extension"]').fill('4001');
    await page.keyboard.press('Enter');
    await page.locator('[data-part="state"][data-state="not-ready"]').waitFor();
    await page.keyboard.press('Alt+Shift+D');
    await page.keyboard.type('+358401234567');
    await page.keyboard.press('Enter');
    const card = page.locator('[data-part="call"][data-stage="connected"]');
    await card.waitFor({ timeout: 30_000 });
    const button = (command) => page.locator(`[data-part="call"] [data-command="${command}"]:not([aria-disabled])`);
    await button('hold').waitFor();
    await page.evaluate(() => Object.assign(globalThis.seen, { presses: [], changes: [], messages: 0, at: performance.now() }));
    for (let round = 0; round < rounds; round += 1) {
      await page.keyboard.press('Alt+Shift+H');
      await button(round % 2 === 0 ? 'retrieve' : 'hold').waitFor();
    }
    return await page.evaluate(() => ({ ...globalThis.seen, lasted: performance.now() - globalThis.seen.at }));
  } finally {
    await browser.stop();
    await hub.stop();
  }
}

const lines = [
  `One call held and retrieved ${rounds} times by its keys, 1,000 agents, 50 queues, 500 callbacks.`,
  '',
  '| | median | 95 of 100 below | longest |',
  '| --- | ---: | ---: | ---: |',
];
const row = (name, values, unit, digits) => {
  const written = [0.5, 0.95, 1].map((part) => `${quantile(values, part).toFixed(digits)} ${unit}`.trim());
  lines.push(`| ${name} | ${written.join(' | ')} |`);
};
for (const feed of FEEDS) {
  const { presses, changes, messages, lasted } = await measure(feed);
  const share = changes.filter(({ frames }) => frames < 2).length / changes.length;
  console.error(
    `  ${feed.name}: ${presses.length} commands, ${changes.length} changes, ${((messages * 1000) / lasted).toFixed(0)} messages/s`,
  );
  row(`${feed.name}: from the key to the command on the wire`, presses, 'ms', 1);
  row(`${feed.name}: from the event to the button in the document`, changes.map((change) => change.document), 'ms', 1);
  row(`${feed.name}: frames until the button can be seen`, changes.map(({ frames }) => frames), '', 0);
  lines.push(`| ${feed.name}: seen in less than 2 frames | ${(share * 100).toFixed(1)} % | | |`);
}
console.log(lines.join('\n'));

// Measures a desk in Chromium against the embedded hub, and prints the report (with --json the bare figures).
//
// Both pages, Switchhook's own and the hand-written baseline, go through exactly the same steps in turn, several times
// over; what is compared is always from one run. Progress goes to standard error. `cargo xtask bench` sets the
// environment and reads the result. Nothing is measured by the hub: when a run is done is seen in the page itself, by
// the number that the last event of the run puts into the first queue's row.

import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';

import { startBrowser } from '../support/browser.mjs';
import { startHub } from '../support/servers.mjs';
import { report } from './report.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const TOOLS = process.env.SWITCHHOOK_TOOLS ?? join(HERE, '../../.tools');
const CENTRE = { agents: 1_000, queues: 50, callbacks: 500, seed: 7 };
const quick = process.argv.includes('--quick');
const only = process.argv.find((word) => word.startsWith('--only='))?.slice(7);
const rounds = quick ? 1 : 3;
const SHAPES = [
  { name: 'twenty', records: 20, total: quick ? 40_000 : 100_000 },
  { name: 'one', records: 1, total: quick ? 15_000 : 40_000 },
];
const HEAP_STEPS = quick ? [20_000, 100_000] : [100_000, 1_000_000];
const WARM_UP = quick ? 10_000 : 20_000;

const say = (text) => console.error(`  ${text}`);
const now = () => performance.timeOrigin + performance.now();

/** Runs in the page: says when a queue's row shows a number, and how regularly frames came until then. */
function watch({ queue, waiting }) {
  const gaps = [];
  const clicks = [];
  const clicked = (event) => clicks.push(performance.now() - event.timeStamp);
  addEventListener('pointerdown', clicked, { capture: true, passive: true });
  const row = document.querySelector(`[data-part="queue"][data-id="${queue}"]`);
  const wanted = String(waiting);
  const shows = () => [...row.querySelectorAll('span')].some((cell) => cell.textContent.startsWith(wanted));
  globalThis.finished = new Promise((resolve) => {
    let last = performance.now();
    const look = () => {
      const time = performance.now();
      gaps.push(time - last);
      last = time;
      if (shows()) {
        removeEventListener('pointerdown', clicked, { capture: true });
        resolve({ at: performance.timeOrigin + time, gaps, clicks });
      } else {
        requestAnimationFrame(look);
      }
    };
    requestAnimationFrame(look);
  });
}

/** Runs in the page before anything else: notes when the sign-in form and the first row appear. */
function noteMilestones() {
  const milestones = (globalThis.milestones = {});
  const visible = (part) => document.querySelector(`[data-part="${part}"]`)?.checkVisibility();
  const look = () => {
    if (milestones.form === undefined && visible('sign-in')) milestones.form = performance.now();
    if (visible('agent')) {
      milestones.row = performance.now();
      return;
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

class Measured {
  constructor(browser, hub, page, protocol, processes) {
    Object.assign(this, { browser, hub, page, protocol, processes });
  }

  /** Opens the desk of a hub in a browser of its own, with nothing cached. */
  static async open(site) {
    const hub = await startHub({ site, ...CENTRE, 'flood-wait': true });
    const browser = await startBrowser();
    const page = await browser.context.newPage();
    await page.addInitScript(noteMilestones);
    const protocol = await browser.context.newCDPSession(page);
    await protocol.send('Performance.enable', { timeDomain: 'threadTicks' });
    const processes = await browser.context.browser()?.newBrowserCDPSession();
    return new Measured(browser, hub, page, protocol, processes);
  }

  /** Loads the page, signs in, and waits until everything has been reported. */
  async signIn() {
    const loaded = [];
    const note = (response) => loaded.push(response.url());
    this.page.on('response', note);
    await this.page.goto(this.hub.url);
    const form = this.page.locator('[data-part="sign-in"]');
    await form.locator('[name="agent-id"]').fill('1001');
    await form.locator('[name="extension"]').fill('2001');
    const pressed = await this.page.evaluate(() => {
      const time = performance.now();
      document.querySelector('[data-command="sign-in"]').click();
      return time;
    });
    await this.page.locator('[data-part="agent"]').first().waitFor();
    const { form: shown, row } = await this.page.evaluate(() => globalThis.milestones);
    const paint = await this.page.evaluate(
      () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime,
    );
    this.page.off('response', note);
    await this.settle();
    return { loaded, paint, form: shown, row: shown + (row - pressed) };
  }

  /** Waits until the main thread has little left to do. */
  async settle() {
    for (let quiet = 0, before = await this.metrics(); quiet < 2; ) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      const after = await this.metrics();
      quiet = after.TaskDuration - before.TaskDuration < 0.1 ? quiet + 1 : 0;
      before = after;
    }
  }

  async metrics() {
    const { metrics } = await this.protocol.send('Performance.getMetrics');
    return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
  }

  /** CPU seconds of the page's process so far, all threads together. */
  async processTime() {
    const info = await this.processes?.send('SystemInfo.getProcessInfo');
    const times = (info?.processInfo ?? []).filter(({ type }) => type === 'renderer');
    return times.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
  }

  /** Has `total` events sent, `records` in each message, and waits until the page shows the last. */
  async flood(records, total, clicking = true) {
    const ask = (count) =>
      fetch(`${this.hub.url}/bench/flood?records=${records}&total=${count}`, { method: 'POST' });
    const before = await this.metrics();
    const processBefore = await this.processTime();
    const began = now();
    const answer = await ask(total);
    if (!answer.ok) throw new Error(await answer.text());
    await this.page.evaluate(watch, await answer.json());
    let over = false;
    const finished = this.page.evaluate(() => globalThis.finished).finally(() => (over = true));
    const clicks = (async () => {
      while (clicking && !over) {
        await this.page.mouse.click(3, 3);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    })();
    const { at, gaps, clicks: delays } = await finished;
    await clicks;
    const after = await this.metrics();
    const spent = (name) => ((after[name] - before[name]) * 100_000) / total;
    return {
      eventsPerSecond: (total * 1000) / (at - began),
      mainThread: spent('TaskDuration'),
      script: spent('ScriptDuration'),
      layout: spent('LayoutDuration'),
      style: spent('RecalcStyleDuration'),
      process: ((await this.processTime()) - processBefore) * (100_000 / total),
      frameGap: quantile(gaps, 0.95),
      frameGapMost: Math.max(...gaps),
      click: quantile(delays, 0.95),
    };
  }

  /** Bytes in use once the garbage is gone: JavaScript's heap and WebAssembly's memory. */
  async heap() {
    await this.protocol.send('HeapProfiler.collectGarbage');
    await this.protocol.send('HeapProfiler.collectGarbage');
    const { JSHeapUsedSize: script } = await this.metrics();
    const group = 'heap';
    const evaluate = async (expression) =>
      (await this.protocol.send('Runtime.evaluate', { expression, objectGroup: group })).result;
    const { objectId: prototypeObjectId } = await evaluate('WebAssembly.Memory.prototype');
    const { objects } = await this.protocol.send('Runtime.queryObjects', { prototypeObjectId, objectGroup: group });
    const { result } = await this.protocol.send('Runtime.callFunctionOn', {
      objectId: objects.objectId,
      functionDeclaration: 'function () { return this.reduce((sum, memory) => sum + memory.buffer.byteLength, 0); }',
      returnByValue: true,
    });
    await this.protocol.send('Runtime.releaseObjectGroup', { objectGroup: group });
    return { script, wasm: result.value };
  }

  async close() {
    await this.browser.stop();
    await this.hub.stop();
  }
}

function quantile(values, part) {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? null;
}

const median = (values) => quantile(values, 0.5);

/** The median of every figure of several measurements. */
function medians(measurements) {
  const names = Object.keys(measurements[0]);
  return Object.fromEntries(names.map((name) => [name, median(measurements.map((one) => one[name]))]));
}

/** What the page's files weigh: as they are, and compressed as a server would send them. */
async function weigh(site, addresses) {
  const size = { raw: 0, gzip: 0, brotli: 0 };
  const paths = new Set(addresses.map((address) => new URL(address).pathname));
  for (const path of paths) {
    const name = path === '/' ? '/index.html' : path;
    const bytes = await readFile(join(site, name)).catch(() => null);
    // What is no file of the site is data: the configuration, the token, the directory.
    if (bytes === null) continue;
    size.raw += bytes.length;
    size.gzip += gzipSync(bytes, { level: 9 }).length;
    size.brotli += brotliCompressSync(bytes).length;
  }
  return size;
}

/** The hand-written desk with Microsoft's client beside it, in a folder that can be served. */
async function baselineSite() {
  const folder = await mkdtemp(join(tmpdir(), 'switchhook-baseline-'));
  await cp(join(HERE, 'baseline'), folder, { recursive: true });
  const client = 'node_modules/@microsoft/signalr/dist/browser/signalr.min.js';
  await cp(join(TOOLS, client), join(folder, 'signalr.min.js'));
  return folder;
}

async function oneRound(site) {
  const desk = await Measured.open(site);
  try {
    const cold = await desk.signIn();
    const size = await weigh(site, cold.loaded);
    const warm = await desk.signIn();
    const shapes = {};
    for (const { name, records, total } of SHAPES) {
      await desk.flood(records, WARM_UP, false);
      shapes[name] = await desk.flood(records, total);
    }
    return { cold, warm, size, shapes };
  } finally {
    await desk.close();
  }
}

async function heapOverTime(site) {
  const desk = await Measured.open(site);
  try {
    await desk.signIn();
    const heaps = [];
    let sent = 0;
    for (const step of HEAP_STEPS) {
      await desk.flood(20, step - sent, false);
      sent = step;
      heaps.push({ events: step, ...(await desk.heap()) });
    }
    return heaps;
  } finally {
    await desk.close();
  }
}

const baseline = await baselineSite();
const pages = [
  { name: 'baseline', site: baseline },
  { name: 'switchhook', site: process.env.SWITCHHOOK_DIST },
].filter(({ name }) => !only || only === name);
const results = {};
try {
  const browser = await startBrowser();
  const version = browser.context.browser()?.version() ?? '';
  await browser.stop();
  for (const page of pages) page.rounds = [];
  for (let round = 1; round <= rounds; round += 1) {
    for (const page of pages) {
      const measured = await oneRound(page.site);
      page.rounds.push(measured);
      const { twenty, one } = measured.shapes;
      say(
        `${page.name}, round ${round}: ${twenty.eventsPerSecond.toFixed(0)} events/s at ${twenty.mainThread.toFixed(2)} CPU-s, one per message ${one.eventsPerSecond.toFixed(0)} at ${one.mainThread.toFixed(2)}`,
      );
    }
  }
  for (const page of pages) {
    const timing = (which) =>
      medians(page.rounds.map((round) => ({ paint: round[which].paint, form: round[which].form, row: round[which].row })));
    results[page.name] = {
      cold: timing('cold'),
      warm: timing('warm'),
      size: page.rounds[0].size,
      twenty: medians(page.rounds.map(({ shapes }) => shapes.twenty)),
      one: medians(page.rounds.map(({ shapes }) => shapes.one)),
      // Whether memory grows is asked of Switchhook alone: there is nothing in it to compare.
      heap: page.name === 'switchhook' ? await heapOverTime(page.site) : [],
    };
  }
  results.machine = {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memory: Math.round(totalmem() / 2 ** 30),
    browser: version,
    load: loadavg()[2],
    rounds,
  };
  console.log(process.argv.includes('--json') || only ? JSON.stringify(results) : report(results));
} finally {
  await rm(baseline, { recursive: true, force: true });
}

// What a frame costs in Chromium: our decoder beside the official client's protocol classes, on the same frames.
//
// Ours cuts the records, checks them and decodes them into typed events; theirs stops at JavaScript objects whose fields
// are not looked at. The frames hold the documented examples of the RTE events, written by the official classes. Both
// take turns; the least time of many rounds counts. Prints a table. `cargo xtask bench` builds the decoder and sets the
// environment.

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { startBrowser } from '../support/browser.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const packages = join(process.env.SWITCHHOOK_TOOLS, 'node_modules/@microsoft');
const decoder = process.env.SWITCHHOOK_DECODER;
const FILES = {
  '/signalr.js': join(packages, 'signalr/dist/browser/signalr.min.js'),
  '/msgpack.js': join(packages, 'signalr-protocol-msgpack/dist/browser/signalr-protocol-msgpack.min.js'),
  '/decode.js': join(decoder, 'decode.js'),
  '/decode_bg.wasm': join(decoder, 'decode_bg.wasm'),
};
const TYPES = { '.js': 'text/javascript', '.wasm': 'application/wasm' };
const PAGE = '<!doctype html><title>decode</title><script src="/signalr.js"></script><script src="/msgpack.js"></script>';

async function documentedEvents() {
  const text = await readFile(join(HERE, '../vocabulary/enreach_rte.json'), 'utf8');
  const events = JSON.parse(text).events.filter(({ example }) => example);
  return events.map(({ name, example }) => {
    const fields = Object.entries(typeof example === 'string' ? JSON.parse(example) : example);
    const data = Object.fromEntries(fields.map(([key, value]) => [key[0].toLowerCase() + key.slice(1), value]));
    return { subscription: { eventType: name, entityId: data.entityId }, data };
  });
}

/** The records of one recorded transcript of each vocabulary. */
async function transcripts() {
  const names = {
    'Enreach RTE': 'rte/shift',
    'Cisco CTI OS': 'ctios/conference',
    'Genesys T-Server': 'tserver/reservation',
    ccsevents: 'ccs/consult-transfer',
    'Sytel CallGem': 'callgem/consult-transfer',
  };
  return Promise.all(
    Object.entries(names).map(async ([name, file]) => {
      const text = await readFile(join(HERE, `../transcripts/${file}.jsonl`), 'utf8');
      const [, ...lines] = text.trim().split('\n');
      const records = lines.map((line) => {
        const { target, arguments: values } = JSON.parse(line);
        return `${JSON.stringify({ type: 1, target, arguments: values })}\u001e`;
      });
      return { name, records };
    }),
  );
}

/**
 * Runs in the page: nanoseconds per record of each transcript, told over and over to whoever has forgotten it; decoded
 * only, or applied to a model as well.
 */
async function measureVocabularies({ told, rounds, applies }) {
  const ours = await import('/decode.js');
  await ours.default();
  const own = new ours.Decoder('json');
  if (applies) own.apply();
  const least = told.map(() => Infinity);
  for (let round = 0; round < rounds; round += 1) {
    told.forEach(({ name, records }, place) => {
      const times = Math.ceil(4000 / records.length);
      let events = 0;
      const began = performance.now();
      for (let time = 0; time < times; time += 1) {
        own.forget();
        for (const record of records) events += own.text(record);
      }
      const passed = performance.now() - began;
      if (events < times) throw new Error(`${name}: ${events} events of ${times} transcripts`);
      least[place] = Math.min(least[place], (passed * 1e6) / (times * records.length));
    });
  }
  return least;
}

/** Runs in the page. */
async function measure({ events, rounds, perFrame }) {
  const ours = await import('/decode.js');
  await ours.default();
  const silent = { log() {} };
  const official = {
    json: new signalR.JsonHubProtocol(),
    messagepack: new signalR.protocols.msgpack.MessagePackHubProtocol(),
  };
  const message = (event) => ({ type: 1, target: 'MessageReceived', arguments: [event], streamIds: [] });
  const join = (frames) => {
    if (typeof frames[0] === 'string') return frames.join('');
    const bytes = new Uint8Array(frames.reduce((sum, frame) => sum + frame.byteLength, 0));
    let at = 0;
    for (const frame of frames) {
      bytes.set(new Uint8Array(frame), at);
      at += frame.byteLength;
    }
    return bytes.buffer;
  };
  const least = (run) => {
    let best = Infinity;
    for (let round = 0; round < rounds; round += 1) {
      const began = performance.now();
      run();
      best = Math.min(best, performance.now() - began);
    }
    return best;
  };
  const results = [];
  for (const [name, protocol] of Object.entries(official)) {
    const records = events.map((event) => protocol.writeMessage(message(event)));
    const many = Array.from({ length: 40 }, () => records).flat();
    const frames = [];
    for (let at = 0; at < many.length; at += perFrame) frames.push(join(many.slice(at, at + perFrame)));
    const bytes = frames.reduce((sum, frame) => sum + (frame.byteLength ?? new TextEncoder().encode(frame).length), 0);
    const own = new ours.Decoder(name);
    const take = name === 'json' ? (frame) => own.text(frame) : (frame) => own.bytes(new Uint8Array(frame));
    const decoded = frames.reduce((sum, frame) => sum + take(frame), 0);
    if (decoded < many.length) throw new Error(`${name}: ${decoded} events of ${many.length} records`);
    const perEvent = (time) => (time * 1e6) / many.length;
    const parsed = [];
    if (name === 'json') {
      const texts = many.map((record) => record.slice(0, -1));
      parsed.push(['JSON.parse alone', perEvent(least(() => texts.forEach((text) => JSON.parse(text))))]);
    }
    results.push({
      name,
      size: bytes / many.length,
      times: [
        ["the official protocol class, to objects", perEvent(least(() => frames.forEach((frame) => protocol.parseMessages(frame, silent))))],
        ...parsed,
        ['Switchhook, to typed events', perEvent(least(() => frames.forEach(take)))],
      ],
    });
  }
  return results;
}

const server = createServer(async (request, response) => {
  const file = FILES[request.url];
  response.setHeader('Content-Type', file ? TYPES[extname(file)] : 'text/html');
  response.end(file ? await readFile(file) : PAGE);
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const browser = await startBrowser();
try {
  const page = await browser.context.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  const events = await documentedEvents();
  const results = await page.evaluate(measure, { events, rounds: 40, perFrame: 20 });
  console.log('| 20 records in each frame, documented RTE events | ns per event | ratio |\n| --- | ---: | ---: |');
  for (const { name, size, times } of results) {
    console.log(`| **${name}**, ${size.toFixed(0)} bytes on average | | |`);
    const [[, first]] = times;
    for (const [what, time] of times) {
      console.log(`| ${what} | ${time.toFixed(0)} | ${(time / first).toFixed(2)} |`);
    }
  }
  const told = await transcripts();
  const decoded = await page.evaluate(measureVocabularies, { told, rounds: 40, applies: false });
  const applied = await page.evaluate(measureVocabularies, { told, rounds: 40, applies: true });
  const header = ['1 record in each frame, recorded transcripts', 'bytes', 'decode, ns', 'of the RTE', 'decode and apply, ns', 'of the RTE'];
  console.log(`\n| ${header.join(' | ')} |\n| --- | ---: | ---: | ---: | ---: | ---: |`);
  told.forEach(({ name, records }, place) => {
    const size = records.reduce((sum, record) => sum + new TextEncoder().encode(record).length, 0) / records.length;
    const cells = [decoded, applied].flatMap((times) => [times[place].toFixed(0), (times[place] / times[0]).toFixed(2)]);
    console.log(`| ${[name, size.toFixed(0), ...cells].join(' | ')} |`);
  });
} finally {
  await browser.stop();
  server.close();
}

// Takes a picture of every screen of the agent's desk, and writes the page that shows them: `cargo xtask screens`.
//
// Each screen in light and in dark; some in high contrast, in German, in Arabic, on a narrow window, and enlarged.
// What is seen comes from the embedded hub with a fixed seed. Pictures that nobody takes any more are removed.

import assert from 'node:assert/strict';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { startBrowser } from '../support/browser.mjs';
import { PROJECT } from '../support/packages.mjs';
import {
  AROUND_CALLS,
  IN_CALLS,
  IN_TROUBLE,
  SCREENS,
  WITHOUT_CALLS,
  paint,
  speak,
  walk,
} from '../support/screens.mjs';
import { PLACES, takePlaces } from './places.mjs';
import { withPalette } from './png.mjs';

const FOLDER = join(PROJECT, 'docs', 'screens');
const WIDE = { width: 1280, height: 800, deviceScaleFactor: 1 };
const NARROW = { width: 320, height: 800, deviceScaleFactor: 1 };
/** A window of 1280 pixels enlarged to 200 %. */
const ENLARGED = { width: 640, height: 400, deviceScaleFactor: 2 };

const every = () => true;
const among = (...screens) => (screen) => screens.includes(screen);
/** The ways to look, each with the screens that are looked at so. */
const LOOKS = [
  { name: 'light', of: every },
  { name: 'dark', theme: 'dark', of: every },
  { name: 'high-contrast', theme: 'high-contrast', of: among('desk', 'ringing', 'call', 'wrap-up') },
  { name: 'light-de', language: 'de', of: among('call', 'transfer', 'consult', 'wrap-up') },
  { name: 'light-ar', language: 'ar', of: among('sign-in', 'state-menu', 'call', 'refused-command') },
  { name: 'dark-ar', theme: 'dark', language: 'ar', of: among('consult') },
  { name: 'light-320', size: NARROW, of: among('sign-in', 'ringing', 'call', 'transfer', 'wrap-up') },
  { name: 'light-ar-320', language: 'ar', size: NARROW, of: among('call') },
  { name: 'light-200-percent', size: ENLARGED, of: among('ringing', 'call') },
];

/** How a look is called on the page that shows it. */
const CALLED = {
  light: 'light',
  dark: 'dark',
  'high-contrast': 'high contrast',
  'light-de': 'German',
  'light-ar': 'Arabic',
  'dark-ar': 'Arabic, dark',
  'light-320': '320 pixels wide',
  'light-ar-320': 'Arabic, 320 pixels wide',
  'light-200-percent': 'enlarged to 200 %',
};

const taken = new Map();

/** Gives the page a size and a density without loading it anew. */
async function resize(session, size) {
  await session.send('Emulation.setDeviceMetricsOverride', { ...size, mobile: false });
}

async function take(desk, screen) {
  const session = await desk.page.context().newCDPSession(desk.page);
  const names = [];
  for (const { name, theme = 'light', language = 'en', size = WIDE, of } of LOOKS) {
    if (!of(screen)) {
      continue;
    }
    await speak(desk, language);
    await paint(desk, theme);
    await resize(session, size);
    await desk.page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
    const { data } = await session.send('Page.captureScreenshot', { format: 'png' });
    await writeFile(join(FOLDER, `${screen}-${name}.png`), withPalette(Buffer.from(data, 'base64')));
    names.push(name);
  }
  await resize(session, WIDE);
  await session.detach();
  taken.set(screen, names);
  console.log(`  ${screen}: ${names.map((name) => CALLED[name]).join(', ')}`);
}

function index() {
  const lines = [
    '# The screens of the agent’s desk',
    '',
    'Taken by `cargo xtask screens`, which also writes this page. Each screen is here in light and in dark, some in high',
    'contrast, in German, in Arabic, on a narrow window, and enlarged; the tests look for barriers on each of them in',
    'every theme and every language.',
  ];
  for (const [screen, caption] of Object.entries(SCREENS)) {
    const title = screen[0].toUpperCase() + screen.slice(1).replaceAll('-', ' ');
    const [first, second, ...more] = taken.get(screen).map((name) => [`${screen}-${name}.png`, CALLED[name]]);
    lines.push('', `## ${title}`, '', caption, '');
    lines.push(...[first, second].map(([file, look]) => `![${title}, ${look}](${file})`));
    if (more.length > 0) {
      lines.push('', `Also ${more.map(([file, look]) => `[${look}](${file})`).join(' · ')}.`);
    }
  }
  lines.push('', '## In other places');
  for (const [file, caption] of Object.entries(PLACES)) {
    lines.push('', caption, '', `![${caption}](${file})`);
  }
  return `${lines.join('\n')}\n`;
}

await mkdir(FOLDER, { recursive: true });
const browser = await startBrowser({ viewport: { width: WIDE.width, height: WIDE.height } });
try {
  for (const [name, journey] of Object.entries({ ...WITHOUT_CALLS, ...AROUND_CALLS, ...IN_CALLS, ...IN_TROUBLE })) {
    await walk(browser, name, journey, take);
  }
} finally {
  await browser.stop();
}
await takePlaces(FOLDER);
assert.deepEqual([...taken.keys()].sort(), Object.keys(SCREENS).sort(), 'every screen was reached');
await writeFile(join(FOLDER, 'README.md'), index());

const wanted = new Set([...taken].flatMap(([screen, names]) => names.map((name) => `${screen}-${name}.png`)));
for (const file of Object.keys(PLACES)) {
  wanted.add(file);
}
for (const file of await readdir(FOLDER)) {
  if (file.endsWith('.png') && !wanted.has(file)) {
    await rm(join(FOLDER, file));
  }
}
console.log(`docs/screens has ${wanted.size} pictures.`);

// Chromium for the end-to-end tests, and the desk seen as a person sees it.
//
// Tests find things by the page's documented hooks, never by its wording or its looks: `data-part` for parts of the
// screen, `data-command` for buttons, `data-id` for rows. Every page is watched for what must never happen: an error in
// the script, a failed request, a breach of the Content-Security-Policy. When a test fails, a picture and the console
// of every open page are kept.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { accessSync, constants } from 'node:fs';

import { axeSource, playwright, PROJECT } from './packages.mjs';

// No request leaves the machine, and no part of the system is needed that a server in a rack does not have.
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The browser from the environment, or else the first on the search path. */
function executable() {
  if (process.env.SWITCHHOOK_CHROMIUM) {
    return process.env.SWITCHHOOK_CHROMIUM;
  }
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']) {
      const path = join(folder, name);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Not this one.
      }
    }
  }
  throw new Error('There is no Chromium on the search path. `cargo xtask setup` installs it where it can.');
}

/**
 * Starts Chromium with a profile of its own; `stop` ends it and removes the profile. `settings` are what a person has
 * chosen in the browser's own settings, as Chromium keeps them.
 */
export async function startBrowser({ settings, ...options } = {}) {
  const profile = await mkdtemp(join(tmpdir(), 'switchhook-browser-'));
  if (settings) {
    await mkdir(join(profile, 'Default'));
    await writeFile(join(profile, 'Default', 'Preferences'), JSON.stringify(settings));
  }
  const context = await playwright.chromium.launchPersistentContext(profile, {
    executablePath: executable(),
    headless: true,
    args: FLAGS,
    viewport: { width: 1440, height: 900 },
    locale: 'en-GB',
    timezoneId: 'Europe/Helsinki',
    reducedMotion: 'reduce',
    ...options,
  });
  return {
    context,
    stop: async () => {
      await context.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/**
 * Opens the desk at `url`. `config` replaces the site's config.json; `tolerate` lists patterns of errors that the
 * scenario brings about on purpose; `prepare` gets the page before it loads anything.
 */
export async function openDesk(browser, url, { tolerate = [], config, prepare } = {}) {
  const page = await browser.context.newPage();
  const desk = new Desk(page, tolerate);
  await page.addInitScript(() =>
    document.addEventListener('securitypolicyviolation', (breach) =>
      console.error(`Content-Security-Policy: ${breach.violatedDirective} forbids ${breach.blockedURI}`),
    ),
  );
  if (config) {
    await page.route('**/config.json', (route) => route.fulfill({ json: config }));
  }
  await prepare?.(page);
  await page.goto(url);
  return desk;
}

/** Has the page start in a language, as if it had been chosen there before. */
export const inLanguage = (language) => (page) =>
  page.addInitScript((chosen) => localStorage.setItem('switchhook-language', chosen), language);

/**
 * Asks again and again until `check` does not throw any more: for what a person would see after a moment, where no
 * single element can be waited for. Fails with what `check` last complained of.
 */
export async function eventually(check, limit = 10_000) {
  const end = Date.now() + limit;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
  }
}

/**
 * Runs a scenario on a freshly opened desk and closes it. When the scenario fails, or an error that it did not expect
 * happened on the page, a picture of the page and what its console said are kept.
 */
export async function onDesk(browser, url, name, scenario, options) {
  const desk = await openDesk(browser, url, options);
  try {
    await scenario(desk);
    desk.assertNothingWentWrong();
  } catch (error) {
    error.message += `\nEvidence: ${await desk.keepEvidence(name)}`;
    throw error;
  } finally {
    await desk.page.close();
  }
}

/** Fails with a list of barriers if there are any. */
export function assertNoBarriers(found) {
  if (found.length > 0) {
    throw new Error(`${found.length} accessibility violations:\n  ${found.join('\n  ')}`);
  }
}

/** Runs in the page: what axe finds there. There are no frames to look into, and what is right is not listed. */
async function lookForBarriers({ within, rules }) {
  const { violations } = await axe.run(within ?? document, {
    ...(rules && { runOnly: { type: 'rule', values: rules } }),
    resultTypes: ['violations'],
    iframes: false,
    preload: false,
  });
  return violations;
}

export class Desk {
  constructor(page, tolerate = []) {
    this.page = page;
    this.console = [];
    this.wrong = [];
    const note = (text) => {
      this.console.push(text);
      return text;
    };
    const blame = (text) => {
      if (!tolerate.some((pattern) => pattern.test(text))) {
        this.wrong.push(text);
      }
    };
    page.on('console', (message) => {
      const text = note(`${message.type()}: ${message.text()}`);
      if (message.type() === 'error') {
        blame(text);
      }
    });
    page.on('pageerror', (error) => blame(note(`uncaught: ${error.stack ?? error}`)));
    page.on('requestfailed', (request) =>
      note(`request failed: ${request.url()} ${request.failure()?.errorText ?? ''}`),
    );
  }

  /** A part of the screen. */
  part(name) {
    return this.page.locator(`[data-part="${name}"]`);
  }

  /** A button, by the command that it gives, on the whole page or inside a part or row. */
  command(name, within = this.page) {
    return within.locator(`[data-command="${name}"]`);
  }

  /** The row of an agent, a queue, a callback or a call. */
  row(id, within = this.page) {
    return within.locator(`[data-id="${id}"]`);
  }

  /** Fills in the sign-in and sends it. */
  async askToSignIn({ agent = '1001', extension = '4001' } = {}) {
    const form = this.part('sign-in');
    await form.locator('[name="agent-id"]').fill(agent);
    if (extension) {
      await form.locator('[name="extension"]').fill(extension);
    }
    await this.command('sign-in', form).click();
  }

  /** Signs in and waits for the desk. */
  async signIn(who) {
    await this.askToSignIn(who);
    await this.part('sign-in').waitFor({ state: 'hidden' });
  }

  /** Signs in and waits until the agent can work: everything is confirmed and the telephony server knows the agent. */
  async startShift(who) {
    await this.signIn(who);
    await this.link('live');
    await this.ownState('not-ready');
  }

  /** Becomes ready and waits for a call to ring: the simulated centre sends one within seconds. Returns its card. */
  async awaitCall() {
    await this.choose('ready');
    await this.call('alerting').waitFor({ timeout: 20_000 });
    return this.part('call');
  }

  /** Waits until the connection's light shows this. */
  async link(state, limit = 10_000) {
    await this.page.locator(`[data-part="connection"][data-link="${state}"]`).waitFor({ timeout: limit });
  }

  /** Waits until the own state is this. */
  async ownState(state, limit = 10_000) {
    await this.page.locator(`[data-part="state"][data-state="${state}"]`).waitFor({ timeout: limit });
  }

  /** Waits until wrap-up is over. Where callers wait, the next call may come before anybody has seen Ready. */
  async wrapUpOver(limit = 10_000) {
    await this.page.locator('[data-part="state"]:not([data-state="wrap-up"])').waitFor({ timeout: limit });
  }

  /** The card of the call that is at this stage. */
  call(stage) {
    return this.page.locator(`[data-part="call"][data-stage="${stage}"]`);
  }

  /** Opens the menu of states and picks a command from it, with a reason where one is given. */
  async choose(command, reason) {
    await this.command('state-menu').click();
    const menu = this.part('state-menu');
    const wanted = reason === undefined ? ':not([data-reason])' : `[data-reason="${reason}"]`;
    await menu.locator(`[data-command="${command}"]${wanted}:not([aria-disabled])`).click();
  }

  /** Waits until exactly these commands can be given inside a part or row, in the order on the screen. */
  async expectEnabled(within, commands) {
    await eventually(async () => assert.deepEqual(await this.enabledCommands(within), commands));
  }

  /** The commands that can be seen and given now, inside a part or row, in the order on the screen. */
  enabledCommands(within = this.page) {
    return within.locator('[data-command]').evaluateAll((buttons) =>
      buttons
        .filter((button) => button.checkVisibility())
        .filter((button) => !button.disabled && button.getAttribute('aria-disabled') !== 'true')
        .map((button) => button.dataset.command),
    );
  }

  /** Checks the page for barriers in light and in dark, and fails with a list that names rule and place. */
  async checkAccessibility({ within } = {}) {
    const found = [];
    for (const colorScheme of ['light', 'dark']) {
      await this.page.emulateMedia({ colorScheme });
      const barriers = await this.barriers({ within, onlyColours: colorScheme === 'dark' });
      found.push(...barriers.map((barrier) => `${colorScheme}: ${barrier}`));
    }
    await this.page.emulateMedia({ colorScheme: null });
    assertNoBarriers(found);
  }

  /** The page's barriers as it is now, each with its rule and place; `onlyColours` where nothing else can differ. */
  async barriers({ within, onlyColours = false } = {}) {
    if (!(await this.page.evaluate(() => 'axe' in globalThis))) {
      await this.page.evaluate(axeSource);
    }
    const rules = onlyColours ? ['color-contrast', 'link-in-text-block'] : null;
    const violations = await this.page.evaluate(lookForBarriers, { within, rules });
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map((node) => `${id} (${help})\n    ${node.target.join(' ')}\n    ${node.failureSummary}`),
    );
  }

  /** Fails if the page reported an error that was not expected. */
  assertNothingWentWrong() {
    if (this.wrong.length > 0) {
      throw new Error(`The page reported errors:\n  ${this.wrong.join('\n  ')}`);
    }
  }

  /** Keeps a picture of the page and what its console said; returns where. */
  async keepEvidence(name) {
    const folder = process.env.SWITCHHOOK_FAILURES ?? join(PROJECT, 'target', 'e2e');
    const path = join(folder, name.toLowerCase().replace(/[^a-z0-9]+/g, '-'));
    try {
      await mkdir(folder, { recursive: true });
      await writeFile(`${path}.log`, `${this.page.url()}\n${this.console.join('\n')}\n`);
      await this.page.screenshot({ path: `${path}.png`, fullPage: true });
    } catch (error) {
      return `could not be kept (${error.message})`;
    }
    return `${path}.png`;
  }
}

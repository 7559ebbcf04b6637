// The npm packages that the tests use. They lie in .tools/, beside the project's other tools, and not beside the tests,
// so they are looked up from there.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const tools = process.env.SWITCHHOOK_TOOLS ?? join(PROJECT, '.tools');
const load = createRequire(join(tools, 'package.json'));

export const signalR = load('@microsoft/signalr');
export const { MessagePackHubProtocol } = load('@microsoft/signalr-protocol-msgpack');
export const playwright = load('playwright-core');
/** The program that looks for barriers, as it runs inside a page. */
export const { source: axeSource } = createRequire(load.resolve('@axe-core/playwright'))('axe-core');

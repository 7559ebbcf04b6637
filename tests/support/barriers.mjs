// No barriers on a screen, in every theme and in every language.

import { after, before, describe, test } from 'node:test';

import { assertNoBarriers, startBrowser } from './browser.mjs';
import { THEMES, paint, speak, walk } from './screens.mjs';

const LANGUAGES = ['en', 'de', 'ar'];
/** High contrast has two looks, as bright as the system wants them. */
const LOOKS = THEMES.flatMap((theme) =>
  theme === 'high-contrast' ? ['light', 'dark'].map((system) => [theme, system]) : [[theme, theme]],
);

/** Looks for barriers on the screen: by all rules in each language, by those of colours in each theme. */
async function assertBarrierFree(desk, screen) {
  const found = [];
  for (const language of LANGUAGES) {
    await speak(desk, language);
    for (const [theme, colorScheme] of LOOKS) {
      await desk.page.emulateMedia({ colorScheme });
      await paint(desk, theme);
      const barriers = await desk.barriers({ onlyColours: theme !== 'light' });
      found.push(...barriers.map((barrier) => `${screen}, ${language}, ${theme} (${colorScheme}): ${barrier}`));
    }
  }
  await desk.page.emulateMedia({ colorScheme: null });
  assertNoBarriers(found);
}

/** The tests of these journeys. */
export const testBarriers = (journeys) =>
  describe('no accessibility barriers', () => {
    let browser;

    before(async () => {
      browser = await startBrowser();
    });
    after(() => browser?.stop());

    for (const [name, journey] of Object.entries(journeys)) {
      test(name, () => walk(browser, name, journey, assertBarrierFree));
    }
  });

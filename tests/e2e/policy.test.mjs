// The policy that the page runs under: it is in force, and the page needs nothing that it forbids.
//
// Every other test of the page watches for breaches as well: the hub sends the same policy to all of them.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { onDesk, startBrowser } from '../support/browser.mjs';
import { startHub } from '../support/servers.mjs';

const SITE = process.env.SWITCHHOOK_DIST;
const CENTRE = { site: SITE, agents: 8, queues: 2, callbacks: 2, seed: 5, rate: 0 };

describe('the policy', () => {
  let browser;
  let hub;

  before(async () => {
    [browser, hub] = await Promise.all([startBrowser(), startHub(CENTRE)]);
  });
  after(() => Promise.all([browser?.stop(), hub?.stop()]));

  test('nothing in the page is made by parsing markup, and nothing is inline', () => {
    const files = (ending) => readdirSync(SITE).filter((name) => name.endsWith(ending));
    const scripts = files('.js');
    assert.ok(scripts.length >= 2, `${scripts}`);
    for (const name of scripts) {
      const script = readFileSync(join(SITE, name), 'utf8');
      const sinks = /insertAdjacentHTML|createContextualFragment|document\.write|DOMParser|setHTMLUnsafe|srcdoc/;
      assert.doesNotMatch(script, sinks, name);
      assert.doesNotMatch(script, /\beval\(|new Function\(/, name);
    }
    // The framework would make an element without changeable parts from a text in the program.
    for (const name of files('.wasm')) {
      const program = readFileSync(join(SITE, name), 'latin1');
      assert.doesNotMatch(program, /[ -~]{4}<\/[a-z][a-z0-9]*>/, name);
    }
    const page = readFileSync(join(SITE, 'index.html'), 'utf8');
    assert.doesNotMatch(page, /<script(?![^>]*\ssrc=)[^>]*>|<style|\sstyle=|\son\w+=|javascript:/i);
  });

  test('it is in force: markup, code, inline parts, other hosts and frames are refused', () =>
    onDesk(
      browser,
      hub.url,
      'policy',
      async (desk) => {
        await desk.part('sign-in').waitFor();
        const tried = await desk.page.evaluate(async () => {
          const refused = (act) => {
            try {
              act();
              return false;
            } catch {
              return true;
            }
          };
          // What the browser's tools run themselves is exempt, until its first pause.
          await new Promise((resolve) => setTimeout(resolve));
          const breaches = [];
          document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => breaches.push(effectiveDirective));
          const place = document.createElement('div');
          const markup = refused(() => (place.innerHTML = '<b>x</b>'));
          const worker = refused(() => new Worker('./boot.js'));
          const policy = refused(() => trustedTypes.createPolicy('another', {}));
          const code = refused(() => (0, eval)('1'));
          const handler = refused(() => place.setAttribute('onclick', '1'));
          document.body.append(place);
          place.setAttribute('style', 'color: red');
          const image = new Image();
          image.src = 'data:image/gif;base64,R0lGODlhAQABAAAAACw=';
          const frame = document.createElement('iframe');
          frame.src = 'http://127.0.0.2:9/';
          place.append(frame);
          const fetched = await fetch('http://127.0.0.2:9/').then(() => true, () => false);
          await new Promise((resolve) => setTimeout(resolve, 200));
          return { markup, worker, policy, code, handler, fetched, breaches };
        });
        assert.deepEqual(
          { ...tried, breaches: undefined },
          { markup: true, worker: true, policy: true, code: true, handler: true, fetched: false, breaches: undefined },
        );
        for (const directive of ['style-src-attr', 'img-src', 'frame-src', 'connect-src', 'require-trusted-types-for', 'trusted-types']) {
          assert.ok(tried.breaches.includes(directive), `${directive} in ${tried.breaches}`);
        }
      },
      { tolerate: [/.*/] },
    ));

  test('no cookie is set, and what the browser keeps is no secret', () =>
    onDesk(browser, hub.url, 'policy keeps', async (desk) => {
      await desk.startShift();
      const kept = await desk.page.evaluate(() => ({
        cookie: document.cookie,
        keys: [...Object.keys(localStorage), ...Object.keys(sessionStorage)].sort(),
        texts: JSON.stringify([{ ...localStorage }, { ...sessionStorage }]),
      }));
      assert.equal(kept.cookie, '');
      assert.deepEqual(await desk.page.context().cookies(), []);
      assert.ok(kept.keys.every((key) => key.startsWith('switchhook-')), `${kept.keys}`);
      // A JSON Web Token begins like that.
      assert.doesNotMatch(kept.texts, /eyJ|[Bb]earer|[Pp]assword/);
    }));
});

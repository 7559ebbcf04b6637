// A portal with nothing but a frame: it speaks `ccd/1` by hand, so that tests see every message as it was posted.
//
// It has another origin than the hub. On `localhost` it is another site as well, and the browser then gives the frame
// no storage and no locks; on `127.0.0.1` it is not. Its own policy is as strict as a portal's can be.

import { listen } from './files.mjs';

const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Portal</title>
<link rel="icon" href="data:,"><script src="portal.js" defer></script></head><body><main></main></body></html>`;

/** Runs in the portal's page. */
function portal() {
  const heard = [];
  const strangers = [];
  let port = null;
  let next = 0;
  let said = null;
  let over = false;
  const frame = document.createElement('iframe');
  frame.title = 'Desk';
  frame.width = '1200';
  frame.height = '800';
  frame.allow = 'autoplay';
  const desk = new URL(new URLSearchParams(location.search).get('desk'));
  addEventListener('message', (event) => {
    if (event.origin !== desk.origin || event.source !== frame.contentWindow) {
      strangers.push({ origin: event.origin, data: event.data });
      return;
    }
    if (event.data === 'over') {
      over = true;
      return;
    }
    heard.push({ through: 'window', ...event.data });
    if (event.data.type === 'hello') {
      said = event.data.nonce;
    }
  });
  globalThis.bare = {
    heard,
    strangers,
    frame,
    nonce: () => said,
    /** Answers the last hello; `more` goes into init. */
    join(more = {}) {
      const channel = new MessageChannel();
      port = channel.port1;
      port.onmessage = ({ data }) => heard.push({ through: 'port', ...data });
      frame.contentWindow.postMessage({ ccd: 1, type: 'init', nonce: said, ...more }, desk.origin, [channel.port2]);
    },
    /** Posts anything through the port. */
    post: (message) => port.postMessage(message),
    /** Posts anything to the frame's window. */
    toWindow: (message, transfer = []) => frame.contentWindow.postMessage(message, '*', transfer),
    /** Asks, and waits for the answer. */
    ask(type, data, deadline = 20_000) {
      const id = ++next;
      port.postMessage({ ccd: 1, type, id, data });
      return bare.until((message) => message.re === id, deadline);
    },
    /** The first message that `wanted` is true of, now or later. */
    async until(wanted, deadline = 20_000) {
      const end = performance.now() + deadline;
      for (;;) {
        const found = heard.find(wanted);
        if (found) return found;
        if (performance.now() > end) {
          throw new Error(`Not heard: ${wanted}\n${heard.map((message) => JSON.stringify(message)).join('\n')}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    /** Waits for `over`, which a test has the frame post when all else should have come. */
    async settled() {
      while (!over) await new Promise((resolve) => setTimeout(resolve, 20));
    },
    closePort: () => port.close(),
  };
  frame.src = desk.href;
  document.querySelector('main').append(frame);
}

/** Serves the portal; `embed` is the origin that it may show. */
export async function startPortal(host = 'localhost') {
  let desk = null;
  const server = await listen((request, response) => {
    const policy = [
      "default-src 'none'",
      "script-src 'self'",
      'img-src data:',
      `frame-src ${desk ?? "'none'"}`,
      "base-uri 'none'",
      "form-action 'none'",
      "require-trusted-types-for 'script'",
    ];
    response.setHeader('Content-Security-Policy', policy.join('; '));
    if (new URL(request.url, 'http://portal').pathname === '/portal.js') {
      response.setHeader('Content-Type', 'text/javascript');
      response.end(`(${portal})();`);
    } else {
      response.setHeader('Content-Type', 'text/html; charset=utf-8');
      response.end(PAGE);
    }
  }, host);
  return {
    ...server,
    /** The portal's address, showing this desk. */
    showing(url) {
      desk = new URL(url).origin;
      return `${server.origin}/?desk=${encodeURIComponent(url)}`;
    },
  };
}

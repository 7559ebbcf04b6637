// <switchhook-desk>: the portal's side of ccd/1, as a script or a module. MIT OR Apache-2.0
(() => {
  const NAME = 'switchhook-desk';
  if (customElements.get(NAME)) return;

  class DeskError extends Error {
    name = 'DeskError';
    constructor(error) {
      super(error.message || error.code);
      this.code = error.code;
      this.failureCode = error.failureCode;
    }
  }

  // No style attributes: a strict style-src forbids them.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(
    ':host{display:block;position:relative;min-block-size:64px}:host([hidden]){display:none}' +
      'iframe{position:absolute;inset:0;inline-size:100%;block-size:100%;border:0}',
  );
  const DEADLINE = 5_000;
  const SILENCE = 30_000;
  // Attributes, and what they are called in `init`.
  const LOOKS = { theme: 'theme', lang: 'locale', layout: 'layout' };
  // Requests, and what their first argument is called.
  const REQUESTS = {
    dial: 'number',
    callAction: 'action',
    setAgentState: 'state',
    openView: 'view',
    getSnapshot: 0,
    exportDiagnostics: 0,
  };
  const size = (pixels) => Math.min(Math.max(Math.ceil(Number(pixels)) || 0, 0), 2_000);

  customElements.define(
    NAME,
    class extends HTMLElement {
      static observedAttributes = ['src', ...Object.keys(LOOKS)];
      static DeskError = DeskError;

      tokenProvider = null;

      #frame;
      #origin;
      #nonce;
      #port;
      #silent;
      #isReady = false;
      #waiting = new Map();
      #topics = new Set();
      #last = 0;
      #room = new CSSStyleSheet();

      constructor() {
        super();
        this.attachShadow({ mode: 'open' }).adoptedStyleSheets = [sheet, this.#room];
      }

      connectedCallback() {
        this.#open();
      }

      // moveBefore(): the frame goes on.
      connectedMoveCallback() {}

      disconnectedCallback() {
        this.#close();
      }

      attributeChangedCallback(name, before, now) {
        if (before === now || !this.isConnected) return;
        if (name === 'src') {
          this.#close();
          this.#open();
        } else if (this.#isReady && now) {
          const type = LOOKS[name].replace(/./, (letter) => `set${letter.toUpperCase()}`);
          this.#ask(type, { [name]: now }).catch((error) => this.#fail(error.code, error.message));
        }
      }

      ready = null;

      static {
        for (const [type, member] of Object.entries(REQUESTS)) {
          this.prototype[type] = function (value, options) {
            return this.#ask(type, member ? { [member]: value, ...options } : value);
          };
        }
      }
      renewToken(token) {
        return this.#ask('token', { token });
      }
      subscribe(topics) {
        for (const topic of topics) this.#topics.add(topic);
        return this.#ask('subscribe', { topics });
      }
      unsubscribe(topics) {
        for (const topic of topics) this.#topics.delete(topic);
        return this.#ask('unsubscribe', { topics });
      }
      async dispose() {
        if (this.#isReady) await this.#ask('dispose').catch(() => {});
        this.#close();
      }

      #open() {
        if (!this.hasAttribute('src')) return;
        let address;
        try {
          address = new URL(this.getAttribute('src'), document.baseURI);
        } catch {}
        if (!/^https?:$/.test(address?.protocol)) {
          return this.#fail('malformed', 'src is no address of a desk.');
        }
        this.#origin = address.origin;
        addEventListener('message', this.#hear);
        this.#frame = document.createElement('iframe');
        this.#frame.allow = 'autoplay; clipboard-write';
        this.#frame.title = this.title || 'Switchhook';
        this.#frame.src = address.href;
        this.shadowRoot.append(this.#frame);
        this.#silent = setTimeout(() => {
          this.#fail('notReady', `${this.#origin} is silent. Does its config.json allow ${location.origin}?`);
        }, SILENCE);
      }

      #close() {
        removeEventListener('message', this.#hear);
        this.#hangUp(true);
        this.#frame?.remove();
        this.#frame = this.#nonce = undefined;
      }

      // What was not sent yet may wait for the next conversation.
      #hangUp(all) {
        clearTimeout(this.#silent);
        this.#port?.close();
        this.#port = undefined;
        this.#isReady = false;
        this.ready = null;
        this.#room.replaceSync('');
        for (const [id, { sent }] of this.#waiting) if (sent || all) this.#settle(id, { code: 'disposed' });
      }

      #hear = ({ data, origin, source }) => {
        if (source !== this.#frame?.contentWindow || origin !== this.#origin) return;
        if (data?.ccd !== 1 || data.type !== 'hello' || typeof data.nonce !== 'string' || data.nonce === this.#nonce) return;
        // Another nonce: the frame was loaded anew.
        this.#hangUp();
        this.#nonce = data.nonce;
        const { port1, port2 } = new MessageChannel();
        this.#port = port1;
        port1.onmessage = (event) => this.#receive(event.data);
        const init = { ccd: 1, type: 'init', nonce: data.nonce };
        for (const name in LOOKS) {
          if (this.getAttribute(name)) init[LOOKS[name]] = this.getAttribute(name);
        }
        if (this.#topics.size) init.subscribe = [...this.#topics];
        source.postMessage(init, this.#origin, [port2]);
      };

      #receive(message) {
        if (message?.ccd !== 1) return;
        const { re, type, data } = message;
        if (re !== undefined) return this.#settle(re, message.ok ? null : message.error ?? {}, data);
        if (typeof type !== 'string' || !/^[a-z]{1,40}$/i.test(type)) return;
        if (type === 'ready') {
          clearTimeout(this.#silent);
          this.#isReady = true;
          this.ready = data;
          for (const asked of this.#waiting.values()) this.#send(asked);
        } else if (type === 'tokenRequired') {
          this.#fetchToken(data?.reason);
        } else if (type === 'resize') {
          this.#room.replaceSync(
            data?.overlay
              ? `iframe{inset-block-end:auto;min-inline-size:${size(data.width)}px;block-size:${size(data.height)}px;z-index:2147483647}`
              : '',
          );
        }
        this.#tell(type, data);
      }

      async #fetchToken(reason) {
        try {
          if (this.tokenProvider) await this.renewToken(await this.tokenProvider(reason));
        } catch (error) {
          this.#fail(error?.code ?? 'noToken', String(error?.message ?? error));
        }
      }

      #fail(code, message) {
        this.#tell('error', { code, message });
      }

      #tell(type, data) {
        const name = type.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
        for (const [event, detail] of [[name, data], ['message', { type, data }]]) {
          this.dispatchEvent(new CustomEvent(event, { detail, bubbles: true, composed: true }));
        }
      }

      // Every promise settles: a second after the desk's own deadline at the latest.
      #ask(type, data) {
        return new Promise((resolve, reject) => {
          if (!this.#frame) throw new DeskError({ code: 'disposed' });
          const id = ++this.#last;
          const limit = Number(data?.deadlineMs) || DEADLINE;
          const timer = setTimeout(() => this.#settle(id, { code: this.#isReady ? 'timeout' : 'notReady' }), limit + 1_000);
          const asked = { resolve, reject, timer, message: { ccd: 1, id, type, data } };
          this.#waiting.set(id, asked);
          if (this.#isReady) this.#send(asked);
        });
      }

      #send(asked) {
        if (asked.sent) return;
        asked.sent = true;
        try {
          this.#port.postMessage(asked.message);
        } catch (error) {
          this.#settle(asked.message.id, { code: 'malformed', message: error.message });
        }
      }

      #settle(id, error, data) {
        const asked = this.#waiting.get(id);
        if (!asked) return;
        this.#waiting.delete(id);
        clearTimeout(asked.timer);
        if (error) asked.reject(new DeskError(error));
        else asked.resolve(data);
      }
    },
  );
})();

// The wire between page and hub, in a test's hands: what the hub says can be held back, and records can be slipped in.
// Who only wants to hear it takes an `Ear`, which leaves the page as it is.

const SEPARATOR = '\x1e';

/** Stands between the page and its hub. Hand `prepare` to `onDesk`. */
export class Wire {
  /** The records that the hub has sent, as objects. */
  heard = [];
  /** The records that the page has sent, as objects. */
  said = [];
  /** Whether what the page says is kept from the hub. */
  swallows = false;
  /** How many sockets the page has opened. */
  opened = 0;
  #held = null;
  #toPage = null;
  #toHub = null;

  prepare = (page) =>
    page.routeWebSocket(/\/rte(\?|$)/, (toPage) => {
      const toHub = toPage.connectToServer();
      this.opened += 1;
      this.#toPage = toPage;
      this.#toHub = toHub;
      toPage.onMessage((message) => {
        this.said.push(...String(message).split(SEPARATOR).filter(Boolean).map(JSON.parse));
        if (!this.swallows) {
          toHub.send(message);
        }
      });
      toHub.onMessage((message) => {
        this.heard.push(...String(message).split(SEPARATOR).filter(Boolean).map(JSON.parse));
        if (this.#held) {
          this.#held.push(message);
        } else {
          toPage.send(message);
        }
      });
    });

  /** Holds back everything that the hub says from now on. */
  hold() {
    this.#held = [];
  }

  /** Passes on what was held back. */
  release() {
    const held = this.#held ?? [];
    this.#held = null;
    held.forEach((message) => this.#toPage.send(message));
  }

  /** Sends text or bytes to the page as one WebSocket message, as it is. */
  send(message) {
    this.#toPage.send(message);
  }

  /** Sends records to the page in one WebSocket message; objects become JSON. */
  slip(...records) {
    this.send(records.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)) + SEPARATOR).join(''));
  }

  /** Ends the connection as a network does: both ends lose it. */
  async cut() {
    await Promise.all([this.#toPage.close({ code: 1001 }), this.#toHub.close({ code: 1001 })]);
  }

  /** The last message of this type that the hub has sent about this entity, or about any. */
  last(eventType, entity) {
    return this.heard.findLast(({ arguments: [message] = [] }) => {
      const data = message?.data;
      return data?.eventType === eventType && (!entity || data.entityId === entity);
    });
  }

  /** The last message of this type with other values and a present time stamp: what the hub could say next. */
  next(eventType, changes, entity) {
    const record = structuredClone(this.last(eventType, entity));
    Object.assign(record.arguments[0].data, { timestamp: new Date().toISOString() }, changes);
    return record;
  }
}

/** Hears what the hub says to the page. Pages can be opened at the same time; with a `Wire` they cannot. */
export class Ear {
  /** The records that the hub has sent, as objects. */
  heard = [];
  /** How many sockets the page has opened. */
  opened = 0;
  /** The page that is listened to. */
  page = null;

  /** Listens to what is said to a page that has not been loaded yet. */
  listen = (page) => {
    this.page = page;
    page.on('websocket', (socket) => {
      this.opened += 1;
      socket.on('framereceived', ({ payload }) =>
        this.heard.push(...String(payload).split(SEPARATOR).filter(Boolean).map(JSON.parse)),
      );
    });
  };

  /** The arguments of what was called on the page by this name. */
  calls(method) {
    return this.heard.filter(({ target }) => target === method).map(({ arguments: values }) => values);
  }
}

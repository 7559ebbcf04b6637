// The yardstick: a desk as a good programmer writes it by hand, without a framework, on the official client.
//
// Every row is in the document from the start. An event changes plain objects and notes the id of the row; once per
// animation frame the noted rows are written, and of these only the cells whose text is different. Nothing is read
// back from the document, nothing is created after a row's first event, and no style depends on content.

'use strict';

const ITEMS_PER_CALL = 250;
const CLIENT_METHOD = 'MessageReceived';

/** One kind of row: how its cells read, and the rows there are. */
class List {
  constructor(part, row, cells) {
    this.section = document.querySelector(`[data-part="${part}"]`);
    this.rowPart = row;
    this.cells = cells;
    this.rows = new Map();
  }

  /** The row of an id; made when it is met for the first time. */
  row(id) {
    let row = this.rows.get(id);
    if (row === undefined) {
      row = { list: this, facts: { id }, texts: [], shown: [] };
      const element = document.createElement('div');
      element.className = 'row';
      element.dataset.part = this.rowPart;
      element.dataset.id = id;
      for (let place = 0; place < this.cells.length; place += 1) {
        const text = document.createTextNode('');
        const cell = document.createElement('span');
        cell.append(text);
        element.append(cell);
        row.texts.push(text);
        row.shown.push('');
      }
      row.element = element;
      this.rows.set(id, row);
      this.section.append(element);
    }
    return row;
  }

  remove(id) {
    this.rows.get(id)?.element.remove();
    this.rows.delete(id);
  }
}

const dirty = new Set();
let frame = 0;

function touch(row) {
  dirty.add(row);
  if (frame === 0) {
    frame = requestAnimationFrame(commit);
  }
}

function commit() {
  frame = 0;
  for (const row of dirty) {
    write(row);
  }
  dirty.clear();
}

function write(row) {
  const { cells } = row.list;
  for (let place = 0; place < cells.length; place += 1) {
    const text = cells[place](row.facts);
    if (row.shown[place] !== text) {
      row.shown[place] = text;
      row.texts[place].data = text;
    }
  }
}

function duration(milliseconds) {
  const seconds = Math.max(0, Math.trunc(milliseconds / 1000));
  return `${Math.trunc(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

function state(agent) {
  if (agent.talking === undefined) return 'Unknown';
  if (agent.talking) return 'Talking';
  if (agent.wrapUpStart) return 'Wrap-up';
  if (!agent.serving) return 'Signed out';
  return agent.available ? 'Ready' : 'Not ready';
}

const number = (value) => (value === undefined ? '' : String(value));
const since = (moment) => (moment ? duration(Date.now() - moment) : '');

const agents = new List('agents', 'agent', [
  (agent) => agent.state ?? 'Unknown',
  (agent) => agent.name ?? agent.id,
  (agent) => agent.extension ?? '',
  (agent) => since(agent.since),
  (agent) => agent.note ?? '',
]);
const queues = new List('queues', 'queue', [
  (queue) => queue.name ?? queue.queueName ?? queue.id,
  (queue) => number(queue.nbrOfQueuingRequesters),
  (queue) => (queue.maxWaitTime === undefined ? '' : duration(queue.maxWaitTime * 1000)),
  (queue) => number(queue.nbrOfAgentsImmediatelyFree),
]);
const callbacks = new List('callbacks', 'callback', [
  (callback) => callback.due ?? '',
  (callback) => callback.contactName || callback.contactNumber || '',
  (callback) => callback.note ?? '',
]);

const clock = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });

const handlers = {
  UserStatus(event) {
    const row = agents.row(event.userId);
    const agent = Object.assign(row.facts, event, { id: event.userId });
    const now = state(agent);
    if (agent.state !== now) {
      agent.since = agent.state === undefined ? undefined : Date.parse(event.timestamp);
      agent.state = now;
    }
    touch(row);
  },
  UserAvailability(event) {
    const row = agents.row(event.userId);
    row.facts.availability = event.availability;
    touch(row);
  },
  QueueStatus(event) {
    const row = queues.row(event.queueId);
    Object.assign(row.facts, event, { id: event.queueId });
    touch(row);
  },
  CallbackChanged(event) {
    if (event.isClosed) {
      callbacks.remove(event.callBackId);
      return;
    }
    const row = callbacks.row(event.callBackId);
    if (event.dueDate !== row.facts.dueDate) {
      row.facts.due = event.dueDate ? clock.format(Date.parse(event.dueDate)) : '';
    }
    Object.assign(row.facts, event, { id: event.callBackId });
    touch(row);
  },
};

/** Time in state goes on in every row, once a second. */
function tick() {
  for (const row of agents.rows.values()) {
    if (row.facts.since) {
      touch(row);
    }
  }
}

async function signIn(agentId) {
  const headers = { Authorization: `Basic ${btoa(`${agentId}:`)}` };
  const ask = async (address) => {
    const answer = await fetch(address, { headers });
    if (!answer.ok) throw new Error(`${address} answered ${answer.status}.`);
    return answer.json();
  };
  const [{ WssEndpoint: hub, Token: token }, directory] = await Promise.all([
    ask('token/me/rte/'),
    ask('directory'),
  ]);
  const byName = (one, other) => one.name.localeCompare(other.name);
  for (const [list, entries] of [
    [agents, directory.agents],
    [queues, directory.queues],
  ]) {
    for (const entry of entries.sort(byName)) {
      const row = list.row(entry.id);
      Object.assign(row.facts, entry);
      touch(row);
    }
  }
  const connection = new signalR.HubConnectionBuilder()
    .withUrl(hub.replace(/^ws/, 'http'), {
      accessTokenFactory: () => token,
      transport: signalR.HttpTransportType.WebSockets,
    })
    .configureLogging(signalR.LogLevel.Warning)
    .build();
  connection.on(CLIENT_METHOD, ({ data }) => handlers[data.eventType]?.(data));
  await connection.start();
  const wishes = (entries, ...names) =>
    entries.flatMap(({ id }) => names.map((eventName) => ({ entityId: id, eventName })));
  const items = [
    ...wishes(directory.queues, 'QueueStatus'),
    ...wishes(directory.agents, 'UserStatus', 'UserAvailability'),
    ...wishes(directory.callLists, 'CallbackChanged'),
  ];
  for (let start = 0; start < items.length; start += ITEMS_PER_CALL) {
    await connection.invoke('Subscribe', items.slice(start, start + ITEMS_PER_CALL));
  }
  setInterval(tick, 1000);
}

const form = document.querySelector('[data-part="sign-in"]');
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  try {
    const done = signIn(form.elements['agent-id'].value);
    form.hidden = true;
    document.querySelector('main').hidden = false;
    await done;
  } catch (error) {
    form.hidden = false;
    form.querySelector('[data-part="sign-in-error"]').textContent = error.message;
  }
});
form.hidden = false;

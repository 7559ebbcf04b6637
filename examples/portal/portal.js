// An intranet page with the agent desk in it: what a portal's developer writes, and no more.
//
// The page has a strict policy of its own (no inline script or style, Trusted Types): texts are texts here.

const desk = document.querySelector('switchhook-desk');
const part = (name) => document.querySelector(`[data-part="${name}"]`);
const root = document.documentElement;

/**
 * The desk's address: the page's own, or what the link names if it may. A link must not be able to put somebody else's
 * page where people sign in: it can name the portal's own origin, one of `data-desks`, or, for a portal on this very
 * computer, another address of this computer.
 */
function addressOfDesk() {
  const { desk: usual, desks } = document.body.dataset;
  const wanted = new URLSearchParams(location.search).get('desk') || null;
  const isLoopback = (host) => ['localhost', '127.0.0.1', '[::1]'].includes(host);
  try {
    const address = new URL(wanted ?? usual, location.href);
    const known = [location.origin, new URL(usual, location.href).origin, ...desks.split(' ')];
    const isNeighbour = isLoopback(location.hostname) && isLoopback(address.hostname);
    if (/^https?:$/.test(address.protocol) && (known.includes(address.origin) || isNeighbour)) return address.href;
  } catch {
    // Not an address at all.
  }
  show('answer', `This page shows no desk from ${wanted}.`, true);
  return null;
}

function show(name, text, refused = false) {
  const place = part(name);
  place.textContent = text;
  place.toggleAttribute('data-refused', refused);
}

/** Asks the desk for something and says what became of it. */
async function ask(what, request) {
  try {
    const { phase } = (await request) ?? {};
    show('answer', `${what}: ${phase ?? 'done'}`);
  } catch (error) {
    show('answer', `${what}: ${error.message} (${error.code})`, true);
  }
}

// Click to dial.
document.addEventListener('click', (event) => {
  const link = event.target.closest('a.dial');
  if (!link) return;
  event.preventDefault();
  const number = link.getAttribute('href').slice('tel:'.length);
  const mode = event.shiftKey ? 'place' : 'prefill';
  ask(mode === 'place' ? `Calling ${number}` : `${number} in the desk's field`, desk.dial(number, { mode }));
});

// The strip: the call that was told of last, for as long as it lives.
const STATES = {
  'call-ringing': ['ringing', 'rings'],
  'call-started': ['calling', 'is being called'],
  'call-connected': ['talking', 'on the line'],
  'call-held': ['held', 'on hold'],
  'call-retrieved': ['talking', 'on the line'],
  'call-conferenced': ['talking', 'in a conference'],
  'call-failed': ['none', ''],
  'call-missed': ['none', ''],
  'call-transferred': ['none', ''],
  'call-ended': ['none', ''],
};
let call = null;
let since = null;
for (const [name, [state, words]] of Object.entries(STATES)) {
  desk.addEventListener(name, ({ detail }) => {
    if (state === 'none' && detail.callId !== call) return;
    call = state === 'none' ? null : detail.callId;
    since = call && Date.now();
    part('strip').dataset.state = state;
    show('caller', call ? (detail.name ?? detail.number ?? 'Hidden number') : 'No call');
    show('about', call ? [words, detail.queue].filter(Boolean).join(' · ') : '');
    tick();
  });
}
function tick() {
  const seconds = since ? Math.max(0, Math.round((Date.now() - since) / 1_000)) : null;
  const text = seconds === null ? '' : `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  part('timer').textContent = text;
}
setInterval(tick, 1_000);

// Its buttons can be pressed when the desk says so, and never because of what the strip believes.
desk.addEventListener('controls', ({ detail }) => {
  if (detail.callId && detail.callId !== call) return;
  for (const button of document.querySelectorAll('[data-action]')) {
    const { action } = button.dataset;
    if (detail.callId || action !== 'answer') button.disabled = !detail.enabled.includes(action);
  }
});
document.querySelector('.actions').addEventListener('click', ({ target }) => {
  const { action } = target.dataset;
  if (action) ask(target.textContent, desk.callAction(action, call ? { callId: call } : undefined));
});

desk.addEventListener('agent-state', ({ detail }) => {
  show('own-state', [detail.state, detail.reasonLabel].filter(Boolean).join(' · '));
});

// The log: everything that was told, newest first, no more than fits into a memory.
desk.addEventListener('message', ({ detail: { type, data } }) => {
  const line = document.createElement('li');
  const time = document.createElement('time');
  time.textContent = new Date().toLocaleTimeString('en-GB');
  const name = document.createElement('b');
  name.textContent = type;
  const said = document.createElement('span');
  said.textContent = JSON.stringify(data) ?? '';
  line.append(time, name, said);
  part('log').prepend(line);
  while (part('log').children.length > 200) part('log').lastChild.remove();
});

// How the desk looks is the portal's choice, at any time.
document.querySelector('.choices').addEventListener('change', ({ target }) => {
  desk.setAttribute(target.name, target.value);
  if (target.name === 'layout') document.body.dataset.layout = target.value;
  if (target.name === 'theme') root.dataset.theme = target.value;
});

const address = addressOfDesk();
if (address) desk.setAttribute('src', address);

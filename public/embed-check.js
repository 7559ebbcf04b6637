// What a frame lets the desk do, found out by trying, with what to change where it does not.
//
// Each check answers { result, words, advice? }; `result` is one of ok, partitioned, press, blocked, unknown. The list
// in the page says the same in data-check and data-result, and data-checked on the root element says that all are done.
// Nothing here is the program's: the page must work where the program cannot start.

const isFramed = parent !== self;
const wanted = new URLSearchParams(location.search).get('portal');
const portal = portalOrigin();

/** The origin of the page that frames this one, or of the one that is asked about; null where the browser is silent. */
function portalOrigin() {
  const from = (address) => {
    try {
      return new URL(address).origin;
    } catch {
      return null;
    }
  };
  if (!isFramed) return wanted && from(wanted);
  return location.ancestorOrigins?.[0] ?? from(document.referrer);
}

const isForeign = isFramed && portal !== location.origin;
const named = portal ?? 'the portal';

/** What the browser has refused because of the page's policy. */
const refused = [];
document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => refused.push([effectiveDirective, blockedURI]));

const read = async (path) => {
  const answer = await fetch(new URL(path, document.baseURI), { cache: 'no-store' });
  if (!answer.ok) throw new Error(`${path} was answered with ${answer.status}`);
  return answer;
};
const configuration = read('config.json').then((answer) => answer.json());
const policy = fetch(location.href, { method: 'HEAD', cache: 'no-store' }).then(({ headers }) => ({
  policy: headers.get('Content-Security-Policy') ?? '',
  frames: headers.get('X-Frame-Options'),
}));
const directive = (text, name) =>
  text.split(/[;,]/).map((part) => part.trim().split(/\s+/)).find(([first]) => first === name)?.slice(1);
/** Whether the document's permission covers a feature; undefined where the browser does not tell. */
const isPermitted = (feature) => (document.permissionsPolicy ?? document.featurePolicy)?.allowsFeature(feature);

const ok = (words) => ({ result: 'ok', words });
const blocked = (words, advice) => ({ result: 'blocked', words, advice });
const unknown = (words, advice) => ({ result: 'unknown', words, advice });

const CHECKS = {
  origin: ['Origin list', async () => {
    const { embed } = await configuration;
    const allowed = embed?.allowedOrigins ?? [];
    if (!portal) {
      return isFramed
        ? unknown('This browser does not say who frames the page.', 'Compare config.json’s embed.allowedOrigins with the portal’s address yourself.')
        : ok(allowed.length ? `config.json lets these speak to the desk: ${allowed.join(', ')}.` : 'config.json lets no portal speak to the desk.');
    }
    if (allowed.includes(portal)) return ok(`config.json lets ${portal} speak to the desk.`);
    return blocked(`config.json does not name ${portal}.`, `Add "${portal}" to embed.allowedOrigins in the desk’s config.json: scheme, host and port, no slash at the end.`);
  }],
  frame: ['Frame policy', async () => {
    if (isFramed) return ok('The desk’s host lets this page be framed here.');
    const { policy: text, frames } = await policy;
    const ancestors = directive(text, 'frame-ancestors');
    const advice = `The desk’s host sends the header Content-Security-Policy with frame-ancestors ${named}; cargo xtask csp --ancestor ${named} prints it.`;
    if (frames && !ancestors) return blocked(`The host sends X-Frame-Options: ${frames}.`, `Remove that header. ${advice}`);
    if (!ancestors) return unknown('The host does not say who may frame the desk: anybody may.', advice);
    if (!portal) return ok(`These may frame the desk: ${ancestors.join(' ')}.`);
    return ancestors.includes(portal) || (portal === location.origin && ancestors.includes("'self'"))
      ? ok(`${portal} may frame the desk.`)
      : blocked(`${portal} may not frame the desk: ${ancestors.join(' ')}.`, advice);
  }],
  script: ['Script policy', async () => {
    const { policy: text } = await policy;
    const sources = directive(text, 'script-src') ?? directive(text, 'default-src');
    if (!sources) return unknown('Scripts run, and the host sends no policy for them.', 'Have the host send the headers that cargo xtask csp prints.');
    const loose = sources.filter((source) => /unsafe-inline|unsafe-eval'|^\*$|^https?:$/.test(source) && source !== "'wasm-unsafe-eval'");
    return loose.length
      ? unknown(`Scripts run, under a policy that is wider than the desk needs: ${loose.join(' ')}.`, 'Have the host send the headers that cargo xtask csp prints.')
      : ok('Scripts run, under a strict policy.');
  }],
  wasm: ['WebAssembly', async () => {
    try {
      await WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]));
      return ok('Programs can be compiled.');
    } catch (error) {
      return blocked(`Programs cannot be compiled: ${error.message}`, 'The desk’s host adds \'wasm-unsafe-eval\' to script-src. Where no policy forbids it, the browser’s own settings do.');
    }
  }],
  socket: ['WebSocket', async () => {
    const source = (await configuration).source ?? {};
    const address = new URL(source.hub ?? source.hubs?.[0]?.urls?.[0] ?? source.token?.url ?? './', document.baseURI);
    address.protocol = /^(https|wss):$/.test(address.protocol) ? 'wss:' : 'ws:';
    address.search = address.hash = '';
    const before = refused.length;
    const opened = await new Promise((resolve) => {
      setTimeout(resolve, 3_000, null);
      try {
        const socket = new WebSocket(address);
        socket.onopen = () => resolve(socket.close() ?? true);
        socket.onerror = () => setTimeout(resolve, 100, false);
      } catch {
        resolve(false);
      }
    });
    if (refused.slice(before).some(([name]) => name === 'connect-src')) {
      return blocked(`The host’s policy forbids a socket to ${address.origin}.`, `The desk’s host adds ${address.origin} to connect-src.`);
    }
    return opened === null
      ? unknown(`${address.origin} did not answer.`, 'Is the hub running, and does a proxy let WebSockets through?')
      : ok(`The policy lets sockets to ${address.origin} through. Whether the hub takes them is seen at sign-in.`);
  }],
  storage: ['Storage', async () => {
    try {
      localStorage.setItem('switchhook-check', '1');
      localStorage.removeItem('switchhook-check');
    } catch {
      return blocked('This browser gives the frame no storage. The desk works; what the agent chooses is forgotten when it is loaded anew, and every tab rings.', 'Open the desk in a tab of its own, or allow storage for the desk’s address in the browser’s settings.');
    }
    return isForeign
      ? { result: 'partitioned', words: 'Storage works, and is kept apart for each portal: what an agent chooses here holds here.', advice: 'Nothing needs to be done. A desk and a portal of one site (desk.example.com in portal.example.com) share theirs.' }
      : ok('Storage works.');
  }],
  autoplay: ['Sound', async () => {
    if (isPermitted('autoplay') === false) return blocked('The frame may not sound.', 'The portal gives the frame allow="autoplay"; the element does so by itself. A Permissions-Policy header of the portal must not take it away.');
    const context = new AudioContext();
    const isRunning = await Promise.race([context.resume().then(() => true), new Promise((resolve) => setTimeout(resolve, 500, false))]);
    await context.close();
    return isRunning
      ? ok('The ring tone will be heard.')
      : { result: 'press', words: 'The ring tone will be heard after the agent has pressed something once in the desk.', advice: 'Signing in is such a press. The desk says so while it cannot be heard.' };
  }],
  notifications: ['Notifications', async () => {
    if (!('Notification' in self)) return blocked('This browser has no notifications.');
    const { permission } = Notification;
    if (permission === 'granted') return ok('Notifications will be shown.');
    const advice = isForeign
      ? 'Browsers do not let a frame of another origin ask. Open the desk once in a tab of its own and allow them there, or listen to the desk’s attention event and have the portal show them.'
      : 'Allow them in the desk’s settings.';
    return permission === 'default' && !isForeign
      ? { result: 'press', words: 'Nobody has been asked yet.', advice }
      : blocked('Notifications are not allowed.', advice);
  }],
  clipboard: ['Clipboard', async () => {
    if (!isSecureContext || !navigator.clipboard) return blocked('Only pages that came by https can copy.', 'Serve portal and desk by https.');
    return isPermitted('clipboard-write') === false
      ? blocked('The frame may not copy.', 'The portal gives the frame allow="clipboard-write"; the element does so by itself.')
      : ok('Numbers can be copied.');
  }],
};

const RESULTS = { ok: 'works', partitioned: 'works, kept apart', press: 'after a press', blocked: 'blocked', unknown: 'not certain' };

const element = (name, text, ...children) => {
  const made = document.createElement(name);
  made.textContent = text;
  made.append(...children);
  return made;
};

document.querySelector('#where').textContent = isFramed
  ? `Framed by ${portal ?? 'a portal that the browser does not name'}.`
  : portal
    ? `Opened by itself, asked about ${portal}.`
    : 'Opened by itself.';

const results = await Promise.all(
  Object.entries(CHECKS).map(async ([name, [title, look]]) => {
    const found = await look().catch((error) => unknown(`This could not be found out: ${error.message}`));
    return [name, title, found];
  }),
);
for (const [name, title, { result, words, advice }] of results) {
  const item = element('li', '', element('h2', title, element('span', RESULTS[result])), element('p', words));
  if (advice) item.append(element('p', advice));
  item.dataset.check = name;
  item.dataset.result = result;
  document.querySelector('#checks').append(item);
}
document.documentElement.dataset.blocked = results.filter(([, , { result }]) => result === 'blocked').length;
document.documentElement.dataset.checked = 'true';

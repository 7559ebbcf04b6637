// Starts the program, and shows the crash screen when it cannot start, has crashed, or has stopped breathing.
//
// The addresses of the program's two files stand on this script's own element: Trunk writes them into index.html.
// Everything here works without the program; it is the only script that does. Its own name never changes, so that any
// index.html that was ever served finds it: it is what notices that the other files of an old one are gone.

const script = document.getElementById("boot");
const root = document.documentElement;

// Longer than any pause that an agent would put up with, shorter than a caller would.
const BREATH = 10_000;
const LOOK = 2_000;

// The theme that was chosen, before anything is seen in another one. The program reads the same text, and all of it.
try {
  const { theme } = JSON.parse(localStorage.getItem("switchhook-preferences"));
  if (theme && theme !== "system") root.setAttribute("data-theme", theme);
} catch {
  // Nothing was chosen, or nothing may be kept.
}

let stopped = false;

function crash(report) {
  if (stopped) return;
  stopped = true;
  const overlay = document.querySelector("[data-part=crash]");
  if (!overlay) return;
  document.querySelector("[data-part=app]")?.setAttribute("inert", "");
  overlay.querySelector("[data-part=crash-report]").textContent = report;
  overlay.hidden = false;
  overlay.querySelector("[data-command=reload]").focus();
}

document.querySelector("[data-part=crash] [data-command=reload]")?.addEventListener("click", () => location.reload());

// The program's panic hook says so by an event, or by an attribute of the root element.
const crashed = (event) => crash(String(event.detail ?? ""));
addEventListener("switchhook-crash", crashed);
const marks = new MutationObserver(() => {
  if (root.hasAttribute("data-crash")) crash(root.getAttribute("data-crash"));
  if (root.hasAttribute("data-disposed")) rest();
});
marks.observe(root, { attributeFilter: ["data-crash", "data-disposed"] });

// The program renews data-heartbeat every second. A hidden or sleeping page is not expected to: only unbroken time
// in sight counts, and a look that comes late (the computer slept) starts the count anew.
let lastBeat = null;
let silentSince = performance.now();
let lastLook = silentSince;
const looking = setInterval(() => {
  const now = performance.now();
  const beat = root.getAttribute("data-heartbeat");
  const slept = now - lastLook > 2 * LOOK;
  lastLook = now;
  if (beat === null || beat !== lastBeat || document.hidden || slept) {
    lastBeat = beat;
    silentSince = now;
  } else if (now - silentSince > BREATH) {
    crash("The program does not answer any more.");
  }
}, LOOK);

// A desk that a portal has put away breathes no more, and that is no crash: nothing is left that listens or looks.
function rest() {
  clearInterval(looking);
  marks.disconnect();
  removeEventListener("switchhook-crash", crashed);
}

// The page as the host has it now, past every cache, may be of a newer release that has other files. The reload for it
// is noted in the tab's history, which survives it and which no browser refuses: one for each release, never a loop.
const NAMED = /(?:href|data-module|data-wasm|data-demo)="?([^"\s>]+\.(?:css|js|wasm))/g;
const filesIn = (html) => [...html.matchAll(NAMED)].map(([, name]) => name).join();

async function reloadIfReplaced() {
  try {
    const limit = AbortSignal.timeout(BREATH);
    const answer = await fetch(location.pathname + location.search, { cache: "reload", signal: limit });
    const files = answer.ok && filesIn(await answer.text());
    if (!files || files === filesIn(document.head.outerHTML) || files === history.state?.reloadedFor) return false;
    history.replaceState({ ...history.state, reloadedFor: files }, "");
    location.reload();
    return true;
  } catch {
    return false;
  }
}

// The simulated contact centre in a worker, where the address asks for it. It is started here, so that this script
// alone makes a script out of an address; the program takes it from the page.
async function startDemo() {
  const address = new URL(script.dataset.demo, document.baseURI).href;
  const createScriptURL = (wanted) => {
    if (wanted !== address) throw new TypeError("Only the demonstration is a script of this page.");
    return wanted;
  };
  const policy = globalThis.trustedTypes?.createPolicy("switchhook", { createScriptURL });
  const worker = new Worker(policy?.createScriptURL(address) ?? address, { type: "module" });
  await new Promise((begin, fail) => {
    worker.onmessage = begin;
    worker.onerror = () => fail(new Error("the demonstration could not be loaded"));
  });
  globalThis.switchhookDemo = worker;
}

// By the time that this runs a style sheet has come or has not; one that could not be had is empty or cannot be read.
const isStyled = () => {
  try {
    return [...document.querySelectorAll("link[rel=stylesheet]")].every((link) => link.sheet.cssRules.length > 0);
  } catch {
    return false;
  }
};

if (isStyled() || !(await reloadIfReplaced())) {
  try {
    const demo = new URLSearchParams(location.search).has("demo") ? startDemo() : undefined;
    const program = import(new URL(script.dataset.module, document.baseURI).href);
    const [{ default: start }] = await Promise.all([program, demo]);
    await start({ module_or_path: new URL(script.dataset.wasm, document.baseURI).href });
  } catch (error) {
    console.error(error);
    if (!(await reloadIfReplaced())) crash(`The program could not be started: ${error}`);
  }
}

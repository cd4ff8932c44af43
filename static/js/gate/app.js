// Starts the gate on this page. Without this file, or without a place to keep scans, the page's own forms work.
import { Desk } from "./desk.js";
import { Gate } from "./gate.js";
import { Kiosk, showSetup } from "./kiosk.js";
import { showReady } from "./ready.js";
import { Store } from "./store.js";
import { View, words } from "./view.js";

const SHIFT = /^\/gate\/(\d{6}-[0-9a-f-]{36})/;

async function keepPage(root) {
  if (!("serviceWorker" in navigator)) return;
  // The worker that also sends is a module, which not every browser takes; those that wake workers do.
  const sends = "SyncManager" in window;
  const [worker, type] = sends ? [root.dataset.sendingWorker, "module"] : [root.dataset.worker, "classic"];
  await navigator.serviceWorker.register(worker, { scope: "/gate/", type, updateViaCache: "none" });
  // The shell speaks the language that was chosen last.
  if (root.dataset.shift && navigator.onLine) (await navigator.serviceWorker.ready).active.postMessage("keep-shell");
}

async function stayAwake() {
  const hold = async () => {
    if (document.visibilityState === "visible") await navigator.wakeLock?.request("screen").catch(() => {});
  };
  document.addEventListener("visibilitychange", hold);
  await hold();
}

function linkTo(name, path) {
  const link = document.querySelector(`[data-link=${name}]`);
  if (!link || location.pathname === path) return;
  link.href = path;
  link.hidden = false;
}

async function openReady(root, gate, say) {
  document.querySelector("[data-ready-page]")?.removeAttribute("hidden");
  gate.run();
  await showReady(document.querySelector("[data-ready]"), gate, root.dataset.wasm, say);
}

function openGate(root, gate, say) {
  const desk = gate.isKiosk ? new Kiosk(root, gate, say) : new Desk(root, gate, say);
  gate.view.desk = desk;
  root.hidden = false;
  for (const part of document.querySelectorAll("[data-without-app]")) part.hidden = true;
  gate.view.open(gate.pack);
  gate.view.write("device", say("device", { name: gate.device?.name ?? "—" }));
  desk.listen();
  gate.run();
  navigator.storage?.persist?.();
  stayAwake();
}

async function start(root) {
  const say = words();
  const view = new View(root, say);
  const isShell = !root.dataset.shift;
  const store = await Store.open().catch(() => null);
  if (!store) return isShell && view.notice(say("no-storage"));
  const { api, version, organization, register, user } = root.dataset;
  const shift = root.dataset.shift ?? SHIFT.exec(location.pathname)?.[1];
  const gate = new Gate(store, view, say, { api, version, shift, organization, register, user });
  const isReady = await gate.start();
  if (shift && isShell && !gate.isKiosk) for (const [name, path] of [["gate", `/gate/${shift}`], ["ready", `/gate/${shift}/ready`]]) linkTo(name, path);
  if (gate.isRemoved) return;
  const setup = document.querySelector("[data-kiosk-setup]");
  if (setup) showSetup(setup, gate, say);
  else if (location.pathname.endsWith("/ready")) await openReady(root, gate, say);
  else if (isReady) openGate(root, gate, say);
  else if (isShell) view.empty(shift ? null : await store.all("packages"));
  root.dataset.started = "yes";
}

const root = document.querySelector("[data-gate]");
if (root) {
  keepPage(root).catch(() => {});
  start(root);
}

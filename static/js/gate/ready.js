// The look-through of the day before: what is green works without a network.
import { nameOfDecoder } from "./camera.js";
import { signal } from "./sound.js";
import { sendsInBackground } from "./sync.js";
import { clockTime } from "./view.js";

const LARGEST_SKEW_S = 60;

async function cameraState() {
  const state = await navigator.permissions?.query({ name: "camera" }).catch(() => null);
  return state?.state === "granted";
}

async function batteryWords(say) {
  const battery = await navigator.getBattery?.().catch(() => null);
  return battery ? `${Math.round(battery.level * 100)} %` : say("percent-unknown");
}

function checks(gate, wasm, say) {
  const skew = gate.pack ? Math.round(gate.offset / 1000) : null;
  return {
    package: async () => [Boolean(gate.pack), gate.pack ? say("package-yes", { number: gate.pack.people.length, time: clockTime(gate.pack.madeAt) }) : say("package-no")],
    worker: async () => {
      const active = Boolean((await navigator.serviceWorker?.getRegistration("/gate/"))?.active);
      const yes = (await sendsInBackground()) ? "worker-sends" : "worker-yes";
      return [active, say(active ? yes : "worker-no")];
    },
    storage: async () => {
      const kept = (await navigator.storage?.persisted?.()) || (await navigator.storage?.persist?.()) || false;
      return [kept, say(kept ? "storage-yes" : "storage-no")];
    },
    camera: async () => {
      const may = await cameraState();
      return [may, say(may ? "camera-yes" : "camera-no")];
    },
    decoder: async () => {
      const name = await nameOfDecoder(wasm).catch(() => null);
      return [Boolean(name), name ? say("decoder-yes", { reason: name }) : say("decoder-no")];
    },
    clock: async () => {
      if (skew === null) return [false, say("clock-unknown")];
      const right = Math.abs(skew) <= LARGEST_SKEW_S;
      return [right, say(right ? "clock-yes" : "clock-no", { seconds: Math.abs(skew) })];
    },
    awake: async () => {
      const may = "wakeLock" in navigator;
      return [may, say(may ? "awake-yes" : "awake-no", { percent: await batteryWords(say) })];
    },
    sound: async () => ["AudioContext" in window, say("sound-yes")],
  };
}

function draw(row, isRight, text) {
  row.dataset.state = isRight ? "yes" : "no";
  row.querySelector("[data-yes]").hidden = !isRight;
  row.querySelector("[data-no]").hidden = isRight;
  row.querySelector("[data-wait]").hidden = true;
  row.querySelector("[data-said]").textContent = text;
}

async function look(panel, gate, wasm, say) {
  const all = checks(gate, wasm, say);
  await Promise.all([...panel.querySelectorAll("[data-check]")].map(async (row) => draw(row, ...(await all[row.dataset.check]()))));
}

async function tryCamera() {
  const stream = await navigator.mediaDevices?.getUserMedia({ video: true }).catch(() => null);
  stream?.getTracks().forEach((track) => track.stop());
}

export async function showReady(panel, gate, wasm, say) {
  panel.hidden = false;
  panel.querySelector("[data-try-camera]").addEventListener("click", async () => {
    await tryCamera();
    await look(panel, gate, wasm, say);
  });
  for (const each of panel.querySelectorAll("[data-play]")) each.addEventListener("click", () => signal(each.dataset.play));
  await look(panel, gate, wasm, say);
  // The worker keeps a megabyte when it is new; what it says first is then not the last word.
  await navigator.serviceWorker?.ready;
  await look(panel, gate, wasm, say);
  panel.dataset.looked = "yes";
}

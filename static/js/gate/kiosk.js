// A tablet at the door by which people check in by themselves, and the page that makes one of a device.
import { Door } from "./door.js";
import { deleteEverything, Store } from "./store.js";
import { report } from "./wipe.js";

// How long a verdict stands there for everybody to see, and after which pause the usual direction returns.
const SHOWN_MS = 6000;
const TURN_BACK_MS = 20000;
const RESTART_MS = 2000;

export class Kiosk extends Door {
  constructor(root, gate, say) {
    super(root, gate, say, "user");
  }

  listen() {
    super.listen();
    this.view.kiosk(`/sign-in?next=${encodeURIComponent(`/gate/${this.gate.shift}`)}`);
    this.toUsual();
    this.toggleCamera();
  }

  // The camera stays on; a button is there when it could not be started.
  showCamera() {
    super.showCamera();
    this.view.show("camera-button", !this.camera.isOn);
  }

  // Nobody is there to press the button.
  loseCamera() {
    super.loseCamera();
    setTimeout(() => this.camera.isOn || this.toggleCamera(), RESTART_MS);
  }

  enter() {
    const code = this.input.value.trim();
    this.input.value = "";
    if (code) this.gate.scan({ code });
    this.input.focus();
  }

  turn(direction) {
    super.turn(direction);
    this.turnBackLater();
  }

  turnBackLater() {
    clearTimeout(this.turning);
    this.turning = setTimeout(() => this.toUsual(), TURN_BACK_MS);
  }

  // When the shift is over, people leave.
  toUsual() {
    const usual = Date.now() + this.gate.offset > this.gate.pack?.times.endsAt ? "out" : "in";
    if (usual !== this.gate.direction) this.choose(usual);
    clearTimeout(this.turning);
  }

  told() {
    this.turnBackLater();
    clearTimeout(this.showing);
    this.showing = setTimeout(() => this.view.verdict({ state: "none", word: this.say("kiosk-ready"), name: "", note: "" }), SHOWN_MS);
  }
}

// Nothing that the gate kept here before may stay, nor on the screen of another tab: whoever stands before a kiosk could
// look through it.
async function become(gate, device) {
  const before = await gate.store.all("devices");
  gate.sync.stop();
  await deleteEverything(gate.store);
  await (await Store.open()).put("devices", device);
  await Promise.all(before.map(({ token }) => report(gate.api, token)));
}

// The token of this device as a kiosk, or null.
async function register(form) {
  const headers = { "X-CSRFToken": document.querySelector("meta[name=csrf-token]").content };
  const answer = await fetch(form.action, { method: "POST", headers, body: new FormData(form) }).catch(() => null);
  return answer?.ok && !answer.redirected ? (await answer.json()).token : null;
}

export function showSetup(form, gate, say) {
  const note = document.querySelector("[data-kiosk-note]");
  const tell = (text) => Object.assign(note, { textContent: text, hidden: false });
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if ((await gate.store.all("queue")).length) return tell(say("kiosk-unsent"));
    const token = await register(form);
    if (!token) return tell(say("kiosk-not"));
    await become(gate, { organization: gate.organization, kind: "kiosk", name: form.elements.name.value, token });
    location.replace(location.href);
  });
}

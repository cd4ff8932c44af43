// What the hand does at the gate: typing, a scanner that types, the camera, dialogs.
import { Camera } from "./camera.js";
import { looksLikeCode } from "./people.js";

const TYPING_MS = 200;

function answerOf(dialog) {
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }));
}

export class Desk {
  constructor(root, gate, say) {
    Object.assign(this, { root, gate, say, view: gate.view, input: root.querySelector("#gate-text") });
  }

  listen() {
    const { root, input } = this;
    let typing;
    input.addEventListener("input", () => {
      clearTimeout(typing);
      typing = setTimeout(() => this.search(), TYPING_MS);
    });
    root.querySelector("[data-entry]").addEventListener("submit", (event) => {
      event.preventDefault();
      clearTimeout(typing);
      this.enter();
    });
    for (const choice of root.querySelectorAll("[name=gate-direction]")) {
      // A reload must not bring back a direction that nobody sees being chosen.
      choice.checked = choice.value === this.gate.direction;
      choice.addEventListener("change", () => this.turn(choice.value));
    }
    document.addEventListener("keydown", (event) => this.catchSign(event));
    root.querySelector("[data-camera-button]").addEventListener("click", () => this.toggleCamera());
    root.querySelector("[data-remove]").addEventListener("click", () => this.askToRemove());
  }

  // A scanner types wherever the focus is; its signs belong into the one field.
  catchSign(event) {
    const isSign = event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.altKey && !event.metaKey;
    if (isSign && !event.target.closest?.("input:not([type=radio]), textarea, select, dialog")) this.input.focus();
  }

  turn(direction) {
    this.gate.direction = direction;
    this.root.dataset.direction = direction;
    if (this.input.value) this.search();
  }

  // Whatever fits nobody by name is a scan: an attempt with a foreign code is an attempt too.
  enter() {
    const text = this.input.value.trim();
    const found = looksLikeCode(text) ? null : this.gate.people.find(text);
    if (text.length > 1 && !found?.shown.length) {
      this.input.value = "";
      this.gate.scan({ code: text });
    } else this.search();
    this.input.focus();
  }

  search() {
    const text = this.input.value.trim();
    const found = looksLikeCode(text) ? null : this.gate.people.find(text);
    this.view.found(found, this.gate.direction, text, (person) => {
      this.input.value = "";
      this.gate.scan({ person });
    });
  }

  async toggleCamera() {
    this.camera ??= new Camera(this.root.querySelector("[data-video]"), this.root.dataset.wasm, (code) => this.gate.scan({ code }));
    if (this.camera.isOn) this.camera.stop();
    else await this.startCamera();
    this.view.show("camera", this.camera.isOn);
    this.view.write("camera-words", this.say(this.camera.isOn ? "camera-stop" : "camera-start"));
  }

  async startCamera() {
    this.tellCamera(this.say("camera-wait"));
    this.view.show("camera", true);
    try {
      await this.camera.start();
      this.tellCamera("");
    } catch (error) {
      this.tellCamera(this.say("camera-none", { reason: error.name }));
    }
  }

  tellCamera(text) {
    this.view.show("camera-note", Boolean(text));
    this.view.write("camera-note", text);
  }

  async undo(line) {
    this.view.write("undo-name", line.name ?? "");
    const reason = this.root.querySelector("#gate-undo-reason");
    if (await answerOf(this.root.querySelector("[data-undo-dialog]"))) await this.gate.act(line, "undo", { reason: reason.value }, "undone");
  }

  async askToRemove() {
    const waiting = (await this.gate.store.all("queue")).length;
    this.view.write("remove-words", this.say("remove-ask", { number: waiting }));
    if (!(await answerOf(this.root.querySelector("[data-remove-dialog]")))) return;
    await this.gate.remove(this.say("left-phone"));
  }
}

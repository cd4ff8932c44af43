// What every gate takes: a scanner that types, the camera, and which way one goes.
import { Camera } from "./camera.js";

export class Door {
  // facing: which camera a device with two looks through
  constructor(root, gate, say, facing = "environment") {
    Object.assign(this, { root, gate, say, facing, view: gate.view, input: root.querySelector("#gate-text") });
  }

  listen() {
    const { root } = this;
    root.querySelector("[data-entry]").addEventListener("submit", (event) => {
      event.preventDefault();
      this.enter();
    });
    this.choose(this.gate.direction);
    for (const choice of root.querySelectorAll("[name=gate-direction]")) choice.addEventListener("change", () => this.turn(choice.value));
    document.addEventListener("keydown", (event) => this.catchSign(event));
    root.querySelector("[data-camera-button]").addEventListener("click", () => this.toggleCamera());
  }

  // A scanner types wherever the focus is; its signs belong into the one field.
  catchSign(event) {
    const isSign = event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.altKey && !event.metaKey;
    if (isSign && !event.target.closest?.("input:not([type=radio]), textarea, select, dialog")) this.input.focus();
  }

  // Also shows it: a reload must not bring back a direction that nobody sees being chosen.
  choose(direction) {
    for (const choice of this.root.querySelectorAll("[name=gate-direction]")) choice.checked = choice.value === direction;
    this.turn(direction);
  }

  turn(direction) {
    this.gate.direction = direction;
    this.root.dataset.direction = direction;
  }

  // A verdict has been shown.
  told() {}

  async toggleCamera() {
    this.camera ??= new Camera(this.root.querySelector("[data-video]"), this.root.dataset.wasm, this.facing, {
      onCode: (code) => this.gate.scan({ code }),
      onEnd: () => this.loseCamera(),
    });
    if (this.camera.isOn) this.camera.stop();
    else await this.startCamera();
    this.showCamera();
  }

  showCamera() {
    this.view.show("camera", this.camera.isOn);
    this.view.write("camera-words", this.say(this.camera.isOn ? "camera-stop" : "camera-start"));
  }

  loseCamera() {
    this.showCamera();
    this.tellCamera(this.say("camera-ended"));
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
}

// The gate in the hands of somebody who runs it: typing finds people, dialogs ask before something is taken back.
import { Door } from "./door.js";
import { looksLikeCode } from "./people.js";

const TYPING_MS = 200;

function answerOf(dialog) {
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }));
}

export class Desk extends Door {
  listen() {
    super.listen();
    this.input.addEventListener("input", () => {
      clearTimeout(this.typing);
      this.typing = setTimeout(() => this.search(), TYPING_MS);
    });
    this.root.querySelector("[data-remove]").addEventListener("click", () => this.askToRemove());
  }

  turn(direction) {
    super.turn(direction);
    if (this.input.value) this.search();
  }

  // Whatever fits nobody by name is a scan: an attempt with a foreign code is an attempt too.
  enter() {
    clearTimeout(this.typing);
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

// The clerk's form by keyboard: Enter moves on, Ctrl+Enter registers, and a number is read while it is typed.
import "./shortcuts.js";

const SHORTEST_NUMBER = 8;
const PAUSE_MS = 250;

function fieldsOf(form) {
  // Closed parts are passed over: Tab reaches them, and Space opens them.
  const all = form.querySelectorAll("input:not([type=hidden]), select, textarea, button[type=submit]");
  const seen = [...all].filter((each) => each.checkVisibility());
  // Of a group of radio buttons only one is a stop, as with Tab.
  return seen.filter((each) => each.type !== "radio" || each.checked);
}

function moveOn(event) {
  const { target } = event;
  const moves = target.matches("input, select") && !event.isComposing;
  if (event.key !== "Enter" || event.ctrlKey || event.altKey || event.shiftKey || event.defaultPrevented || !moves) return;
  event.preventDefault();
  const fields = fieldsOf(event.currentTarget);
  const next = fields[fields.indexOf(target) + 1];
  next?.focus();
  if (next?.matches("input:not([type=checkbox]):not([type=radio])")) next.select();
}

function show(form, found) {
  const line = form.querySelector("[data-reading]");
  line.textContent = found.known || found.text || found.problem;
  line.classList.toggle("is-known", Boolean(found.known));
  line.classList.toggle("is-problem", Boolean(found.problem));
  if (found.person) {
    const link = document.createElement("a");
    link.href = found.person;
    link.textContent = form.querySelector("[data-open-person]").content.textContent;
    line.append(" ", link);
  }
  form.querySelector("[data-guardian]").open ||= found.is_minor;
  form.querySelector("[data-stated]").open = found.asks_more;
}

function reader(form) {
  let asked = 0;
  let waiting;

  async function read() {
    const number = form.elements.document_number.value.trim();
    const request = ++asked;
    if (number.length < SHORTEST_NUMBER) return;
    const body = new URLSearchParams({ document_number: number });
    for (const name of ["document_type", "nationality", "born_on"]) body.set(name, form.elements[name].value);
    const token = document.querySelector("meta[name=csrf-token]").content;
    try {
      const answer = await fetch(form.dataset.read, { method: "POST", body, headers: { "X-CSRFToken": token } });
      if (answer.ok && request === asked) show(form, await answer.json());
    } catch {
      // Without a connection the form still says everything when it is sent.
    }
  }

  return () => {
    clearTimeout(waiting);
    waiting = setTimeout(read, PAUSE_MS);
  };
}

function install(form) {
  const read = reader(form);
  form.addEventListener("keydown", moveOn);
  for (const name of ["document_number", "document_type", "nationality", "born_on"]) {
    form.elements[name].addEventListener("input", read);
  }
  for (const way of form.elements.channel) {
    way.addEventListener("change", () => {
      form.elements.document_seen.checked = form.elements.channel.value === "window";
    });
  }
  if (form.elements.document_number.value) read();
}

document.querySelectorAll("form[data-keys]").forEach(install);

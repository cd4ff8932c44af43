// Draws what the gate says; knows no rules.
const LAST_SHOWN = 10;

export function words() {
  const table = JSON.parse(document.getElementById("gate-words").textContent);
  return (name, given = {}) => Object.entries(given).reduce((text, [key, value]) => text.replaceAll(`{${key}}`, value), table[name] ?? name);
}

export function clockTime(instant) {
  return new Date(instant).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

function dayOf(instant) {
  return new Date(instant).toLocaleDateString(document.documentElement.lang === "en" ? "en-GB" : "zh-CN", { dateStyle: "long" });
}

function element(name, text, classes = "") {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  if (classes) made.className = classes;
  return made;
}

function button(text, label, act, quiet = true) {
  const made = element("button", text, quiet ? "button button-secondary" : "button");
  made.type = "button";
  made.setAttribute("aria-label", label);
  made.addEventListener("click", act);
  return made;
}

export class View {
  constructor(root, say) {
    this.root = root;
    this.say = say;
  }

  part(name) {
    return this.root.querySelector(`[data-${name}]`);
  }

  write(name, text) {
    const part = this.part(name);
    if (part && part.textContent !== text) part.textContent = text;
  }

  show(name, isShown) {
    const part = this.part(name);
    if (part) part.hidden = !isShown;
  }

  open(pack) {
    this.write("title", pack.facts.project_name);
    this.write("facts", `${pack.facts.title} · ${clockTime(pack.facts.starts_at)}–${clockTime(pack.facts.ends_at)} · ${pack.facts.place}`);
    this.show("working", true);
    this.show("notice", false);
  }

  notice(text) {
    this.show("working", false);
    this.show("notice", true);
    this.write("notice-words", text);
  }

  line({ isOnLine, lastContact, waiting, needsSignIn }) {
    const parts = [];
    if (needsSignIn) parts.push(this.say("session-over"));
    else parts.push(this.say(isOnLine ? "on-line" : "off-line"));
    if (waiting) parts.push(this.say(waiting === 1 ? "queued-one" : "queued", { number: waiting }));
    parts.push(this.say("last-contact", { time: lastContact ? clockTime(lastContact) : this.say("never") }));
    const calm = isOnLine && !needsSignIn && !waiting;
    this.part("line").classList.toggle("is-off", !calm);
    this.part("line-sign=on").hidden = !calm;
    this.part("line-sign=off").hidden = calm;
    this.write("line-words", parts.join(" · "));
    this.show("sign-in", Boolean(needsSignIn));
    this.part("sign-in").href = `/sign-in?next=${encodeURIComponent(location.pathname)}`;
  }

  counts(numbers) {
    for (const [name, number] of Object.entries(numbers)) this.write(`count=${name}`, String(number));
  }

  // state: asking accepted repeated refused provisional
  verdict({ state, word, name, note }) {
    const panel = this.part("panel");
    panel.dataset.state = state;
    for (const sign of panel.querySelectorAll("[data-sign]")) sign.hidden = sign.dataset.sign !== state;
    this.write("word", word);
    this.write("name", name);
    this.write("note", note);
  }

  // Nobody is looked for here, nothing is listed, nothing is decided.
  kiosk(wayOut) {
    this.isKiosk = true;
    this.root.classList.add("gate-kiosk");
    for (const part of ["side", "found", "undo-dialog", "remove-dialog"]) this.part(part).remove();
    this.write("entry-label", this.say("kiosk-code"));
    this.write("entry-hint", this.say("kiosk-hint"));
    this.write("word", this.say("kiosk-ready"));
    this.part("kiosk-end").href = wayOut;
    this.show("kiosk-end", true);
  }

  found(result, direction, text, onChoose) {
    const place = this.part("found");
    place?.replaceChildren();
    if (!result) return;
    if (!result.shown.length) return place.append(element("p", this.say("none-found", { text }), "muted"));
    const list = element("ul", "", "gate-list");
    for (const person of result.shown) {
      const row = element("li");
      const who = element("span");
      who.append(element("span", person.name, "strong"), " ", element("span", `…${person.last_signs}`, "muted code"));
      const state = [this.say(person.presence), person.in_at && clockTime(person.in_at)].filter(Boolean).join(" ");
      who.append(" ", element("span", state, "muted"));
      const label = this.say(`do-${direction}`);
      row.append(who, button(label, `${label}: ${person.name} ${person.last_signs}`, () => onChoose(person), false));
      list.append(row);
    }
    place.append(list);
    if (result.more) place.append(element("p", this.say("most", { number: result.more }), "muted"));
  }

  list(name, rows) {
    const section = this.part(`list=${name}`);
    section.hidden = !rows.length;
    section.querySelector("ul").replaceChildren(...rows);
  }

  row(line, notes, actions = []) {
    const row = element("li");
    const who = element("div");
    const head = element("p");
    const name = line.name || this.say("nobody");
    head.append(element("span", name, "strong"), " ", element("span", `${this.say(`do-${line.direction}`)} ${clockTime(line.at)}`, "muted nowrap"));
    who.append(head);
    for (const note of notes.filter(Boolean)) who.append(element("p", note, "small muted"));
    row.append(who);
    if (actions.length) {
      const place = element("div", "", "row");
      place.append(...actions.map(([text, act, quiet]) => button(text, `${text}: ${name}`, act, quiet)));
      row.append(place);
    }
    return row;
  }

  lists(gate, { log, stuck, pending, undoSince }) {
    if (this.isKiosk) return;
    const newest = [...log].reverse();
    const { say } = this;
    this.list("decide", newest.filter((line) => line.verdict === "provisional" && !line.settled).map((line) => this.row(line, [gate.why(line.code)], [
      [say("counts"), () => gate.act(line, "decision", { counts: true }), false],
      [say("counts-not"), () => gate.act(line, "decision", { counts: false }), true],
    ])));
    const differs = newest.filter((line) => ["accepted", "provisional"].includes(line.told) && ["repeated", "refused"].includes(line.verdict));
    this.list("differs", differs.slice(0, LAST_SHOWN).map((line) => this.row(line, [
      say("told", { verdict: gate.verdictWord(line.told, line.direction) }),
      [say("final", { verdict: gate.verdictWord(line.verdict, line.direction) }), gate.why(line.code)].filter(Boolean).join(" · "),
    ])));
    this.list("stuck", stuck.map((scan) => this.row({ ...scan, at: scan.scanned_at }, [say("not-taken", { reason: scan.stuck })], [[say("again"), () => gate.sync.sendAgain(scan), true]])));
    const unsent = [...pending].reverse().map((scan) => this.row({ ...scan, at: scan.scanned_at }, [`${gate.verdictWord(scan.told, scan.direction)} · ${say("unsent")}`]));
    const answered = newest.map((line) => this.lastRow(gate, line, undoSince));
    this.list("last", [...unsent, ...answered].slice(0, LAST_SHOWN));
  }

  lastRow(gate, line, undoSince) {
    const mayUndo = line.verdict === "accepted" && !line.settled && line.receivedAt > undoSince;
    const later = line.settled ? this.say(line.settled === "undone" ? "undone" : "decided") : "";
    const notes = [[gate.verdictWord(line.verdict, line.direction), gate.why(line.code), later].filter(Boolean).join(" · ")];
    return this.row(line, notes, mayUndo ? [[this.say("undo"), () => this.desk.undo(line), true]] : []);
  }

  // Also what the server had written into this page goes.
  removed(text) {
    this.root.hidden = false;
    for (const part of ["working", "choose", "undo-dialog"]) this.part(part)?.remove();
    this.show("line", false);
    document.querySelector("main").replaceChildren(this.root);
    document.title = "";
    this.show("notice", true);
    this.write("notice-words", text);
  }

  // Nothing of the shift is on the phone: choose another one, or sign in.
  empty(packs) {
    this.root.hidden = false;
    if (packs?.length) return this.choose(packs);
    this.notice(this.say("no-package"));
    this.show("line", true);
    this.line({ isOnLine: navigator.onLine, lastContact: null, waiting: 0, needsSignIn: navigator.onLine });
  }

  choose(packs) {
    const rows = packs.map((pack) => {
      const row = element("li");
      const link = element("a", `${pack.facts.project_name} · ${pack.facts.title} · ${dayOf(pack.facts.starts_at)}`);
      link.href = `/gate/${pack.shift}`;
      row.append(link);
      return row;
    });
    this.show("choose", true);
    this.show("line", false);
    this.part("choose").querySelector("ul").replaceChildren(...rows);
  }
}

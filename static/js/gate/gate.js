// One shift's gate on this phone: its list, its scans, and what the server makes of them.
import { newId } from "../submit-once.js";
import { judgeOnPhone } from "./judge.js";
import { afterwards, packed, People } from "./people.js";
import { signal } from "./sound.js";
import { Sync } from "./sync.js";
import { ask, Lost, Refused } from "./upload.js";
import { clockTime } from "./view.js";
import { report, wipe } from "./wipe.js";

const REFRESH_MS = 5 * 60 * 1000;
const FRESH_MS = 10 * 1000;
const MINUTE_MS = 60 * 1000;

export class Gate {
  // given: api, version, shift, organization (where the page knows it),
  // register and user (where somebody is signed in)
  constructor(store, view, say, given) {
    Object.assign(this, { store, view, say, ...given, offset: 0, settled: 0, direction: "in", busy: Promise.resolve() });
    this.sync = new Sync(store, this.api, this.version, {
      onSettled: (news) => this.settle(news),
      onRefused: (...refusal) => this.refused(...refusal),
      onChange: () => this.draw(),
    });
    store.onGone = () => this.isRemoved || this.clear(say("left-phone"));
  }

  get isKiosk() {
    return this.device?.kind === "kiosk";
  }

  // Whether there is a list to work with, from the phone or fresh.
  async start() {
    this.pack = this.shift ? await this.store.get("packages", this.shift) : undefined;
    this.organization ??= this.pack?.organization;
    this.device = await this.ownDevice();
    if (this.register) await this.takeOver();
    if (this.pack) await this.load();
    else if (this.device && this.shift) await this.refresh();
    return Boolean(this.pack) && !this.isRemoved;
  }

  // As what this device works here; a kiosk is one for all shifts of its team, also for those that it has no list of yet.
  async ownDevice() {
    if (this.organization) return this.store.get("devices", this.organization);
    return (await this.store.all("devices")).find(({ kind }) => kind === "kiosk");
  }

  run() {
    this.sync.soon(0);
    if (!this.device) this.needsSignIn = true;
    else if (!this.pack || Date.now() - this.pack.receivedAt > FRESH_MS) this.refresh();
    this.timer = setInterval(() => this.sync.isOnLine && !document.hidden && this.device && this.refresh(), REFRESH_MS);
    return this.draw();
  }

  // A phone goes from hand to hand: who is signed in now scans in their own name, after what the other one left.
  async takeOver() {
    const before = this.device;
    if (before?.user === this.user) return;
    if (before) await this.sync.drain();
    const isFree = !before || !(await this.store.all("queue")).some((scan) => scan.organization === this.organization && !scan.stuck);
    if (this.isRemoved || !isFree) return;
    this.device = (await this.registered()) ?? before;
    if (!before || this.device === before) return;
    // The list of a kiosk names nobody.
    if (before.kind === "kiosk") this.pack = undefined;
    await report(this.api, before.token);
  }

  async registered() {
    const agent = navigator.userAgentData;
    const name = [agent?.platform || navigator.platform, agent?.brands?.at(-1)?.brand].filter(Boolean).join(" · ").slice(0, 60) || "—";
    const headers = { "X-CSRFToken": document.querySelector("meta[name=csrf-token]").content };
    try {
      const answer = await fetch(this.register, { method: "POST", headers, body: new URLSearchParams({ name }) });
      if (!answer.ok || answer.redirected) return null;
      const device = { organization: this.organization, user: this.user, name, token: (await answer.json()).token };
      await this.store.put("devices", device);
      return device;
    } catch {
      return null;
    }
  }

  async load() {
    const [presences, log, queue] = await Promise.all(["presence", "log", "queue"].map((name) => this.store.all(name)));
    const { shift, pack } = this;
    const people = new People(pack, presences);
    this.happenedSince(people, queue);
    this.people = people;
    this.offset = pack.offset;
    const since = log.filter((line) => line.shift === shift && line.receivedAt > pack.receivedAt);
    pack.counts = since.at(-1)?.counts ?? pack.counts;
  }

  // A fresh list. What was answered meanwhile is newer than it: then the next one will do.
  async refresh() {
    const { settled } = this;
    try {
      const asked = Date.now();
      const answer = await this.ask(`${this.shift}/gate-package`);
      const pack = packed(answer, Date.now());
      pack.offset = Date.parse(pack.madeAt) - (asked + Date.now()) / 2;
      if (settled !== this.settled) return;
      await this.store.putPackage(pack, this.happenedSince(new People(pack, []), await this.store.all("queue")));
      this.pack = pack;
      await this.load();
      this.needsSignIn = false;
      this.sync.reach();
    } catch (error) {
      await this.sync.fail(this.organization ?? this.device.organization, error);
    }
  }

  ask(path, given = {}) {
    const { version } = this;
    return ask(`${this.api}/shifts/${path}`, { token: this.device?.token, version, language: document.documentElement.lang, ...given });
  }

  // What waits in the queue has happened, and the server does not know it yet; nor does this page, when it was opened
  // anew while a scan waited for its answer.
  happenedSince(people, queue) {
    const passed = queue.filter((scan) => scan.shift === this.shift && scan.told === "accepted" && people.ofKey(scan.who));
    passed.forEach((scan) => people.place(afterwards(this.shift, people.ofKey(scan.who), scan.direction, scan.scanned_at)));
    return passed.map((scan) => ({ shift: this.shift, ...placeOf(people.ofKey(scan.who)) }));
  }

  // --- one scan -------------------------------------------------------------------------------------

  // One after the other: what the first one changes decides about the second.
  scan(given) {
    const { direction } = this;
    this.busy = this.busy.then(() => this.pack && this.pass({ ...given, direction })).catch((error) => this.fail(error));
    return this.busy;
  }

  // A scan that the phone cannot keep is none: that must be seen at once, and hold up nobody.
  fail(error) {
    if (this.isRemoved) return;
    const reason = error?.name ?? "AbortError";
    this.view.verdict({ state: "refused", word: this.say("not-kept"), name: "", note: this.say("not-kept-note", { reason }) });
    signal("refused");
  }

  async pass({ code, person: chosen, direction }) {
    const person = chosen ? this.people.ofKey(chosen.volunteer) : await this.people.ofCode(code);
    const now = new Date();
    const judged = judgeOnPhone(this.pack, person, direction, now.getTime() + this.offset);
    const isAlone = !(await this.store.all("queue")).some((each) => !each.stuck);
    const scan = {
      ...{ client_id: newId(), shift: this.shift, organization: this.pack.organization, direction, scanned_at: now.toISOString() },
      ...(chosen ? { volunteer: chosen.volunteer } : { code }),
      ...{ told: judged.verdict, who: person?.volunteer, name: person?.name, language: document.documentElement.lang },
    };
    scan.seq = await this.store.enqueue(scan);
    this.view.verdict({ state: "asking", word: this.say("asking"), name: person?.name ?? "", note: "" });
    const answer = isAlone ? await this.sync.first(scan) : null;
    const result = answer?.results[0];
    if (result) return this.tell(result, direction, result.person ?? person);
    if (this.isRemoved) return;
    this.tell(judged, direction, person);
    if (judged.verdict === "accepted") await this.move(afterwards(this.shift, person, direction, scan.scanned_at));
    await this.draw();
    this.sync.later();
  }

  async move(presence) {
    this.people.place(presence);
    await this.store.put("presence", presence);
  }

  tell({ verdict, code }, direction, person) {
    const at = verdict === "accepted" ? null : (person?.out_at ?? person?.in_at);
    const since = at ? this.say(person.out_at ? "left" : "since", { time: clockTime(at) }) : "";
    const isKept = verdict === "provisional" && code === "unknown";
    const help = this.isKiosk && !["accepted", "repeated"].includes(verdict) ? this.say("kiosk-help") : "";
    const note = [isKept && !help ? this.say("unknown-note") : this.why(code), since, help].filter(Boolean).join(" · ");
    this.view.verdict({ state: verdict, word: this.verdictWord(verdict, direction), name: person?.name ?? this.say("nobody"), note });
    this.view.found(null);
    this.view.desk?.told();
    signal(verdict);
  }

  why(code) {
    return code ? (this.pack.words[document.documentElement.lang]?.[code] ?? code) : "";
  }

  verdictWord(verdict, direction = "in") {
    if (verdict === "accepted") return this.say(`accepted-${direction}`);
    return this.say(verdict === "refused" ? `refused-${direction}` : verdict);
  }

  // --- what the server says -------------------------------------------------------------------------

  // Sent by this page, or by the worker or another page.
  async settle({ shift, counts, presences, offset }) {
    this.settled += 1;
    this.offset = offset;
    if (shift === this.shift && this.people && !this.isRemoved) {
      this.pack.counts = counts;
      presences.forEach((each) => this.people.place(each));
    }
    await this.draw();
  }

  async refused(organization, error) {
    if (error.code === "device-revoked") return this.remove(this.say("wiped"), true);
    if (error.status === 401) await this.askToSignIn();
    else if (!this.pack) this.view.notice(this.say("no-right"));
    await this.draw();
  }

  // The token is over. Where somebody is signed in the phone registers again, and what waits goes on.
  async askToSignIn() {
    const mayTry = this.register && !this.isTried;
    this.isTried = true;
    this.device = mayTry ? await this.registered() : null;
    this.needsSignIn = !this.device;
    if (this.device) this.sync.soon(0);
  }

  async remove(text, isLost = false) {
    if (this.isRemoved) return;
    this.clear(text);
    await wipe({ store: this.store, api: this.api, isLost });
    this.view.root.dataset.wiped = "yes";
  }

  // Nothing stays on the screen.
  clear(text) {
    this.isRemoved = true;
    this.sync.stop();
    clearInterval(this.timer);
    this.view.desk?.camera?.stop();
    this.pack = null;
    this.view.removed(text);
  }

  // --- decisions ------------------------------------------------------------------------------------

  async act(line, path, body, settled) {
    const done = async (state) => {
      await this.store.put("log", { ...line, settled: state });
      await this.refresh();
    };
    try {
      const answer = await this.ask(`${line.shift}/scans/${line.scan}/${path}`, { method: "POST", body });
      await done(settled ?? answer.verdict);
    } catch (error) {
      if (!(error instanceof Lost) && !(error instanceof Refused)) throw error;
      const reason = error instanceof Lost ? this.say("no-network") : error.message;
      this.view.verdict({ state: "refused", word: this.say("failed", { reason }), name: line.name ?? "", note: "" });
      if (error.code === "already-decided") await done("decided");
    }
    await this.draw();
  }

  // --- what is shown --------------------------------------------------------------------------------

  async draw() {
    if (!this.pack || this.isRemoved) return;
    const [queue, log] = await Promise.all([this.store.all("queue"), this.store.all("log")]);
    if (this.isRemoved) return;
    const going = queue.filter((scan) => !scan.stuck);
    const own = going.filter((scan) => scan.shift === this.shift);
    const told = (verdict, direction) => own.filter((scan) => scan.told === verdict && [undefined, scan.direction].includes(direction)).length;
    const { counts } = this.pack;
    const lastContact = this.sync.lastContact ?? this.pack.receivedAt;
    this.view.line({ isOnLine: this.sync.isOnLine, lastContact, waiting: going.length, needsSignIn: this.needsSignIn });
    this.view.counts({
      inside: counts.inside + told("accepted", "in") - told("accepted", "out"),
      expected: counts.expected,
      refused: counts.refused + told("refused"),
      waiting: going.length,
    });
    this.view.lists(this, {
      log: log.filter((line) => line.shift === this.shift),
      pending: own,
      stuck: queue.filter((scan) => scan.shift === this.shift && scan.stuck),
      undoSince: Date.now() - this.pack.undoMinutes * MINUTE_MS,
    });
  }
}

function placeOf({ volunteer, presence, in_at, out_at }) {
  return { volunteer, presence, in_at, out_at };
}

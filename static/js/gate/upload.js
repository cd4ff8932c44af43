// Sends scans to the server, each exactly once: the page does while it is open, the worker when it is not.
// A scan keeps the id that the phone gave it, so that sending it again is never a second scan.
import { newId } from "../submit-once.js";

const NAME = "timebank-gate";
const LARGEST_BATCH = 500;
const FIRST_PATIENCE_MS = 2000;
const PATIENCE_MS = 30000;
// The id of a scan belongs to another one: it is kept back and can be sent under a new id.
const REUSED = "key-reused";

// By this name the browser tells the worker that what waits may go.
export const TAG = "gate-scans";

export class Lost extends Error {
  constructor(reason, waitMs = 0) {
    super(reason);
    this.waitMs = waitMs;
  }
}

export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail ?? String(status));
    Object.assign(this, { status, code: problem.code ?? String(status) });
  }
}

function lasting(status) {
  return status >= 500 || status === 429 || status === 408 || status === 425;
}

// Raises Lost when it is worth trying again, Refused when it is not.
export async function ask(address, { token, version, language, method = "GET", body, patience = PATIENCE_MS }) {
  const headers = { Accept: "application/json", Authorization: `Bearer ${token}` };
  if (language) headers["Accept-Language"] = language;
  if (version) headers["Timebank-Gate-Version"] = version;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let answer;
  try {
    const content = body === undefined ? undefined : JSON.stringify(body);
    answer = await fetch(address, { method, headers, body: content, cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(patience) });
    if (answer.ok) return await answer.json();
  } catch (error) {
    throw new Lost(error.name);
  }
  if (lasting(answer.status)) throw new Lost(String(answer.status), Number(answer.headers.get("Retry-After")) * 1000 || 0);
  throw new Refused(answer.status, await answer.json().catch(() => ({})));
}

// What leaves the phone; `told` only when the phone has judged by itself.
function sent(scan, isFirst) {
  const { client_id, direction, scanned_at, told } = scan;
  const who = scan.volunteer ? { volunteer: scan.volunteer } : { code: scan.code };
  return { client_id, direction, scanned_at, ...who, ...(isFirst ? {} : { told }) };
}

function presenceOf({ in_at, out_at }) {
  const presence = in_at ? (out_at ? "gone" : "inside") : "never_in";
  return { presence, in_at, out_at };
}

// One answered scan as the phone keeps it; it holds no code any more. The counts that came with the answer are newer than
// those of the list, which is too large to be written again with every scan.
function lineOf(scan, result, counts, isFirst) {
  const { client_id, shift, organization, direction, scanned_at: at } = scan;
  const name = result.person?.name ?? scan.name;
  const told = isFirst ? null : scan.told;
  return { client_id, shift, organization, direction, at, name, told, receivedAt: Date.now(), verdict: result.verdict, code: result.code, scan: result.scan, counts };
}

const SILENT = { onReach() {}, onSettled() {}, onChange() {}, onHeard() {} };

export class Uploader {
  // hooks: onRefused(organization, error); for a page also onReach(), onChange(), onSettled(news) and
  // onHeard(news), when somebody else on this phone has sent. news: {shift, counts, presences, offset}, or none
  constructor(store, api, version, hooks) {
    Object.assign(this, { store, api, version, hooks: { ...SILENT, ...hooks }, isStopped: false });
    this.channel = new BroadcastChannel(NAME);
    this.channel.onmessage = ({ data }) => this.hooks.onHeard(data);
  }

  stop() {
    this.isStopped = true;
    this.channel.close();
  }

  // One at a time on this phone, pages and worker: so nobody sends what somebody else is sending.
  exclusive(how) {
    if (!navigator.locks) return how();
    return navigator.locks.request(NAME, how);
  }

  // One scan, at once, before the phone has told its own verdict.
  sendFirst(scan) {
    return this.exclusive(() => this.post([scan], true));
  }

  sendAll() {
    return this.exclusive(() => this.uploadAll());
  }

  async post(scans, isFirst) {
    const [{ organization, shift, language }] = scans;
    const body = { scans: scans.map((scan) => sent(scan, isFirst)), sent_at: new Date().toISOString() };
    const token = (await this.store.get("devices", organization))?.token;
    if (!token) throw new Refused(401, { code: "device-unknown" });
    const patience = isFirst ? FIRST_PATIENCE_MS : PATIENCE_MS;
    const answer = await ask(`${this.api}/shifts/${shift}/scans`, { token, version: this.version, language, method: "POST", body, patience });
    this.hooks.onReach();
    const news = await this.settle(shift, scans, answer, isFirst);
    if (this.isStopped) return answer;
    this.channel.postMessage(news);
    await this.hooks.onSettled(news);
    return answer;
  }

  async settle(shift, scans, answer, isFirst) {
    const byId = new Map(scans.map((scan) => [scan.client_id, scan]));
    const kept = answer.results.filter((each) => each.code !== REUSED);
    const presences = kept.filter((each) => each.person && each.volunteer).map((each) => ({ shift, volunteer: each.volunteer, ...presenceOf(each.person) }));
    const pairs = kept.map((result) => [byId.get(result.client_id), lineOf(byId.get(result.client_id), result, answer.counts, isFirst)]);
    await this.store.settle(pairs, presences);
    for (const each of answer.results.filter((result) => result.code === REUSED)) {
      await this.keepBack([{ ...byId.get(each.client_id), client_id: newId() }], new Error(each.message));
    }
    await this.store.trimLog();
    return { shift, counts: answer.counts, presences, offset: Date.parse(answer.now) - Date.now() };
  }

  async uploadAll() {
    if (this.isStopped) return;
    const waiting = (await this.store.all("queue")).filter((scan) => !scan.stuck);
    for (const shift of new Set(waiting.map((scan) => scan.shift))) {
      const scans = waiting.filter((scan) => scan.shift === shift);
      for (let from = 0; from < scans.length; from += LARGEST_BATCH) await this.upload(scans.slice(from, from + LARGEST_BATCH));
    }
  }

  // One scan that cannot be taken must not hold up the others: the batch is halved until it stands alone.
  async upload(scans) {
    if (this.isStopped) return;
    try {
      await this.post(scans, false);
    } catch (error) {
      if (this.isStopped) return;
      if (!(error instanceof Refused)) throw error;
      if (error.status === 401) return this.hooks.onRefused(scans[0].organization, error);
      if (scans.length === 1 || error.status === 403 || error.status === 404) return this.keepBack(scans, error);
      const middle = scans.length >> 1;
      await this.upload(scans.slice(0, middle));
      await this.upload(scans.slice(middle));
    }
  }

  async keepBack(scans, error) {
    await this.store.keepBack(scans, error.message);
    this.channel.postMessage(null);
    this.hooks.onChange();
  }
}

// Speaks with the server: one scan at once while there is a network, else all that wait, in order, each exactly once.
// A scan keeps the id that the phone gave it, so that sending it again is never a second scan.
const LARGEST_BATCH = 500;
const FIRST_PATIENCE_MS = 2000;
const PATIENCE_MS = 30000;
const FIRST_WAIT_MS = 2000;
const LONGEST_WAIT_MS = 60000;
const PROBE_MS = 10000;

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
export async function ask(address, { token, version, method = "GET", body, patience = PATIENCE_MS }) {
  const headers = { Accept: "application/json", Authorization: `Bearer ${token}`, "Accept-Language": document.documentElement.lang };
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
  if (lasting(answer.status)) throw new Lost(String(answer.status), Number(answer.headers.get("Retry-After") ?? 0) * 1000);
  throw new Refused(answer.status, await answer.json().catch(() => ({})));
}

// What leaves the phone; `told` only when the phone has judged by itself.
function sent(scan, isFirst) {
  const { client_id, direction, scanned_at, told } = scan;
  const who = scan.volunteer ? { volunteer: scan.volunteer } : { code: scan.code };
  return { client_id, direction, scanned_at, ...who, ...(isFirst ? {} : { told }) };
}

export class Sync {
  // hooks: tokenOf(organization), onAnswers(shift, scans, answer, isFirst), onRefused(organization, error), onChange()
  constructor(store, api, version, hooks) {
    Object.assign(this, { store, api, version, hooks, isOnLine: navigator.onLine, lastContact: null, wait: FIRST_WAIT_MS });
    window.addEventListener("online", () => this.soon(0));
    window.addEventListener("offline", () => this.lose(new Lost("offline")));
    document.addEventListener("visibilitychange", () => document.hidden || this.soon(0));
  }

  stop() {
    clearTimeout(this.timer);
    this.isStopped = true;
  }

  soon(waitMs = this.wait) {
    clearTimeout(this.timer);
    if (!this.isStopped) this.timer = setTimeout(() => this.drain(), waitMs);
  }

  reach() {
    Object.assign(this, { isOnLine: true, lastContact: Date.now(), wait: FIRST_WAIT_MS });
    this.hooks.onChange();
  }

  lose(error) {
    this.isOnLine = false;
    this.soon(Math.max(error.waitMs, this.wait));
    this.wait = Math.min(LONGEST_WAIT_MS, this.wait * 2);
    this.hooks.onChange();
  }

  exclusive(how) {
    if (!navigator.locks) return how();
    return navigator.locks.request("timebank-gate", how);
  }

  async post(organization, shift, scans, isFirst) {
    const body = { scans: scans.map((scan) => sent(scan, isFirst)), sent_at: new Date().toISOString() };
    const token = await this.hooks.tokenOf(organization);
    if (!token) throw new Refused(401, { code: "device-unknown" });
    const patience = isFirst ? FIRST_PATIENCE_MS : PATIENCE_MS;
    const answer = await ask(`${this.api}/shifts/${shift}/scans`, { token, version: this.version, method: "POST", body, patience });
    this.reach();
    await this.hooks.onAnswers(shift, scans, answer, isFirst);
    return answer;
  }

  // The answer to a scan made on line, or null: then the phone judges, and the scan waits with the others.
  async first(scan) {
    if (!this.isOnLine) return null;
    try {
      return await this.exclusive(() => this.post(scan.organization, scan.shift, [scan], true));
    } catch (error) {
      await this.fail(scan.organization, error);
      return null;
    }
  }

  async fail(organization, error) {
    if (error instanceof Lost) this.lose(error);
    else if (error instanceof Refused) await this.hooks.onRefused(organization, error);
    else throw error;
  }

  async drain() {
    const waiting = (await this.store.all("queue")).filter((scan) => !scan.stuck);
    try {
      if (waiting.length) await this.exclusive(() => this.uploadAll());
      else if (!this.isOnLine) await this.probe();
    } catch (error) {
      if (!(error instanceof Lost)) throw error;
      this.lose(error);
    }
    if (!this.isOnLine) this.soon();
  }

  async probe() {
    try {
      const answer = await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(PROBE_MS) });
      if (answer.ok) this.reach();
      else throw new Lost(String(answer.status));
    } catch {
      throw new Lost("probe");
    }
  }

  async uploadAll() {
    const waiting = (await this.store.all("queue")).filter((scan) => !scan.stuck);
    for (const shift of new Set(waiting.map((scan) => scan.shift))) {
      const scans = waiting.filter((scan) => scan.shift === shift);
      for (let from = 0; from < scans.length; from += LARGEST_BATCH) await this.upload(scans.slice(from, from + LARGEST_BATCH));
    }
  }

  // One scan that cannot be taken must not hold up the others: the batch is halved until it stands alone.
  async upload(scans) {
    const [{ organization, shift }] = scans;
    try {
      await this.post(organization, shift, scans, false);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.status === 401) return this.hooks.onRefused(organization, error);
      if (scans.length === 1 || error.status === 403 || error.status === 404) return this.keepBack(scans, error);
      const middle = scans.length >> 1;
      await this.upload(scans.slice(0, middle));
      await this.upload(scans.slice(middle));
    }
  }

  async keepBack(scans, error) {
    await this.store.write(["queue"], ({ queue }) => scans.forEach((scan) => queue.put({ ...scan, stuck: error.message })));
    this.hooks.onChange();
  }

  async sendAgain(scan) {
    await this.store.put("queue", { ...scan, stuck: undefined });
    this.soon(0);
  }
}

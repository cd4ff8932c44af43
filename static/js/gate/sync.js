// When the page sends: one scan at once while there is a network, else all that wait when it returns. For the time
// when the page is closed it asks the browser to wake the worker.
import { Lost, Refused, TAG, Uploader } from "./upload.js";

const FIRST_WAIT_MS = 2000;
const LONGEST_WAIT_MS = 60000;
const PROBE_MS = 10000;

// Whether what waits is sent without this page; browsers without Background Sync leave it to the page.
export async function sendsInBackground() {
  if (!("SyncManager" in window)) return false;
  const permission = await navigator.permissions?.query({ name: "background-sync" }).catch(() => null);
  return permission?.state !== "denied";
}

async function askForBackground() {
  const registration = await navigator.serviceWorker?.ready;
  await registration?.sync?.register(TAG);
}

export class Sync {
  // hooks: onSettled(news), onRefused(organization, error), onChange(); see Uploader
  constructor(store, api, version, hooks) {
    Object.assign(this, { store, hooks, isOnLine: navigator.onLine, lastContact: null, wait: FIRST_WAIT_MS });
    this.uploader = new Uploader(store, api, version, { ...hooks, onReach: () => this.reach(), onHeard: (news) => this.hear(news) });
    window.addEventListener("online", () => this.soon(0));
    window.addEventListener("offline", () => this.lose(new Lost("offline")));
    document.addEventListener("visibilitychange", () => (document.hidden ? this.leave() : this.soon(0)));
  }

  stop() {
    clearTimeout(this.timer);
    this.isStopped = true;
    this.uploader.stop();
  }

  soon(waitMs = this.wait) {
    clearTimeout(this.timer);
    if (!this.isStopped) this.timer = setTimeout(() => this.drain(), waitMs);
  }

  // A scan is kept: this page sends it, or the worker if the page is closed before. Without a network a timer runs
  // already; beginning it anew with every scan would put the sending off for as long as people come.
  later() {
    if (this.isOnLine) this.soon(0);
    if (!this.isAsked) askForBackground().catch(() => {});
    this.isAsked = true;
  }

  // Whoever puts the phone away may never come back to this page.
  async leave() {
    if (!this.isStopped && (await this.isWaiting())) await askForBackground().catch(() => {});
  }

  async isWaiting() {
    return (await this.store.all("queue")).some((scan) => !scan.stuck);
  }

  reach() {
    Object.assign(this, { isOnLine: true, isAsked: false, lastContact: Date.now(), wait: FIRST_WAIT_MS });
    this.hooks.onChange();
  }

  lose(error) {
    this.isOnLine = false;
    this.soon(Math.max(error.waitMs, this.wait));
    this.wait = Math.min(LONGEST_WAIT_MS, this.wait * 2);
    this.hooks.onChange();
  }

  // The worker, or another page, has sent what this page may still show as waiting.
  hear(news) {
    if (!news) return this.hooks.onChange();
    this.reach();
    this.hooks.onSettled(news);
  }

  // The answer to a scan made on line, or null: then the phone judges, and the scan waits with the others.
  async first(scan) {
    if (!this.isOnLine) return null;
    try {
      return await this.uploader.sendFirst(scan);
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
    try {
      if (await this.isWaiting()) await this.uploader.sendAll();
      else if (!this.isOnLine) await this.probe();
    } catch (error) {
      if (!(error instanceof Lost)) throw error;
      return this.lose(error);
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

  async sendAgain(scan) {
    await this.store.put("queue", { ...scan, stuck: undefined });
    this.soon(0);
  }
}

// What the phone keeps: its tokens, the lists of shifts, who came and went, the scans that wait, the last answers.
const NAME = "timebank-gate";
const VERSION = 1;
const KEPT_LINES = 200;

function asked(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function ended(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
  });
}

function build(database) {
  database.createObjectStore("devices", { keyPath: "organization" });
  database.createObjectStore("packages", { keyPath: "shift" });
  database.createObjectStore("presence", { keyPath: ["shift", "volunteer"] });
  const queue = database.createObjectStore("queue", { keyPath: "seq", autoIncrement: true });
  queue.createIndex("client_id", "client_id", { unique: true });
  const log = database.createObjectStore("log", { keyPath: "seq", autoIncrement: true });
  log.createIndex("client_id", "client_id", { unique: true });
}

export class Store {
  static async open(prepare = ({ result }) => build(result)) {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => prepare(request);
    const store = new Store();
    store.database = await asked(request);
    // Another page, or the worker, empties this phone: it must not be held up, and nothing may stay on the screen.
    store.database.onversionchange = () => {
      store.close();
      store.onGone?.();
    };
    return store;
  }

  // Null where there is none. To look first and then to open would make an empty one anew on a phone that is emptied
  // in between.
  static async openExisting() {
    return Store.open(({ transaction }) => transaction.abort()).catch(() => null);
  }

  close() {
    this.database.close();
  }

  async read(name, how) {
    return asked(how(this.database.transaction(name).objectStore(name)));
  }

  // `strict` waits until the disk has it: a phone may run empty right after a scan.
  async write(names, how) {
    const transaction = this.database.transaction(names, "readwrite", { durability: "strict" });
    const result = how(Object.fromEntries(names.map((name) => [name, transaction.objectStore(name)])));
    await ended(transaction);
    return result?.result;
  }

  all(name) {
    return this.read(name, (store) => store.getAll());
  }

  get(name, key) {
    return this.read(name, (store) => store.get(key));
  }

  put(name, value) {
    return this.write([name], (stores) => stores[name].put(value));
  }

  // The scan's number in its queue.
  enqueue(scan) {
    return this.write(["queue"], ({ queue }) => queue.add(scan));
  }

  // A scan that the server has answered leaves the queue and enters the log in one step.
  settle(pairs, presences) {
    return this.write(["queue", "log", "presence"], ({ queue, log, presence }) => {
      for (const [scan, line] of pairs) {
        queue.delete(scan.seq);
        const known = log.index("client_id").getKey(line.client_id);
        known.onsuccess = () => known.result === undefined && log.add(line);
      }
      for (const each of presences) presence.put(each);
    });
  }

  // Scans that the server does not take stay here with its reason.
  keepBack(scans, reason) {
    return this.write(["queue"], ({ queue }) => scans.forEach((scan) => queue.put({ ...scan, stuck: reason })));
  }

  async trimLog() {
    const keys = await this.read("log", (store) => store.getAllKeys());
    const old = keys.slice(0, Math.max(0, keys.length - KEPT_LINES));
    if (old.length) await this.write(["log"], ({ log }) => old.forEach((key) => log.delete(key)));
  }

  // A fresh list knows where everybody is; what waits in the queue has happened since.
  async putPackage(pack, presences) {
    await this.write(["packages", "presence"], ({ packages, presence }) => {
      packages.put(pack);
      presence.delete(IDBKeyRange.bound([pack.shift], [pack.shift, []]));
      for (const each of presences) presence.put(each);
    });
  }
}

// The database itself goes when the last page lets go of it; what it held is gone at once.
export async function deleteEverything(store) {
  const names = [...store.database.objectStoreNames];
  await store.write(names, (stores) => names.forEach((name) => stores[name].clear())).catch(() => {});
  store.close();
  await new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(NAME);
    request.onsuccess = request.onerror = request.onblocked = () => resolve();
  });
}

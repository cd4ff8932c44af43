// Leaves nothing on the phone: lists, scans, pages; then tells the server so.
import { deleteEverything } from "./store.js";

const ATTEMPTS = 3;
const PAUSE_MS = 2000;

async function report(api, token) {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    try {
      const answer = await fetch(`${api}/gate-devices/wiped`, { method: "POST", headers: { Authorization: `Bearer ${token}` } });
      if (answer.status < 500) return;
    } catch {
      // The list of phones says then that it was revoked, and not that it is empty.
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

export async function wipe({ store, api, tokens }) {
  store.close();
  await deleteEverything();
  if ("caches" in window) for (const name of await caches.keys()) await caches.delete(name);
  const workers = (await navigator.serviceWorker?.getRegistrations()) ?? [];
  await Promise.all(workers.map((worker) => worker.unregister()));
  await Promise.all(tokens.map((token) => report(api, token)));
}

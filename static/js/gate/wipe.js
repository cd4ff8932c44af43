// Leaves nothing on the phone: lists, scans, pages; then tells the server so.
import { deleteEverything } from "./store.js";

const ATTEMPTS = 3;
const PAUSE_MS = 2000;

// The token opens nothing from then on.
export async function report(api, token) {
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

// Whoever holds the phone must not come back by a session that is still open on it.
async function signOut() {
  try {
    const page = await (await fetch("/gate/start", { cache: "no-store" })).text();
    const token = new DOMParser().parseFromString(page, "text/html").querySelector("meta[name=csrf-token]").content;
    await fetch("/sign-out", { method: "POST", headers: { "X-CSRFToken": token }, redirect: "manual" });
  } catch {
    // Without a network the session ends by itself, or where the person ends it.
  }
}

export async function wipe({ store, api, tokens, isLost }) {
  store.close();
  await deleteEverything();
  if ("caches" in window) for (const name of await caches.keys()) await caches.delete(name);
  const workers = (await navigator.serviceWorker?.getRegistrations()) ?? [];
  await Promise.all(workers.map((worker) => worker.unregister()));
  if (isLost) await signOut();
  await Promise.all(tokens.map((token) => report(api, token)));
}

// Leaves nothing on the phone: lists, scans, pages; then tells the server so.
import { deleteEverything } from "./store.js";

const ATTEMPTS = 3;
const PAUSE_MS = 2000;
// A worker has nothing that reads pages.
const TOKEN = /<meta name="csrf-token" content="([^"]+)">/;

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
    const [, token] = TOKEN.exec(page);
    await fetch("/sign-out", { method: "POST", headers: { "X-CSRFToken": token }, redirect: "manual" });
  } catch {
    // Without a network the session ends by itself, or where the person ends it.
  }
}

async function registrations() {
  return self.registration ? [self.registration] : ((await navigator.serviceWorker?.getRegistrations()) ?? []);
}

// By a page or by the worker.
export async function wipe({ store, api, isLost }) {
  const devices = await store.all("devices").catch(() => []);
  await deleteEverything(store);
  if ("caches" in self) for (const name of await caches.keys()) await caches.delete(name);
  await Promise.all((await registrations()).map((worker) => worker.unregister()));
  if (isLost) await signOut();
  await Promise.all(devices.map(({ token }) => report(api, token)));
}

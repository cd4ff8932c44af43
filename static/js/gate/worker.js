// Keeps the page of the gate on the phone. VERSION, START and FILES are written before this text by the server.
const CACHE = `timebank-gate-${VERSION}`;
const PATIENCE_MS = 4000;

async function keepShell() {
  const answer = await fetch(START, { cache: "reload", credentials: "same-origin" });
  if (!answer.ok || answer.redirected) throw new Error(`the shell answered ${answer.status}`);
  await (await caches.open(CACHE)).put(START, answer);
}

async function install() {
  const cache = await caches.open(CACHE);
  await cache.addAll(FILES.map((file) => new Request(file, { cache: "reload" })));
  await keepShell();
  await self.skipWaiting();
}

async function activate() {
  for (const name of await caches.keys()) if (name.startsWith("timebank-gate-") && name !== CACHE) await caches.delete(name);
  await self.clients.claim();
}

// The page from the network while that answers; else the shell, which finds its shift by the address.
async function page(request) {
  const shell = async () => (await caches.match(START)) ?? Response.error();
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
    const isAway = answer.type === "opaqueredirect" || answer.status >= 500;
    return isAway && isGate(new URL(request.url)) ? shell() : answer;
  } catch {
    return shell();
  }
}

function isGate(url) {
  return url.pathname === START || /^\/gate\/[^/]+(\/(ready|kiosk))?$/.test(url.pathname);
}

async function file(request) {
  return (await caches.match(request, { ignoreSearch: true, cacheName: CACHE })) ?? fetch(request);
}

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("message", (event) => {
  if (event.data === "keep-shell") event.waitUntil(keepShell().catch(() => {}));
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (FILES.includes(url.pathname)) event.respondWith(file(request));
});

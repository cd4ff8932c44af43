// Keeps the projected code and the counts fresh. When the connection is lost the last code stays, with a notice.
const POLL_MS = 4000;
const RETRY_MS = 2000;
const PATIENCE_MS = 5000;

function draw(screen, state) {
  const picture = new DOMParser().parseFromString(state.picture, "image/svg+xml").documentElement;
  screen.querySelector("[data-picture]").replaceChildren(document.importNode(picture, true));
  for (const name of ["inside", "expected", "gone"]) {
    const figure = screen.querySelector(`[data-count=${name}] .figure-value`);
    if (figure.textContent !== String(state[name])) figure.textContent = state[name];
  }
  screen.querySelector("[data-valid-until]").textContent = state.valid_until;
}

function tellConnection(screen, isLost) {
  screen.querySelector("[data-lost]").hidden = !isLost;
  screen.querySelector("[data-live]").hidden = isLost;
}

async function fetchState(address) {
  const answer = await fetch(address, { cache: "no-store", redirect: "error", signal: AbortSignal.timeout(PATIENCE_MS) });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return answer.json();
}

async function refresh(screen) {
  let wait = RETRY_MS;
  try {
    const state = await fetchState(screen.dataset.screen);
    // The page itself says that the gate has closed.
    if (!state.is_open) return location.reload();
    draw(screen, state);
    tellConnection(screen, false);
    // The next code is fetched right after it begins, so that nobody scans one that is about to end.
    wait = Math.min(POLL_MS, state.seconds_left * 1000 + 100);
  } catch {
    tellConnection(screen, true);
  }
  return setTimeout(refresh, wait, screen);
}

async function stayAwake() {
  try {
    if (document.visibilityState === "visible") await navigator.wakeLock?.request("screen");
  } catch {
    // A laptop on battery may refuse; the code is shown all the same.
  }
}

const screen = document.querySelector("[data-screen]");
if (screen) {
  setTimeout(refresh, Math.min(POLL_MS, Number(screen.dataset.secondsLeft) * 1000 + 100), screen);
  document.addEventListener("visibilitychange", stayAwake);
  stayAwake();
}

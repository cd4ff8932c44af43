// Keeps the projected code and the counts fresh. While the connection is lost the codes go on from those in hand.
const POLL_MS = 4000;
const RETRY_MS = 2000;
const PATIENCE_MS = 5000;
const AHEAD_MS = 60_000;
const SVG = "http://www.w3.org/2000/svg";

/** Codes in hand: when the first one ends (by this page's own clock), how long each is shown, and their rows. */
let ahead = { firstEnds: 0, stepMs: 1, until: "", codes: [] };
let aheadAt = -AHEAD_MS;

function draw(screen, state) {
  const picture = new DOMParser().parseFromString(state.picture, "image/svg+xml").documentElement;
  screen.querySelector("[data-picture]").replaceChildren(document.importNode(picture, true));
  for (const name of ["inside", "expected", "gone"]) {
    const figure = screen.querySelector(`[data-count=${name}] .figure-value`);
    if (figure.textContent !== String(state[name])) figure.textContent = state[name];
  }
  screen.querySelector("[data-valid-until]").textContent = state.valid_until;
}

function drawRows(screen, code) {
  const dark = code.rows.flatMap((row, y) => [...row].flatMap((cell, x) => (cell === "1" ? `M${x} ${y}h1v1h-1z` : [])));
  const path = screen.querySelector("[data-picture] path");
  path.closest("svg").setAttribute("viewBox", `0 0 ${code.rows.length} ${code.rows.length}`);
  const drawn = document.createElementNS(SVG, "path");
  drawn.setAttribute("d", dark.join(""));
  drawn.setAttribute("fill", "#000");
  path.replaceWith(drawn);
  screen.querySelector("[data-valid-until]").textContent = code.valid_until;
}

/** The code of this moment from those in hand, or the last one and the fact that they are used up. */
function goOn(screen) {
  const passed = Math.max(0, Math.ceil((performance.now() - ahead.firstEnds) / ahead.stepMs));
  const code = ahead.codes[Math.min(passed, ahead.codes.length - 1)];
  if (code) drawRows(screen, code);
  screen.querySelector("[data-until]").textContent = ahead.until;
  tellConnection(screen, passed < ahead.codes.length ? "lost" : "used-up");
}

function tellConnection(screen, state) {
  for (const name of ["live", "lost", "used-up"]) screen.querySelector(`[data-${name}]`).hidden = name !== state;
}

async function fetched(address) {
  const answer = await fetch(address, { cache: "no-store", redirect: "error", signal: AbortSignal.timeout(PATIENCE_MS) });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return answer.json();
}

async function lookAhead(screen) {
  if (performance.now() - aheadAt < AHEAD_MS) return;
  const given = await fetched(screen.dataset.ahead);
  aheadAt = performance.now();
  ahead = {
    firstEnds: aheadAt + given.seconds_left * 1000,
    stepMs: given.step_seconds * 1000,
    until: given.until,
    codes: given.codes,
  };
}

async function refresh(screen) {
  let wait = RETRY_MS;
  try {
    const state = await fetched(screen.dataset.screen);
    // The page itself says that the gate has closed.
    if (!state.is_open) return location.reload();
    draw(screen, state);
    tellConnection(screen, "live");
    await lookAhead(screen);
    // The next code is fetched right after it begins, so that nobody scans one that is about to end.
    wait = Math.min(POLL_MS, state.seconds_left * 1000 + 100);
  } catch {
    goOn(screen);
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
  refresh(screen);
  document.addEventListener("visibilitychange", stayAwake);
  stayAwake();
}

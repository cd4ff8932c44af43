// Keeps the progress of an import fresh; the page is loaded again when the work is over. Without this file people reload.
const POLL_MS = 1500;
const RETRY_MS = 4000;
const PATIENCE_MS = 10000;

function draw(box, state) {
  const bar = box.querySelector("progress");
  bar.max = state.rows;
  bar.value = state.handled;
  box.querySelector("[data-told]").textContent = state.told;
  box.querySelector("[data-still]").hidden = !state.stands_still;
  for (const [name, count] of Object.entries(state.counts)) {
    const figure = document.querySelector(`[data-count=${name}] .figure-value`);
    if (figure) figure.textContent = count;
  }
}

async function refresh(box) {
  let wait = RETRY_MS;
  try {
    const answer = await fetch(box.dataset.progress, { cache: "no-store", redirect: "error", signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const state = await answer.json();
    if (state.status !== box.dataset.status) return location.reload();
    draw(box, state);
    wait = POLL_MS;
  } catch {
    // The next attempt will tell; the figures stay as they were.
  }
  return setTimeout(refresh, wait, box);
}

const box = document.querySelector("[data-progress]");
if (box) {
  box.querySelector("[data-hint]").hidden = true;
  refresh(box);
}

// Links and buttons with aria-keyshortcuts="Alt+N" are pressed by that key, which they also show.

function pressed(event) {
  const held = [event.ctrlKey && "Control", event.altKey && "Alt", event.shiftKey && "Shift"].filter(Boolean);
  // On keyboards where Alt writes another sign, the key's own name still tells which it was.
  const key = /^Key[A-Z]$/.test(event.code) ? event.code.slice(3) : event.key;
  return [...held, key].join("+");
}

document.addEventListener("keydown", (event) => {
  if (event.repeat || event.isComposing) return;
  const keys = pressed(event);
  const target = [...document.querySelectorAll("[aria-keyshortcuts]")].find((each) => each.getAttribute("aria-keyshortcuts") === keys);
  if (!target) return;
  event.preventDefault();
  target.click();
});

// form[data-submit-once] is sent once; input[data-client-id] gets an id so that sending again is harmless.

const RELEASE_AFTER_MS = 10000;

export function newId(now = Date.now()) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let i = 0; i < 6; i += 1) bytes[i] = Math.floor(now / 2 ** (8 * (5 - i))) & 0xff;
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function mark(form, busy) {
  form.toggleAttribute("data-sending", busy);
  // Not `disabled`: that would drop the pressed button's own name and value from what is sent.
  for (const button of form.querySelectorAll("[type=submit]")) {
    if (busy) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
  }
}

function release(root) {
  root.querySelectorAll("form[data-sending]").forEach((form) => mark(form, false));
}

export function installSubmitOnce(root) {
  for (const input of root.querySelectorAll("input[data-client-id]")) input.value ||= newId();
  root.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !form.hasAttribute("data-submit-once")) return;
    if (form.hasAttribute("data-sending")) {
      event.preventDefault();
      return;
    }
    mark(form, true);
    // A download or a lost connection leaves the page where it is; the form must not stay shut.
    setTimeout(() => mark(form, false), RELEASE_AFTER_MS);
  });
  window.addEventListener("pageshow", () => release(root));
}

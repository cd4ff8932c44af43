// Where the phone is, for a check-in. A printed code of a shift that checks the place asks once, when the button
// is pressed. With the changing code only somebody is asked who has ticked the choice. Without an answer the form
// goes as it is: the server says what to do, and never refuses who was free to say nothing.

const PHONE_MS = 15000;
const QUESTION_MS = 20000; // a browser waits for its own question to be answered as long as it takes

const form = document.querySelector("[data-asks-place]");
const choice = form?.querySelector("[data-place-choice]");
const box = choice?.querySelector("[data-say-place]");
const told = form?.querySelector("[data-place-told]");
const isWanted = () => !choice || box.checked;

function place({ latitude, longitude, accuracy }) {
  if (![latitude, longitude, accuracy].every(Number.isFinite)) return;
  form.elements.latitude.value = latitude;
  form.elements.longitude.value = longitude;
  form.elements.accuracy_m.value = accuracy;
}

function send(coords) {
  if (form.dataset.placed) return;
  form.dataset.placed = "yes";
  if (coords && isWanted()) place(coords);
  form.requestSubmit();
}

function ask() {
  form.setAttribute("aria-busy", "true");
  if (told) told.textContent = told.dataset.waiting;
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => send(coords),
    () => send(),
    { enableHighAccuracy: true, timeout: PHONE_MS },
  );
  if (choice) setTimeout(send, QUESTION_MS);
}

if (form && navigator.geolocation) {
  if (choice) choice.hidden = false;
  form.addEventListener("submit", (event) => {
    if (form.dataset.placed) return;
    const isAsking = form.hasAttribute("aria-busy");
    if (isAsking && choice) form.dataset.placed = "yes"; // pressed again: it goes without
    if (form.dataset.placed || !isWanted()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!isAsking) ask();
  }, { capture: true });
}

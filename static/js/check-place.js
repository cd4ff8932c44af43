// A printed code of a shift that checks the place: the phone is asked where it is, once, when the button is
// pressed. Without an answer the form goes as it is, and the server says what to do.

const form = document.querySelector("[data-asks-place]");

function send() {
  form.dataset.placed = "yes";
  form.requestSubmit();
}

if (form && navigator.geolocation) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.placed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    form.setAttribute("aria-busy", "true");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        form.elements.latitude.value = coords.latitude;
        form.elements.longitude.value = coords.longitude;
        form.elements.accuracy_m.value = coords.accuracy;
        send();
      },
      send,
      { enableHighAccuracy: true, timeout: 15000 },
    );
  }, { capture: true });
}

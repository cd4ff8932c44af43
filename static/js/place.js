// "Use the place of this device" in the form of a shift; without a script or permission it is typed by hand.

const DIGITS = 6; // a ten-thousandth of a degree is eleven metres
const button = document.querySelector("[data-use-place]");

if (button && navigator.geolocation) {
  const told = document.querySelector("[data-place-told]");
  button.hidden = false;
  button.addEventListener("click", () => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        document.getElementById("f-latitude").value = coords.latitude.toFixed(DIGITS);
        document.getElementById("f-longitude").value = coords.longitude.toFixed(DIGITS);
        told.textContent = told.dataset.done;
      },
      () => {
        told.textContent = told.dataset.failed;
      },
      { enableHighAccuracy: true, timeout: 15000 },
    );
  });
}

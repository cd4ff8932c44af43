// The print button of a statement: only a script can open the print dialog, so it is hidden without one.

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

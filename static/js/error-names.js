// "This is needed." eight times does not say what is: each line of the summary begins with its field's label.

function labelOf(box) {
  const field = box?.closest(".field");
  const label = field?.querySelector(":scope > .label") ?? field?.querySelector(":scope > label.choice > span");
  const own = label?.cloneNode(true);
  own?.querySelectorAll(".optional, .hint").forEach((part) => part.remove());
  return own?.textContent.trim() ?? "";
}

export function installErrorNames(root) {
  for (const link of root.querySelectorAll(".error-summary a[href^='#f-']")) {
    const label = labelOf(root.getElementById(link.hash.slice(1)));
    const { joint } = link.closest(".error-summary").dataset;
    if (label) link.prepend(label, /[?\uff1f]$/.test(label) ? joint.replace(/[:\uff1a]/, "") : joint);
  }
}

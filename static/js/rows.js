// Rows of a form that are added and removed on the page; without this file the server does it.

const NUMBERED = ["id", "name", "for", "aria-describedby", "value"];
const NUMBER = /_\d+(?=[\s-]|$)/g;

for (const box of document.querySelectorAll("[data-rows]")) install(box);

function install(box) {
  const template = box.querySelector("template");
  const add = box.querySelector("[data-add-row]");
  const count = box.querySelector("[data-row-count]");
  const rows = () => [...box.querySelectorAll("[data-row]")];

  function renumber() {
    rows().forEach((row, at) => number(row, at + 1));
    count.value = rows().length;
    add.hidden = rows().length >= Number(box.dataset.most);
  }

  function append() {
    template.before(template.content.cloneNode(true));
    renumber();
    return rows().at(-1);
  }

  function remove(row) {
    const at = rows().indexOf(row);
    row.remove();
    if (!rows().length) append();
    renumber();
    return rows()[Math.min(at, rows().length - 1)];
  }

  box.addEventListener("click", (event) => {
    const out = event.target.closest("[data-remove-row]");
    if (!out && !event.target.closest("[data-add-row]")) return;
    event.preventDefault();
    const row = out ? remove(out.closest("[data-row]")) : append();
    row.querySelector("input").focus();
  });
}

function number(row, to) {
  for (const each of row.querySelectorAll("[data-row-number]")) each.textContent = to;
  for (const part of row.querySelectorAll("input, select, label, button, p[id]")) {
    for (const name of NUMBERED) {
      // What was typed stays as it is: of the values only those of buttons name a row.
      if (!part.hasAttribute(name) || (name === "value" && part.type !== "submit")) continue;
      part.setAttribute(name, part.getAttribute(name).replace(NUMBER, `_${to}`));
    }
  }
}

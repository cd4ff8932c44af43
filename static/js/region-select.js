// Fills the next list of regions as soon as one is chosen; without this file a button does it.
const LEVELS = ["province", "city", "county", "township", "village"];

async function childrenOf(address, code) {
  const answer = await fetch(`${address}?limit=200&parent=${encodeURIComponent(code)}`, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()).items;
}

function fill(select, regions) {
  select.length = 1;
  for (const region of regions) select.add(new Option(region.name, region.code));
}

function install(box) {
  const lists = new Map([...box.querySelectorAll("[data-level]")].map((part) => [part.dataset.level, part.querySelector("select")]));
  const button = box.querySelector("[data-without-script]");
  // A hidden button would still be the one that Enter presses.
  const offer = (isNeeded) => {
    button.hidden = !isNeeded;
    button.querySelector("button").disabled = !isNeeded;
  };
  let asked = 0;

  async function choose(level) {
    const request = ++asked;
    for (const below of LEVELS.slice(LEVELS.indexOf(level) + 1)) if (lists.has(below)) fill(lists.get(below), []);
    const code = lists.get(level).value;
    if (!code || level === "village") return;
    try {
      const regions = await childrenOf(box.dataset.regions, code);
      const next = regions.length ? lists.get(regions[0].level) : undefined;
      if (request === asked && next) fill(next, regions);
    } catch {
      offer(true);
    }
  }

  offer(false);
  for (const [level, select] of lists) select.addEventListener("change", () => choose(level));
}

document.querySelectorAll("[data-region-select]").forEach(install);

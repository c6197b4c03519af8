// The keyboard of officials. Nothing is bound by name of screen: the page says it in attributes.
//   <table data-keys>  J K move between rows, Enter opens the row's first link, X ticks its check box
//   data-key="F9"      the button or link is pressed by that key (F2, F4, F9, T, [ …)
//   data-go="i"        G then that letter goes there
//   data-search        the field «/» moves to (default: the first search field)
const typing = (element) => element.matches("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
let waitsForGo = -Infinity;

const rows = () => [...document.querySelectorAll("[data-keys] tbody tr:not(.group)")];

function select(row) {
  for (const other of document.querySelectorAll("[data-keys] tr.sel")) {
    other.classList.remove("sel");
    other.removeAttribute("aria-current");
  }
  row.classList.add("sel");
  row.setAttribute("aria-current", "true");
  const link = row.querySelector("a[href]");
  link?.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function move(by) {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row.classList.contains("sel"));
  select(all[Math.min(Math.max(at + by, 0), all.length - 1)]);
}

const current = () => document.querySelector("[data-keys] tr.sel");

function press(key) {
  const wanted = key.length === 1 ? key.toLowerCase() : key;
  const target = [...document.querySelectorAll("[data-key]")].find(
    (element) => (element.dataset.key.length === 1 ? element.dataset.key.toLowerCase() : element.dataset.key) === wanted,
  );
  if (!target || target.disabled || target.getAttribute("aria-disabled") === "true") return false;
  if (target.matches("input:not([type=submit], [type=button]), select, textarea")) target.focus();
  else target.click();
  return true;
}

const acts = {
  j: () => move(1),
  k: () => move(-1),
  x: () => current()?.querySelector("input[type=checkbox]")?.click(),
  "/": () => document.querySelector("[data-search], input[type=search]")?.focus(),
  "?": () => document.getElementById("keys")?.showModal(),
};

document.addEventListener("keydown", (event) => {
  const { key } = event;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const isFunctionKey = /^F\d+$/.test(key);
  if (typing(event.target) && !isFunctionKey) {
    if (key === "Escape") event.target.blur();
    return;
  }
  if (document.querySelector("dialog[open]")) return;
  const letter = key.length === 1 ? key.toLowerCase() : key;
  if (event.timeStamp - waitsForGo < 1500) {
    waitsForGo = -Infinity;
    const link = document.querySelector(`[data-go="${CSS.escape(letter)}"]`);
    if (link) {
      event.preventDefault();
      link.click();
      return;
    }
  }
  if (letter === "g" && document.querySelector("[data-go]")) {
    waitsForGo = event.timeStamp;
    return;
  }
  if (press(key)) {
    event.preventDefault();
    return;
  }
  if (key === "Enter" && current() && !event.target.closest("a, button")) {
    current().querySelector("a[href]")?.click();
    return;
  }
  if (acts[letter]) {
    event.preventDefault();
    acts[letter]();
  }
});

for (const row of document.querySelectorAll("[data-keys] tbody tr")) {
  row.addEventListener("focusin", () => {
    if (!row.classList.contains("sel")) select(row);
  });
}

// A long list of choices is found by typing a few letters, with or without marks. Without this script the groups are
// opened by hand.
//   <input data-narrows="units">   narrows the labels inside #units and opens the groups that hold a match
const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/gi, "d").toLowerCase();

function narrow(list, typed) {
  const words = folded(typed).split(/\s+/).filter(Boolean);
  for (const label of list.querySelectorAll("label.choice")) {
    const text = folded(label.textContent);
    label.hidden = !label.control.checked && !words.every((word) => text.includes(word));
  }
  for (const group of list.querySelectorAll("details")) {
    const open = group.querySelector("label.choice:not([hidden])");
    group.hidden = !open;
    if (words.length) group.open = Boolean(open);
  }
}

for (const field of document.querySelectorAll("[data-narrows]")) {
  const list = document.getElementById(field.dataset.narrows);
  field.closest("[hidden]")?.removeAttribute("hidden");
  field.addEventListener("input", () => narrow(list, field.value));
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    list.querySelector("label.choice:not([hidden]) input:not(:checked)")?.focus();
  });
}

// A file chosen behind a button of a checklist is named under its paper, which is ticked: the officer sees what will be
// sent before it is. Without this script the name comes with the next page.
//   <li> with a check box, <input type=file>, and <small hidden data-chosen="the words before the name">
document.addEventListener("change", ({ target }) => {
  const row = target.matches("input[type=file]") && target.closest("li");
  const place = row && row.querySelector("[data-chosen]");
  if (!place) return;
  const [file] = target.files;
  place.textContent = file ? `${place.dataset.chosen} ${file.name}` : "";
  place.hidden = !file;
  if (file) row.querySelector("input[type=checkbox]").checked = true;
});

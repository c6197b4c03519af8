// Is a file the one that was issued? Its hash is computed here; on a paper's page nothing is sent at all, on the page
// that looks for a file's paper only the hash is. Without this script, or without WebCrypto (plain HTTP), the forms
// send the file, which is compared and thrown away.
const form = document.querySelector("form[enctype]");
const input = form?.querySelector("input[type=file]");
const page = document.querySelector("[data-compare]");
const answer = document.querySelector("[data-answer]");

async function digest(file) {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function say(words, kind) {
  const box = document.createElement("div");
  box.className = `alert alert-${kind}`;
  const text = document.createElement("p");
  text.textContent = words;
  box.append(text);
  answer.replaceChildren(box);
}

if (form && input && globalThis.crypto?.subtle) {
  form.setAttribute("data-again", ""); // compared as often as one likes
  form.addEventListener("submit", async (event) => {
    const file = input.files[0];
    if (!file) return;
    event.preventDefault();
    if (page && file.size === 0) return say(answer.dataset.empty, "warn");
    let found;
    try {
      found = await digest(file);
    } catch { // the file went away, or is too large for this machine's memory
      form.submit();
      return;
    }
    if (!page) location.assign(`${form.dataset.find}?sha256=${found}`);
    else if (page.dataset.compare.split(" ").includes(found)) say(answer.dataset.same, "good");
    else say(answer.dataset.other, "bad");
  });
}

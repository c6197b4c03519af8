// Resumable uploads (tus 1.0): files go in pieces, a broken line is tried again with growing pauses, and after a
// reload the same file chosen again goes on where it stopped. Without this script the file input works as usual.
const PIECE = 512 * 1024; // bytes; small enough for a slow rural line
const PAUSES = [500, 1000, 2000, 4000, 8000, 15000, 30000]; // ms between tries
const KEY = "tinhso-uploads";

const form = document.querySelector("form[data-upload-form]");
const token = form?.querySelector("[name=csrfmiddlewaretoken]")?.value;
const status = document.querySelector("[data-upload-status]");
const pause = (ms) => new Promise((resolve) => {
  const timer = setTimeout(resolve, ms);
  addEventListener("online", () => { clearTimeout(timer); resolve(); }, { once: true });
});
const say = (text) => { if (status) status.textContent = text; };
const mark = (file) => `${file.name}|${file.size}|${file.lastModified}`;

class Refused extends Error {}

const known = {
  all() { try { return JSON.parse(localStorage.getItem(KEY)) || {}; } catch { return {}; } },
  get(file) { return this.all()[mark(file)]; },
  set(file, place) { try { const all = this.all(); if (place) all[mark(file)] = place; else delete all[mark(file)]; localStorage.setItem(KEY, JSON.stringify(all)); } catch { /* private window: no memory */ } },
};

async function ask(method, address, headers = {}, body = undefined) {
  const answer = await fetch(address, { method, body, headers: { "Tus-Resumable": "1.0.0", "X-CSRFToken": token, ...headers } });
  if (answer.status >= 500 && answer.status !== 507) throw new Error(String(answer.status));
  return answer;
}

async function sentence(answer) {
  try { return (await answer.json()).sentence || ""; } catch { return ""; }
}

async function begin(file) {
  const place = known.get(file);
  if (place) {
    const answer = await ask("HEAD", place);
    if (answer.ok) return [place, Number(answer.headers.get("Upload-Offset"))];
    known.set(file, null);
  }
  const name = btoa(String.fromCharCode(...new TextEncoder().encode(file.name)));
  const answer = await ask("POST", "/files/uploads", { "Upload-Length": String(file.size), "Upload-Metadata": `filename ${name}` });
  if (answer.status !== 201) throw new Refused(await sentence(answer));
  const made = answer.headers.get("Location");
  known.set(file, made);
  return [made, 0];
}

async function send(file, show) {
  let failures = 0, place = null, offset = 0;
  for (;;) {
    try {
      if (!place) [place, offset] = await begin(file);
      while (offset < file.size) {
        const answer = await ask("PATCH", place, { "Upload-Offset": String(offset), "Content-Type": "application/offset+octet-stream" }, file.slice(offset, offset + PIECE));
        if (answer.status === 409 || answer.status === 423) throw new Error("elsewhere");
        if (!answer.ok) throw new Refused(await sentence(answer));
        offset = Number(answer.headers.get("Upload-Offset"));
        failures = 0;
        show(offset / file.size, form.dataset.sending);
      }
      known.set(file, null);
      return place.split("/").pop();
    } catch (error) {
      if (error instanceof Refused) { known.set(file, null); throw error; }
      if (failures >= PAUSES.length) throw new Refused(form.dataset.stopped);
      show(offset / file.size, form.dataset.retrying);
      await pause(PAUSES[failures++]);
      place = null; // ask the server how far it got
    }
  }
}

function bar(row, file) {
  const line = document.createElement("p");
  line.className = "small";
  const words = document.createElement("span");
  const progress = document.createElement("progress");
  progress.max = 1;
  progress.setAttribute("aria-label", file.name);
  line.append(words, progress);
  row.querySelector("[data-uploads]").append(line);
  return {
    show(part, text) { progress.value = part; words.textContent = `${file.name}: ${text} ${Math.floor(part * 100)} %`; },
    fail(text) { progress.remove(); line.className = "error"; words.textContent = `«${file.name}»: ${text}`; say(words.textContent); },
    done() { line.remove(); },
  };
}

// One after another: two answers about the same page must not forget each other's file.
let before = Promise.resolve();
function attach(key, upload) {
  const mine = before.then(() => put(key, upload));
  before = mine.catch(() => {});
  return mine;
}

async function put(key, upload) {
  const body = new FormData();
  body.set("csrfmiddlewaretoken", token);
  body.set("paper", key);
  body.set("upload", upload);
  const answer = await fetch(form.action || location.href, { method: "POST", body, headers: { "X-Fragment": "paper" } });
  if (answer.status !== 200 && answer.status !== 422) throw new Error(String(answer.status));
  const holder = document.createElement("ul");
  holder.innerHTML = await answer.text();
  return holder.firstElementChild;
}

async function take(input) {
  const key = input.dataset.upload;
  const files = [...input.files];
  input.value = "";
  // What was said of files tried before does not stand beside the next try.
  for (const old of form.querySelectorAll(`[data-paper="${CSS.escape(key)}"] [data-uploads] > .error`)) old.remove();
  for (const file of files) {
    const row = form.querySelector(`[data-paper="${CSS.escape(key)}"]`);
    const line = bar(row, file);
    line.show(0, form.dataset.sending);
    try {
      const upload = await send(file, line.show);
      const fresh = await attach(key, upload);
      const current = form.querySelector(`[data-paper="${CSS.escape(key)}"]`);
      line.done();
      for (const other of current.querySelectorAll("[data-uploads] > *")) fresh.querySelector("[data-uploads]").append(other);
      current.replaceWith(fresh);
      say(`${file.name} ✓`);
      fresh.querySelector("input[type=file]")?.focus({ preventScroll: true });
    } catch (error) {
      line.fail(error.message || form.dataset.stopped);
    }
  }
}

// A chosen file goes at once: the button that sends it belongs to browsers without this script.
form?.querySelector("[name=_upload]")?.setAttribute("hidden", "");

let busy = 0;
form?.addEventListener("change", async (event) => {
  if (!event.target.matches("input[type=file][data-upload]") || !event.target.files.length) return;
  busy++;
  try { await take(event.target); } finally { busy--; }
});

// Leaving while a file is on its way asks first.
addEventListener("beforeunload", (event) => { if (busy) event.preventDefault(); });

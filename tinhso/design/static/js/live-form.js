// Shows and hides questions while a form is filled in. The server is the only judge: when an answer that controls
// others changes, the page sends what stands in the form (it is saved as a draft) and takes the fields back.
// Without this script the same questions come up at «Tiếp tục».
const WAIT = 8000;
const TICKED = { radio: 1, checkbox: 1 };
let running = null;

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-live-form]");
  if (form && event.target.hasAttribute("data-controls")) refresh(form);
});

async function refresh(form) {
  running?.abort();
  const own = (running = new AbortController());
  const timer = setTimeout(() => own.abort(), WAIT);
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new FormData(form),
      headers: { "X-Fragment": "fields" },
      signal: own.signal,
    });
    if (answer.ok && running === own) replace(form, await answer.text());
  } catch {
    // A bad line changes nothing: the next press of «Tiếp tục» does the same work.
  } finally {
    clearTimeout(timer);
  }
}

function replace(form, html) {
  const place = form.querySelector("[data-fields]");
  const typed = new Map(), ticked = new Map();
  for (const field of form.elements) {
    if (field.type in TICKED) ticked.set(`${field.name} ${field.value}`, field.checked);
    else if (field.name && field.type !== "hidden") typed.set(field.name, field.value);
  }
  const active = document.activeElement;
  const [id, name, value] = [active?.id, active?.name, active?.value];
  place.innerHTML = html;
  // What was typed or ticked while the answer was on its way stays.
  for (const field of form.elements) if (field.type in TICKED) field.checked = ticked.get(`${field.name} ${field.value}`) ?? field.checked;
  for (const [key, text] of typed) {
    const field = form.elements.namedItem(key);
    if (field && "value" in field && field.value !== text && field.tagName !== "BUTTON") field.value = text;
  }
  const again = (id && document.getElementById(id)) || (name && form.querySelector(`[name="${CSS.escape(name)}"][value="${CSS.escape(value)}"]`));
  again?.focus({ preventScroll: true });
}

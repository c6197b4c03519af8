// Early words in a form: a rule that is broken is said when its last answer is given, a question whose condition no
// longer holds goes at once. The server says the same at «Tiếp tục», and alone decides.
import { evaluate, toDay, Unknown } from "./feel.js";

const NUMBER = /^-?\d{1,3}(\.\d{3})*(,\d+)?$|^-?\d+(,\d+)?$/;
const DATE = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/;

function valueOf(text, type) {
  const plain = text.trim();
  if (plain === "") return null;
  if (type === "number") return NUMBER.test(plain) ? Number(plain.replaceAll(".", "").replace(",", ".")) : undefined;
  if (type === "date") {
    const [, day, month, year] = plain.match(DATE) || [];
    return (day && toDay(`${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`)) || undefined;
  }
  return plain;
}

// What stands in the form; a name whose answer cannot be read is left out, so that nothing is said about it.
function facts(form, rules) {
  const found = Object.fromEntries(Object.entries(rules.known).map(([key, [type, text]]) => [key, type === "boolean" ? text : valueOf(String(text ?? ""), type)]));
  for (const [key, type] of Object.entries(rules.types)) {
    const fields = [...form.elements].filter((field) => field.name === key);
    if (!fields.length) continue;
    if (type === "boolean") found[key] = fields.some((field) => field.checked);
    else if (type === "list") found[key] = fields.filter((field) => field.checked).map((field) => field.value);
    else if (fields[0].type === "radio") found[key] = fields.find((field) => field.checked)?.value ?? null;
    else found[key] = valueOf(fields[0].value, type);
    if (found[key] === undefined) delete found[key];
  }
  return found;
}

function said(tree, known) {
  try {
    return evaluate(tree, known);
  } catch (error) {
    if (error instanceof Unknown) return undefined;
    throw error;
  }
}

function tell(form, id, sentence) {
  const place = document.getElementById(id);
  const note = document.getElementById(`${id}-early`);
  if (!place || note?.textContent === sentence) return;
  note?.remove();
  if (!sentence || document.getElementById(`${id}-e`)) return;
  const line = document.createElement("p");
  line.id = `${id}-early`;
  line.className = "error";
  line.setAttribute("role", "status");
  line.textContent = sentence;
  place.before(line);
}

function judge(form) {
  const held = form.querySelector("script[data-rules]");
  if (!held) return;
  const rules = JSON.parse(held.textContent);
  const known = facts(form, rules);
  for (const { id, show, rule } of rules.questions) {
    const box = document.getElementById(id)?.closest(".field");
    if (show && box) {
      const verdict = said(show, known);
      if (verdict !== undefined) box.hidden = verdict !== true;
    }
    const broken = (rule || []).find(({ tree, names }) => names.every((name) => known[name] != null) && said(tree, known) === false);
    tell(form, id, box?.hidden ? "" : broken?.say || "");
  }
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-live-form]");
  if (form) judge(form);
});

// The conditions of a form, evaluated in the page from the tree the server parsed (lib/feel/README.md): three-valued,
// closed, no eval. For early words only; the server judges. What is not known here throws Unknown: nothing is said then.
export class Unknown extends Error {}

const MAX_STEPS = 5000;
const DAY = /^\d{4}-\d\d-\d\d$/;

const kind = (v) =>
  v === null || v === undefined ? "null" : Array.isArray(v) ? "list" : v instanceof Day ? "date" : typeof v;

// A date as days since 1970, so that dates compare like numbers and never like texts.
export class Day {
  constructor(text) {
    this.text = text;
    this.days = Date.parse(text) / 864e5;
  }
}

export function toDay(text) {
  if (!DAY.test(text)) return null;
  const day = new Day(text);
  return new Date(day.days * 864e5).toISOString().slice(0, 10) === text ? day : null;
}

const same = (a, b) => {
  if (kind(a) === "null" || kind(b) === "null") return kind(a) === kind(b);
  if (kind(a) !== kind(b)) return null;
  if (kind(a) === "date") return a.days === b.days;
  if (kind(a) === "list") return a.length === b.length && a.every((one, n) => same(one, b[n]) === true);
  return a === b;
};

const ordered = (sign, a, b) => {
  if (kind(a) !== kind(b) || !(kind(a) in { number: 1, string: 1, date: 1 })) return null;
  const [x, y] = kind(a) === "date" ? [a.days, b.days] : [a, b];
  return { "<": x < y, "<=": x <= y, ">": x > y, ">=": x >= y }[sign];
};

const not = (v) => (typeof v === "boolean" ? !v : null);

const functions = {
  not,
  date: (text) => (kind(text) === "date" ? text : kind(text) === "string" ? toDay(text) : null),
  today: () => toDay(new Date(Date.now() + 7 * 36e5).toISOString().slice(0, 10)), // Vietnam
  count: (list) => (kind(list) === "list" ? list.length : null),
  "list contains": (list, one) => (kind(list) === "list" ? list.some((v) => same(v, one) === true) : null),
  "string length": (text) => (kind(text) === "string" ? [...text].length : null),
  "upper case": (text) => (kind(text) === "string" ? text.toUpperCase() : null),
  "lower case": (text) => (kind(text) === "string" ? text.toLowerCase() : null),
  contains: (text, part) => (kind(text) === "string" && kind(part) === "string" ? text.includes(part) : null),
  "starts with": (text, part) => (kind(text) === "string" && kind(part) === "string" ? text.startsWith(part) : null),
  "ends with": (text, part) => (kind(text) === "string" && kind(part) === "string" ? text.endsWith(part) : null),
  abs: (n) => (kind(n) === "number" ? Math.abs(n) : null),
};

export function evaluate(tree, facts) {
  let steps = 0;
  const go = (ast, local) => {
    if (++steps > MAX_STEPS) throw new Unknown("too long");
    const rule = nodes[ast[0]];
    if (!rule) throw new Unknown(ast[0]);
    return rule(ast, local);
  };
  const read = (name, local) => {
    if (Object.hasOwn(local, name)) return local[name];
    if (!Object.hasOwn(facts, name)) throw new Unknown(name);
    return facts[name] ?? null;
  };
  const compare = (sign) => (ast, local) => ordered(sign, go(ast[1], local), go(ast[2], local));
  const both = (ast, local, stop) => {
    const a = go(ast[1], local);
    if (a === stop) return stop;
    const b = go(ast[2], local);
    if (b === stop) return stop;
    return typeof a === "boolean" && typeof b === "boolean" ? !stop : null;
  };
  const number = (ast, local, rule) => {
    const [a, b] = [go(ast[1], local), go(ast[2], local)];
    if (kind(a) !== "number" || kind(b) !== "number") return kind(a) === "null" || kind(b) === "null" ? null : unknown(ast[0]);
    const result = rule(a, b);
    return Number.isFinite(result) ? result : null;
  };
  const unknown = (what) => {
    throw new Unknown(what);
  };
  const passes = (test, value, local) => {
    if (test[0] === "test") {
      const other = go(test[2], local);
      if (test[1] === "=") return same(value, other);
      return test[1] === "!=" ? not(same(value, other)) : ordered(test[1], value, other);
    }
    if (test[0] === "range") {
      const [, lowClosed, low, high, highClosed] = test;
      const above = ordered(lowClosed ? ">=" : ">", value, go(low, local));
      const below = ordered(highClosed ? "<=" : "<", value, go(high, local));
      return above === false || below === false ? false : above === null || below === null ? null : true;
    }
    const other = go(test, local);
    return kind(other) === "list" && kind(value) !== "list" ? other.some((one) => same(value, one) === true) : same(value, other);
  };
  const each = (ast, local, wanted) => {
    if (ast[1].length !== 1) return unknown(ast[0]);
    const [[name, source]] = ast[1];
    const list = source[0] === "range" ? unknown("range") : go(source, local);
    if (kind(list) !== "list") return null;
    const found = list.map((one) => go(ast[2], { ...local, [name]: one }));
    if (found.includes(wanted)) return wanted;
    return found.every((one) => typeof one === "boolean") ? !wanted : null;
  };
  const nodes = {
    lit: (ast) => ast[1],
    num: (ast) => Number(ast[1]),
    name: (ast, local) => read(ast[1], local),
    path: (ast, local) => {
      const value = go(ast[1], local);
      if (kind(value) === "list") return value.map((one) => (one && Object.hasOwn(one, ast[2]) ? one[ast[2]] : null));
      return kind(value) === "object" && Object.hasOwn(value, ast[2]) ? value[ast[2]] : kind(value) === "date" ? unknown("path") : null;
    },
    "=": (ast, local) => same(go(ast[1], local), go(ast[2], local)),
    "!=": (ast, local) => not(same(go(ast[1], local), go(ast[2], local))),
    "<": compare("<"),
    "<=": compare("<="),
    ">": compare(">"),
    ">=": compare(">="),
    between: (ast, local) => passes(["range", true, ast[2], ast[3], true], go(ast[1], local), local),
    in: (ast, local) => {
      const value = go(ast[1], local);
      const found = ast[2].map((test) => passes(test, value, local));
      return found.includes(true) ? true : found.includes(null) ? null : false;
    },
    and: (ast, local) => both(ast, local, false),
    or: (ast, local) => both(ast, local, true),
    if: (ast, local) => (go(ast[1], local) === true ? go(ast[2], local) : go(ast[3], local)),
    neg: (ast, local) => {
      const value = go(ast[1], local);
      return kind(value) === "number" ? -value : null;
    },
    "+": (ast, local) => number(ast, local, (a, b) => a + b),
    "-": (ast, local) => number(ast, local, (a, b) => a - b),
    "*": (ast, local) => number(ast, local, (a, b) => a * b),
    "/": (ast, local) => number(ast, local, (a, b) => a / b),
    list: (ast, local) => ast[1].map((one) => go(one, local)),
    some: (ast, local) => each(ast, local, true),
    every: (ast, local) => each(ast, local, false),
    call: (ast, local) => {
      if (!Object.hasOwn(functions, ast[1])) return unknown(ast[1]);
      return functions[ast[1]](...ast[2].map((one) => go(one, local)));
    },
  };
  return go(tree, {});
}

// Opens a modeller where a page asks for one, shows problems on the element, and saves without losing anything.
import { keyIn, options } from '../process/view.js';
import { translator } from '../process/words.js';

const say = {
  vi: {
    ready: 'Sẵn sàng.', saved: 'Đã ghi.', saving: 'Đang ghi…', failed: 'Chưa ghi được; hình vẽ còn nguyên trên trang.',
    unread: 'Không mở được hình này: ', line: 'Dòng',
  },
  en: {
    ready: 'Ready.', saved: 'Saved.', saving: 'Saving…', failed: 'Not saved; the drawing is still on the page.',
    unread: 'This drawing cannot be opened: ', line: 'Row',
  },
};

function mark(tool, problems) {
  const canvas = tool.get('canvas'), overlays = tool.get('overlays'), registry = tool.get('elementRegistry');
  overlays.remove({ type: 'fault' });
  registry.forEach((element) => canvas.removeMarker(element, 'at-fault'));
  for (const [place, wrong, todo] of problems) {
    const element = registry.get(keyIn(place));
    if (!element || !element.parent) continue;
    canvas.addMarker(element, 'at-fault');
    const note = document.createElement('div');
    note.className = 'fault-says';
    note.textContent = '!';
    note.title = `${wrong} ${todo}`;
    overlays.add(element, 'fault', { position: { top: -12, right: 12 }, html: note });
  }
}

async function bpmn(box, Modeler, content) {
  const tool = new Modeler(options(box));
  await tool.importXML(content);
  const fit = () => {
    const canvas = tool.get('canvas');
    canvas.zoom('fit-viewport', 'auto');
    canvas.zoom(canvas.zoom() * 0.9);
    canvas.scroll({ dx: 60, dy: 0 }); // the palette stands over the left edge
  };
  fit();
  document.querySelector('[data-fit]')?.addEventListener('click', fit);
  return { read: async () => (await tool.saveXML({ format: true })).xml, mark: (problems) => mark(tool, problems) };
}

async function dmn(box, Modeler, content) {
  const translate = { translate: ['value', translator(box.dataset.language)] };
  const own = { additionalModules: [translate] };
  const tool = new Modeler({ container: box, drd: own, decisionTable: own, literalExpression: own });
  await tool.importXML(content);
  const table = tool.getViews().find((view) => view.type === 'decisionTable');
  if (table) await tool.open(table);
  return { read: async () => (await tool.saveXML({ format: true })).xml, mark: () => {} };
}

async function form(box, Editor, content) {
  const tool = new Editor({ container: box });
  await tool.importSchema(JSON.parse(content));
  return { read: async () => JSON.stringify(tool.saveSchema(), null, 1), mark: () => {} };
}

function shown(problems) {
  const list = document.querySelector('[data-problems]');
  if (!list) return;
  list.replaceChildren();
  for (const [place, wrong, todo] of problems) {
    const line = document.createElement('p');
    line.className = 'error';
    line.textContent = `${place}: ${wrong} ${todo}`;
    list.append(line);
  }
}

function saving(box, tool, words) {
  const button = document.querySelector('[data-save]'), status = document.querySelector('[data-status]');
  if (!button) return;
  button.disabled = false;
  button.addEventListener('click', async () => {
    status.textContent = words.saving;
    const body = new FormData(document.querySelector('[data-token]'));
    body.set('rev', box.dataset.rev);
    body.set('content', await tool.read());
    try {
      const answer = await fetch(box.dataset.saveTo, { method: 'POST', body, headers: { Accept: 'application/json' } });
      const told = await answer.json();
      if (!told.error) box.dataset.rev = told.rev;
      status.textContent = told.error || words.saved;
      shown(told.problems);
      tool.mark(told.problems);
    } catch {
      status.textContent = words.failed;
    }
  });
}

// What the editors leave without a name gets one, so that a screen reader says something.
function named(box) {
  const words = say[box.dataset.language] || say.vi;
  const name = () => {
    for (const field of box.querySelectorAll('input[title]:not([aria-label]), input[placeholder]:not([aria-label]):not([id])')) {
      field.setAttribute('aria-label', field.title || field.placeholder);
    }
    for (const field of box.querySelectorAll('.fjs-input[id$="-date"]:not([aria-label])')) {
      field.setAttribute('aria-label', field.placeholder || 'date');
    }
    for (const head of box.querySelectorAll('th.index-column:empty')) {
      const text = document.createElement('span');
      text.className = 'sr';
      text.textContent = words.line;
      head.append(text);
    }
  };
  name();
  new MutationObserver(name).observe(box, { childList: true, subtree: true });
}

const KINDS = { bpmn, dmn, form };

for (const box of document.querySelectorAll('.canvas[data-save-to]')) {
  const words = say[box.dataset.language] || say.vi, status = document.querySelector('[data-status]');
  try {
    const [{ default: Tool }, content] = await Promise.all([
      import(box.dataset.script),
      fetch(box.dataset.file).then((answer) => answer.text()),
    ]);
    const kind = Object.keys(KINDS).find((name) => name in box.dataset);
    const tool = await KINDS[kind](box, Tool, content);
    named(box);
    const faults = [...document.querySelectorAll('[data-problems] .alert-bad li')].map((line) => [
      line.querySelector('strong')?.textContent || '', line.textContent, '',
    ]);
    tool.mark(faults);
    if (!('readOnly' in box.dataset)) saving(box, tool, words);
    if (status) status.textContent = words.ready;
  } catch (error) {
    if (status) status.textContent = words.unread + error.message;
  }
}

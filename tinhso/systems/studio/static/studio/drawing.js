// Opens a modeller or a viewer where a page asks for one, shows problems on the element, and saves without losing anything.
import { translator } from './words.js';

const say = {
  vi: {
    ready: 'Sẵn sàng.', saved: 'Đã ghi.', saving: 'Đang ghi…', failed: 'Chưa ghi được; hình vẽ còn nguyên trên trang.',
    unread: 'Không mở được hình này: ', row: 'Sửa bước này trong bảng',
  },
  en: {
    ready: 'Ready.', saved: 'Saved.', saving: 'Saving…', failed: 'Not saved; the drawing is still on the page.',
    unread: 'This drawing cannot be opened: ', row: 'Edit this step in the table',
  },
};

const keyIn = (place) => (place.match(/\(([^()]+)\)$/) || [null, place])[1];

function options(box) {
  const translate = ['value', translator(box.dataset.language)];
  return { container: box, additionalModules: [{ translate }] };
}

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

function heat(tool, table) {
  const canvas = tool.get('canvas'), overlays = tool.get('overlays'), registry = tool.get('elementRegistry');
  for (const row of table.querySelectorAll('tr[data-node]')) {
    const element = registry.get(row.dataset.node);
    if (!element) continue;
    const share = Number(row.dataset.share);
    canvas.addMarker(element, `heat-${share > 0.3 ? 4 : share > 0.15 ? 3 : share > 0.05 ? 2 : 1}`);
    const note = document.createElement('div');
    note.className = 'heat-says';
    note.textContent = row.dataset.says;
    overlays.add(element, 'heat', { position: { bottom: 2, left: 0 }, html: note });
  }
}

async function viewer(box, Viewer, content) {
  const tool = new Viewer(options(box));
  await tool.importXML(content);
  tool.get('canvas').zoom('fit-viewport', 'auto');
  const table = box.dataset.heat && document.getElementById(box.dataset.heat);
  if (table) heat(tool, table);
  for (const key of (box.dataset.here || '').split(' ').filter(Boolean)) {
    if (tool.get('elementRegistry').get(key)) tool.get('canvas').addMarker(key, 'token-here');
  }
}

async function bpmn(box, Modeler, content) {
  const tool = new Modeler({ ...options(box), keyboard: { bindTo: document } });
  await tool.importXML(content);
  tool.get('canvas').zoom('fit-viewport', 'auto');
  document.querySelector('[data-fit]')?.addEventListener('click', () => tool.get('canvas').zoom('fit-viewport', 'auto'));
  return { read: async () => (await tool.saveXML({ format: true })).xml, mark: (problems) => mark(tool, problems) };
}

async function dmn(box, Modeler, content) {
  const tool = new Modeler({ container: box, common: {} });
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

const KINDS = { bpmn, dmn, form };

for (const box of document.querySelectorAll('.canvas[data-script]')) {
  const words = say[box.dataset.language] || say.vi, status = document.querySelector('[data-status]');
  try {
    const [{ default: Tool }, content] = await Promise.all([
      import(box.dataset.script),
      fetch(box.dataset.file).then((answer) => answer.text()),
    ]);
    if ('viewer' in box.dataset) {
      await viewer(box, Tool, content);
      continue;
    }
    const kind = Object.keys(KINDS).find((name) => name in box.dataset);
    const tool = await KINDS[kind](box, Tool, content);
    const faults = [...document.querySelectorAll('[data-problems] li')].map((line) => [
      line.querySelector('strong')?.textContent || '', line.textContent, '',
    ]);
    tool.mark(faults);
    if (!('readOnly' in box.dataset)) saving(box, tool, words);
    if (status) status.textContent = words.ready;
  } catch (error) {
    if (status) status.textContent = words.unread + error.message;
  }
}

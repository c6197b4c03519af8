// A process drawn on a page: where the case stands, what it has been through, where time goes.
import { translator } from './words.js';

export const keyIn = (place) => (place.match(/\(([^()]+)\)$/) || [null, place])[1];

export function options(box) {
  return { container: box, additionalModules: [{ translate: ['value', translator(box.dataset.language)] }] };
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

function mark(tool, keys, marker) {
  for (const key of (keys || '').split(' ').filter(Boolean)) {
    if (tool.get('elementRegistry').get(key)) tool.get('canvas').addMarker(key, marker);
  }
}

for (const box of document.querySelectorAll('.canvas[data-viewer]')) {
  const [{ default: Viewer }, content] = await Promise.all([
    import(box.dataset.script),
    fetch(box.dataset.file).then((answer) => answer.text()),
  ]);
  const tool = new Viewer(options(box));
  await tool.importXML(content);
  tool.get('canvas').zoom('fit-viewport', 'auto');
  const table = box.dataset.heat && document.getElementById(box.dataset.heat);
  if (table) heat(tool, table);
  mark(tool, box.dataset.been, 'been');
  mark(tool, box.dataset.here, 'token-here');
}

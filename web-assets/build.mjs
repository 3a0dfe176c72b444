// Writes the vendored files of crates/web/assets from the npm packages in package.json.
// The results are committed, so that building Keelson needs no npm: run this only to change a version or the list of icons.
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const from = (path) => here(`node_modules/${path}`);
const to = (path) => here(`../crates/web/assets/${path}`);

// The icons in use, by their Lucide names. A Rust test fails when a template names one that is missing here.
const icons = `archive arrow-down arrow-left arrow-right arrow-up arrow-up-down award ban bell book-open box building-2 calendar
  calendar-clock calendar-plus chart-column chart-line chart-pie check chevron-down chevron-left chevron-right chevron-up
  circle circle-alert circle-check circle-help circle-x clipboard-check clock cloud-check columns-3 copy database download
  ellipsis eye file-badge file-check file-spreadsheet file-text file-up flag gauge git-merge globe grid-2x2 handshake hash
  history house inbox info key-round languages layers lightbulb link list-checks list-filter lock log-in log-out mail map-pin
  menu message-square message-square-plus minus moon network octagon-alert package pencil phone pin pin-off play plus printer
  receipt-text refresh-cw rotate-ccw rows-3 save scale search search-x send settings share-2 shield-alert shield-check
  sliders-horizontal split sprout star sun-moon table-2 tag target trash-2 trending-down trending-up triangle-alert truck
  undo-2 unlink upload user-round user-round-plus users x`.split(/\s+/);

const symbol = (name) => {
  const svg = fs.readFileSync(from(`lucide-static/icons/${name}.svg`), 'utf8');
  const marks = svg.replace(/<!--[\s\S]*?-->/g, '').replace(/<svg[\s\S]*?>/, '').replace('</svg>', '').replace(/\s+/g, ' ').trim();
  return `<symbol id="${name}" viewBox="0 0 24 24">${marks}</symbol>`;
};
fs.writeFileSync(to('icons.svg'), `<svg xmlns="http://www.w3.org/2000/svg">\n${icons.map(symbol).join('\n')}\n</svg>\n`);

const htmx = fs.readFileSync(from('htmx.org/dist/htmx.min.js'), 'utf8');
fs.writeFileSync(to('htmx.min.js'), htmx.replace(/\n?\/\/# sourceMappingURL=.*\n?$/, '\n'));

fs.copyFileSync(from('@fontsource-variable/inter/files/inter-latin-wght-normal.woff2'), to('inter-latin.woff2'));
fs.copyFileSync(from('@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2'), to('inter-latin-ext.woff2'));

fs.mkdirSync(to('LICENCES'), { recursive: true });
for (const [pack, name] of [['htmx.org', 'htmx.txt'], ['@fontsource-variable/inter', 'inter.txt'], ['lucide-static', 'lucide.txt']]) {
  fs.copyFileSync(from(`${pack}/LICENSE`), to(`LICENCES/${name}`));
}
console.log(`${icons.length} icons, htmx, Inter and their licences written`);

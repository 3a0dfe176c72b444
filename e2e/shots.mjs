// Screenshots of every screen for docs/guide: 1440 and 390 px, light and dark. `npm run shots [name …]`
import fs from 'node:fs';
import { launch, openWindow } from './lib/browser.mjs';
import { Company } from './lib/company.mjs';
import { signIn } from './lib/sign-in.mjs';

// Name, who looks, where. A step after that brings the screen into the state worth showing.
const screens = [
  ['home', 'supplier manager', '/'],
];

const folder = new URL('../docs/guide/shots/', import.meta.url).pathname;
fs.mkdirSync(folder, { recursive: true });
const company = await Company.ready();
const server = await company.serve();
const browser = await launch();
try {
  for (const width of [1440, 390]) for (const scheme of ['light', 'dark']) for (const [name, who, where, step] of screens) {
    const context = await openWindow(browser, { url: server.url, width, scheme });
    const page = await context.newPage();
    await signIn(server, page, who);
    await page.goto(where);
    await step?.(page);
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: `${folder}${name}-${width}-${scheme}.png` });
    await context.close();
  }
} finally {
  await browser.close();
  await server.stop();
}
console.log(`${screens.length} screens written to docs/guide/shots`);

// Screenshots of every screen for docs/guide: 1440 and 390 px, light and dark. `npm run shots [name …]`
// KEELSON_SHOTS_COMPANY names the data folder of a sample company to use instead of a new one.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { launch, openWindow } from './lib/browser.mjs';
import { Company, Server } from './lib/company.mjs';
import { signIn } from './lib/sign-in.mjs';

const find = (name) => async (page) => {
  await page.goto(`/suppliers?q=${encodeURIComponent(name)}`);
  // The list adds the way back to its links.
  return (await page.locator('#results tbody th .name').first().getAttribute('href')).split('?')[0];
};
const supplier = (name, rest = '') => async (page) => `${await find(name)(page)}${rest}`;
/** The first link of a page that leads to an address like this. */
const link = (from, selector) => async (page) => {
  await page.goto(typeof from === 'function' ? await from(page) : from);
  return page.locator(selector).first().getAttribute('href');
};

/** Uploads a file as somebody would, and answers where its mapping is. */
const upload = async (page) => {
  const day = (ago) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
  const lines = ['Vendor no;Vendor;PO number;PO line;Material;Order quantity;Unit price;Currency;Order date;Requested delivery date;Goods receipt date;Received quantity'];
  for (let line = 1; line <= 40; line++) {
    lines.push(['V100000', 'Norrfjord Castings AB', 480_000 + Math.floor(line / 4), line, 'Pump housing HP-40', 20 + line, '180,00', 'EUR', day(70 + line), line === 17 ? '31.02.2026' : day(20 + line), day(20 + line), 20 + line].join(';'));
  }
  await page.goto('/imports/new');
  const kind = page.locator('select[name=kind]');
  if (await kind.count()) await kind.selectOption('order-lines');
  else await page.locator('input[name=kind][value=order-lines]').check();
  await page.locator('input[type=file]').setInputFiles({ name: 'orders-october.csv', mimeType: 'text/csv', buffer: Buffer.from(`${lines.join('\n')}\n`) });
  await page.getByRole('button', { name: /^Upload/ }).click();
  await page.waitForURL(/\/imports\/\d+/);
  return new URL(page.url()).pathname;
};

// Name, who looks, where (an address, or how to find it). A step after that brings the screen into the state worth showing.
const screens = [
  ['home', 'supplier manager', '/'],
  ['decisions', 'supplier manager', '/decisions'],
  ['suppliers', 'supplier manager', '/suppliers'],
  ['supplier', 'supplier manager', supplier('kessler')],
  ['supplier-scorecard', 'supplier manager', supplier('kessler', '?tab=scorecard')],
  ['supplier-deliveries', 'supplier manager', supplier('kessler', '?tab=deliveries')],
  ['supplier-documents', 'supplier manager', supplier('norrfjord', '?tab=documents')],
  ['supplier-people', 'supplier manager', supplier('norrfjord', '?tab=people')],
  ['supplier-activity', 'supplier manager', supplier('kessler', '?tab=activity')],
  ['supplier-edit', 'supplier manager', supplier('kessler', '/edit')],
  ['scorecard', 'supplier manager', link(supplier('kessler', '?tab=scorecard'), 'a[href^="/scorecards/"]')],
  ['lines', 'supplier manager', link(supplier('kessler', '?tab=scorecard'), 'a[href*="/lines?kpi=otif-line"]')],
  ['why', 'supplier manager', supplier('kessler', '/why')],
  ['segmentation', 'supplier manager', '/segmentation'],
  ['overrides', 'supplier manager', '/segmentation/overrides'],
  ['scorecards', 'supplier manager', '/scorecards'],
  ['measures', 'supplier manager', '/measures'],
  ['duplicates', 'supplier manager', '/duplicates'],
  ['imports', 'supplier manager', '/imports'],
  ['import-new', 'supplier manager', '/imports/new'],
  ['import-mapping', 'supplier manager', upload],
  ['import-preview', 'supplier manager', async (page) => (await upload(page)).replace(/mapping$/, 'preview')],
  ['import', 'supplier manager', link('/imports', 'main a[href^="/imports/"]:not([href$="new"])')],
  ['settings', 'administrator', '/settings'],
  ['settings-people', 'administrator', '/settings/people'],
  ['settings-kpis', 'administrator', '/settings/kpis'],
  ['settings-templates', 'administrator', '/settings/templates'],
  ['settings-policy', 'administrator', '/settings/policy'],
  ['settings-kpi', 'administrator', '/settings/kpis/otif-line'],
  ['settings-kpi-edit', 'administrator', '/settings/kpis/otif-line/edit'],
  ['settings-kpi-preview', 'administrator', '/settings/kpis/otif-line/edit', async (page) => {
    await page.locator('input[name$=early_days], input[name*=early]').first().fill('0');
    await page.getByRole('button', { name: /^Preview/ }).click();
    await page.waitForLoadState();
  }],
  ['settings-template', 'administrator', '/settings/templates/strategic'],
  ['settings-template-edit', 'administrator', '/settings/templates/strategic/edit'],
  ['settings-policy-edit', 'administrator', '/settings/policy/edit'],
  ['views', 'supplier manager', '/suppliers/views'],
  ['override-new', 'supplier manager', supplier('kaltrode', '/why')],
  ['account', 'buyer', '/account'],
  ['palette', 'buyer', '/', async (page) => {
    await page.keyboard.press('Control+k');
    await page.keyboard.type('tanaka');
    await page.locator('#palette-hits [role=option]').first().waitFor();
  }],
  ['sign-in', null, '/sign-in'],
  ['portal', 'supplier', '/portal'],
  ['portal-scorecard', 'supplier', '/portal/scorecard'],
  ['portal-lines', 'supplier', link('/portal/scorecard', '#kpi-table a[href*="kpi=otif-line"]')],
  ['portal-documents', 'supplier', '/portal/documents'],
  ['portal-profile', 'supplier', '/portal/profile'],
];

const folder = new URL('../docs/guide/shots/', import.meta.url).pathname;
fs.mkdirSync(folder, { recursive: true });
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const chosen = screens.filter(([name]) => !wanted.length || wanted.includes(name));

const shoot = async (page, name, width, scheme) => {
  await page.evaluate(() => document.fonts.ready);
  const path = `${folder}${name}-${width}-${scheme}.png`;
  await page.screenshot({ path });
  // A screen has few colours: a palette makes the file a third as large, where the tool for it is there.
  try { execFileSync('pngquant', ['--force', '--skip-if-larger', '--output', path, '128', path], { stdio: 'ignore' }); } catch { /* As it is. */ }
};

const company = process.env.KEELSON_SHOTS_COMPANY ? new Company(process.env.KEELSON_SHOTS_COMPANY) : await Company.ready();
const server = await company.serve();
const browser = await launch();
let failed = 0;
try {
  if (!wanted.length || wanted.includes('set-up')) {
    const fresh = await Server.fresh();
    for (const width of [1440, 390]) for (const scheme of ['light', 'dark']) {
      const context = await openWindow(browser, { url: fresh.url, width, scheme });
      const page = await context.newPage();
      await page.goto(fresh.setUp);
      await shoot(page, 'set-up', width, scheme);
      await context.close();
    }
    await fresh.stop();
  }
  for (const scheme of ['light', 'dark']) for (const width of [1440, 390]) for (const [name, who, where, step] of chosen) {
    const context = await openWindow(browser, { url: server.url, width, scheme });
    const page = await context.newPage();
    try {
      if (who) await signIn(server, page, who);
      const answer = await page.goto(typeof where === 'function' ? await where(page) : where);
      if (answer.status() >= 400) throw new Error(`${page.url()} answers ${answer.status()}`);
      await step?.(page);
      await shoot(page, name, width, scheme);
    } catch (error) {
      failed += 1;
      console.error(`${name}, ${width} px, ${scheme}: ${error.message}`);
    }
    await context.close();
  }
} finally {
  await browser.close();
  await server.stop();
}
console.log(`${chosen.length} screens written to docs/guide/shots, ${failed} failed`);
if (failed) process.exitCode = 1;

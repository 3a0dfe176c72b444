// A file from the ERP, through the wizard, to a figure on the supplier's page that changes.
import assert from 'node:assert/strict';
import { journey } from '../lib/journey.mjs';

const day = (ago) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
/** Ten order lines due in the last complete month, so many of them five days late. */
const file = (order, late) => {
  const lines = ['Supplier;PO number;PO line;Material;Order quantity;Unit price;Currency;Order date;Requested delivery date;Goods receipt date;Received quantity'];
  for (let line = 1; line <= 10; line++) {
    const due = 70 + line;
    lines.push(['Wharf & Sons Ltd', order, line, 'Mooring ring', 100, '12,50', 'EUR', day(due + 30), day(due), day(due - (line <= late ? 5 : 0)), 100].join(';'));
  }
  return lines.join('\n') + '\n';
};

const choose = async (page, name, content) => {
  await page.goto('/imports/new');
  const kind = page.locator('select[name=kind]');
  if (await kind.count()) await kind.selectOption('order-lines');
  else await page.locator('input[name=kind][value=order-lines]').check();
  await page.locator('input[type=file]').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(content) });
  await page.getByRole('button', { name: /^Upload/ }).click();
  await page.waitForLoadState();
};

/** Upload, look at the mapping, look at what would change, run. */
const load = async (page, axe, content) => {
  await choose(page, 'orders.csv', content);
  await page.waitForURL(/\/imports\/\d+\/mapping/);
  assert.match(await page.getByRole('main').innerText(), /Wharf & Sons Ltd/, 'the first rows are shown');
  await axe(page);
  await page.getByRole('button', { name: 'Save and preview' }).click();
  await page.waitForURL(/\/imports\/\d+\/preview/);
  await axe(page);
  await page.locator('form[action$="/start"] button[type=submit]').first().click();
  await page.waitForURL(/\/imports\/\d+$/);
  await page.locator('#outcome').getByText(/Done|Finished/i).first().waitFor({ timeout: 150_000 });
  await axe(page);
};

/** The on-time figure in the header of the supplier's page, once it says what is awaited. */
const onTime = async (page, wanted) => {
  const end = Date.now() + 150_000;
  let text;
  do {
    await page.goto('/suppliers?q=wharf');
    const link = page.getByRole('link', { name: 'Wharf & Sons Ltd' }).first();
    if (await link.count()) {
      await link.click();
      await page.getByRole('region', { name: 'Key figures' }).waitFor();
      text = await page.getByRole('region', { name: 'Key figures' }).getByRole('link', { name: /On-time/ }).first().innerText();
      if (text.includes(wanted)) return;
    }
    await page.waitForTimeout(500);
  } while (Date.now() < end);
  assert.fail(`on-time delivery is ${text}, not ${wanted}`);
};

journey('order lines go through the wizard, and the supplier’s figure follows', async ({ as, axe }) => {
  const page = await as('supplier manager');
  await page.goto('/imports');
  await axe(page);
  await load(page, axe, file('4711', 2));
  await onTime(page, '80.0%');
  // The same file again changes nothing; another one does.
  await load(page, axe, file('4711', 2));
  assert.match(await page.getByRole('main').innerText(), /10 unchanged|unchanged/i);
  await load(page, axe, file('4712', 6));
  await onTime(page, '60.0%');
});

journey('a file of the wrong kind is refused with a reason', async ({ as, axe }) => {
  const page = await as('supplier manager');
  await choose(page, 'orders.csv', '');
  assert.match(await page.getByRole('main').innerText(), /empty/i);
  await axe(page);
});

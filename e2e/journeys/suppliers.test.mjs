// From the list to a supplier, to its scorecard, to the order lines behind one figure.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { journey } from '../lib/journey.mjs';

const names = (page) => page.locator('#results tbody th .name').allInnerTexts();

journey('a buyer finds, filters, sorts and exports suppliers', async ({ as, axe }) => {
  const page = await as('buyer');
  await page.goto('/suppliers');
  const everybody = await names(page);
  assert.ok(everybody.length >= 40);

  // The list answers while one types, keeps the focus, and the address holds the search.
  await page.keyboard.press('/');
  await page.keyboard.type('kessler');
  await page.waitForURL(/q=kessler/);
  assert.deepEqual(await names(page), ['Kessler Präzision GmbH']);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'q');
  await axe(page);

  await page.goto('/suppliers?status=retired&status=approved');
  const some = await names(page);
  assert.ok(some.length > 0 && some.length < everybody.length);
  assert.equal(await page.locator('.in-force .chip').count(), 2, 'each filter shows as a chip');

  await page.goto('/suppliers');
  const spend = page.getByRole('columnheader', { name: /Spend/ });
  await spend.getByRole('link').click();
  await page.waitForURL(/sort=/);
  assert.match(await page.getByRole('columnheader', { name: /Spend/ }).getAttribute('aria-sort'), /ascending|descending/);

  await page.goto('/suppliers?q=castings');
  await page.getByText('Export', { exact: true }).click();
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: /CSV/ }).first().click()]);
  const rows = fs.readFileSync(await file.path(), 'utf8').trim().split('\n');
  assert.equal(rows.length - 1, (await names(page)).length, 'the export holds what the filter shows');
  assert.match(rows.join('\n'), /Norrfjord Castings AB/);
});

journey('a manager follows a weak figure to its order lines', async ({ as, axe }) => {
  const page = await as('supplier manager');
  await page.goto('/suppliers?q=kessler');
  await page.getByRole('link', { name: 'Kessler Präzision GmbH' }).first().click();
  await page.getByRole('heading', { level: 1, name: 'Kessler Präzision GmbH' }).waitFor();
  await axe(page);
  await page.getByRole('navigation', { name: 'Supplier sections' }).getByRole('link', { name: 'Scorecard' }).click();
  await page.waitForURL(/scorecard/);
  await axe(page);

  const row = page.getByRole('row', { name: /On time, in full \(lines\)/ }).first();
  const [, met, of] = (await row.innerText()).match(/([\d,]+) of ([\d,]+) lines/).map((text) => Number(text.replaceAll(',', '')));
  await row.locator('a[href*="/lines?"]').first().click();
  await page.waitForURL(/\/lines\?/);
  await axe(page);
  // The figure and its lines agree.
  const text = await page.getByRole('main').innerText();
  assert.ok(text.includes(String(of)) && text.includes(String(met)), `${met} of ${of} lines are not told on the page of lines`);
  assert.ok(await page.locator('table tbody tr').count() > 0);
});

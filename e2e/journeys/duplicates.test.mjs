// One party that is in the books twice: somebody looks at the reasons, merges, and takes it back.
import assert from 'node:assert/strict';
import { journey } from '../lib/journey.mjs';

journey('a manager merges the two records of one party and undoes it', async ({ as, axe }) => {
  const page = await as('supplier manager');
  await page.goto('/duplicates');
  await axe(page);
  await page.getByRole('link', { name: /^Decide about Vallefer/ }).click();
  await page.getByRole('heading', { name: 'What speaks for and against' }).waitFor();
  assert.match(await page.locator('#weights').innerText(), /VAT/i);
  await axe(page);
  await page.getByRole('button', { name: 'Merge records' }).click();
  await page.waitForLoadState();

  const rows = () => page.locator('#results tbody th .name').allInnerTexts();
  await page.goto('/suppliers?q=vallefer');
  assert.equal((await rows()).length, 1);
  await page.goto('/duplicates');
  await page.getByRole('button', { name: 'Undo merge' }).click();
  await page.waitForLoadState();
  await page.goto('/suppliers?q=vallefer');
  assert.equal((await rows()).length, 2);
});

journey('"not a duplicate" is remembered until somebody takes it back', async ({ as }) => {
  const page = await as('supplier manager');
  await page.goto('/duplicates');
  const pair = page.locator('#queue tr', { hasText: 'Vallefer' });
  await pair.getByRole('button', { name: 'Not a duplicate' }).click();
  await page.waitForLoadState();
  await page.goto('/duplicates');
  assert.equal(await pair.count(), 0);
  assert.match(await page.locator('#decided').innerText(), /Vallefer/);
});

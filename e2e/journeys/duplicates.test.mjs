// One party that is in the books twice: somebody looks at the reasons, merges, and takes it back.
import assert from 'node:assert/strict';
import { journey } from '../lib/journey.mjs';

journey('a manager merges the two records of one party and undoes it', async ({ as, axe }) => {
  const page = await as('supplier manager');
  await page.goto('/duplicates');
  await axe(page);
  const pair = page.getByRole('region', { name: /Vallefer/ });
  await pair.getByText('Why these two').click();
  assert.match(await pair.innerText(), /VAT|vat/);
  await pair.getByRole('button', { name: /^Merge, keep/ }).first().click();
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
  const pair = page.getByRole('region', { name: /Vallefer/ });
  await pair.getByRole('button', { name: 'Not a duplicate' }).click();
  await page.waitForLoadState();
  await page.goto('/duplicates');
  assert.equal(await page.getByRole('region', { name: /^Vallefer/ }).count(), 0);
  assert.match(await page.locator('#decided').innerText(), /Vallefer/);
});

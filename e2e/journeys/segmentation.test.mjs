// Which tier, and why.
import assert from 'node:assert/strict';
import { journey } from '../lib/journey.mjs';

journey('an executive asks why a supplier is strategic and what would change it', async ({ as, axe }) => {
  const page = await as('executive');
  await page.goto('/segmentation');
  await axe(page);
  await page.goto('/segmentation?tier=strategic&q=norrfjord');
  await page.getByRole('link', { name: /Why Norrfjord Castings AB/ }).click();
  await page.waitForURL(/\/why$/);
  await axe(page);
  const text = await page.getByRole('main').innerText();
  for (const part of ['Strategic', 'What would have to change', 'Alternatives', 'Weight']) assert.match(text, new RegExp(part, 'i'));
});

journey('a bubble opens its supplier by keyboard', async ({ as }) => {
  const page = await as('supplier manager');
  await page.goto('/segmentation');
  const bubble = page.locator('#matrix svg a, #matrix .mark[href], #matrix a.mark').first();
  await bubble.focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/suppliers\/\d+/);
  assert.ok(await page.getByRole('heading', { level: 1 }).count());
});

// Everything by keyboard.
import assert from 'node:assert/strict';
import { journey } from '../lib/journey.mjs';

journey('the palette finds a supplier and opens it', async ({ as, axe }) => {
  const page = await as('buyer');
  await page.keyboard.press('Control+k');
  await page.locator('#palette[open]').waitFor();
  await page.keyboard.type('tanaka');
  await page.locator('#palette-hits [role=option]', { hasText: 'Tanaka Seimitsu' }).waitFor();
  await axe(page);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/suppliers\/\d+/);
  assert.match(await page.getByRole('heading', { level: 1 }).innerText(), /Tanaka/);
});

journey('keys lead to places, and can be listed', async ({ as, axe }) => {
  const page = await as('supplier manager');
  await page.keyboard.press('g');
  const key = (await page.locator('.side-nav a[href="/segmentation"]').getAttribute('data-keys')).split(' ')[1];
  await page.keyboard.press(key);
  await page.waitForURL(/\/segmentation/);
  await page.keyboard.press('?');
  await page.locator('#keys[open]').waitFor();
  await axe(page);
  await page.keyboard.press('Escape');
  assert.equal(await page.locator('#keys[open]').count(), 0);
  // The first stop of Tab leads past the navigation.
  await page.goto('/suppliers');
  await page.keyboard.press('Tab');
  assert.match(await page.evaluate(() => document.activeElement.textContent), /Skip to main content/);
});

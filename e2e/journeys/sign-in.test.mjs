// Everybody comes in by the link that was printed, to a page of their own, and can leave.
import assert from 'node:assert/strict';
import { journey } from '../lib/journey.mjs';

for (const [role, name] of [['supplier manager', 'Ingrid Lund'], ['buyer', 'Omar Mansour'], ['executive', 'Ruth Sandoval'], ['administrator', 'Piotr Halik']]) {
  journey(`${role}: signed in by link, the portfolio is there and says it is invented`, async ({ as, axe }) => {
    const page = await as(role);
    assert.equal(new URL(page.url()).pathname, '/');
    const text = await page.locator('body').innerText();
    for (const part of [name, 'Supplier portfolio', 'Invented data']) assert.ok(text.includes(part), `${part} is not on the page`);
    await axe(page);
  });
}

journey('supplier: signed in by link, the portal is there and nothing else', async ({ as, axe }) => {
  const page = await as('supplier');
  assert.equal(new URL(page.url()).pathname, '/portal');
  assert.match(await page.locator('body').innerText(), /Invented data/);
  await axe(page);
  for (const path of ['/suppliers', '/suppliers/1', '/segmentation', '/scorecards', '/settings', '/imports', '/duplicates', '/decisions', '/measures']) {
    assert.equal((await page.goto(path)).status(), 404, path);
  }
});

journey('a wrong link signs nobody in and says what to do', async ({ visitor, axe }) => {
  const page = await visitor();
  await page.goto('/sign-in/link/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA');
  const button = page.locator('form[action^="/sign-in/link"] button[type=submit]');
  if (await button.count()) await button.click();
  await axe(page);
  assert.match(await page.locator('body').innerText(), /link/i);
  await page.goto('/suppliers');
  assert.match(page.url(), /\/sign-in/);
});

journey('signing out ends it', async ({ as }) => {
  const page = await as('executive');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.goto('/suppliers');
  assert.match(page.url(), /\/sign-in/);
});

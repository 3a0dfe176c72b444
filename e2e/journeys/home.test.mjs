// The portfolio: every figure on it opens what it was made of, for everybody who sees it.
import assert from 'node:assert/strict';
import { journey } from '../lib/journey.mjs';

for (const role of ['supplier manager', 'buyer', 'executive', 'administrator']) {
  journey(`${role}: every figure of the portfolio opens`, { width: 390 }, async ({ as, fits }) => {
    const page = await as(role);
    await fits(page);
    const figures = page.locator('.kpis a[href], .kpi[href]');
    assert.ok(await figures.count() >= 5, 'the key figures are links');
    const links = await page.getByRole('main').locator('a[href]').evaluateAll((all) => [...new Set(all.map((one) => new URL(one.getAttribute('href'), location.href).href))]);
    for (const link of links) {
      const answer = await page.context().request.get(link);
      assert.equal(answer.status(), 200, link);
    }
  });
}

journey('the span changes what is compared', async ({ as }) => {
  const page = await as('executive');
  const lead = () => page.getByRole('main').locator('.kpis').first().innerText();
  const year = await lead();
  await page.getByRole('link', { name: 'Quarter', exact: true }).click();
  await page.waitForURL(/\?/);
  assert.notEqual(await lead(), year);
});

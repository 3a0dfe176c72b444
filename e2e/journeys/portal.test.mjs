// A supplier's own person: the scorecard with its lines, the documents, the people, and nothing of anybody else.
import assert from 'node:assert/strict';
import { journey } from '../lib/journey.mjs';

journey('a supplier reads its scorecard down to the order lines', async ({ as, axe }) => {
  const page = await as('supplier');
  await page.getByRole('link', { name: /Read your scorecard/ }).click();
  await page.waitForURL(/\/portal\/scorecard\?period=/);
  await axe(page);
  await page.locator('#kpi-table a[href*="kpi=otif-line"]').click();
  await page.waitForURL(/\/portal\/scorecard\/lines/);
  await axe(page);
  assert.ok(await page.locator('#lines tbody tr').count() > 0);
});

journey('a supplier keeps its address and its people right', async ({ as, axe }) => {
  const page = await as('supplier');
  await page.goto('/portal/profile');
  await axe(page);
  await page.locator('#address').getByRole('link', { name: /Change/ }).click();
  await axe(page);
  await page.getByLabel('Region').fill('Småland');
  await page.getByRole('button', { name: /Save/ }).click();
  await page.waitForURL(/\/portal\/profile$/);
  assert.match(await page.locator('#address').innerText(), /Småland/);

  await page.getByRole('link', { name: 'Add a contact' }).click();
  await axe(page);
  await page.getByRole('button', { name: 'Add contact' }).click();
  assert.match(await page.title(), /^Error:/);
  await axe(page);
  await page.locator('#name').fill('Nils Berg');
  await page.locator('#email').fill('nils.berg@norrfjord.example');
  await page.getByRole('button', { name: 'Add contact' }).click();
  await page.waitForURL(/\/portal\/profile$/);
  assert.match(await page.locator('#contacts').innerText(), /Nils Berg/);

  // The buying company sees what the supplier changed.
  const manager = await as('supplier manager');
  await manager.goto('/suppliers?q=norrfjord');
  await manager.getByRole('link', { name: 'Norrfjord Castings AB' }).first().click();
  assert.match(await manager.getByRole('main').innerText(), /Småland/);
});

journey('a supplier uploads a document and sees it listed', async ({ as, axe }) => {
  const page = await as('supplier');
  await page.goto('/portal/documents/new');
  await axe(page);
  await page.locator('input[type=file]').setInputFiles({ name: 'ISO 14001 renewed.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4\n%%EOF\n') });
  await page.getByLabel(/Valid to|Ends/).first().fill('31 Jan 2030');
  await page.locator('form button[type=submit]').last().click();
  await page.waitForURL(/\/portal\/documents$/);
  assert.match(await page.getByRole('main').innerText(), /ISO 14001 renewed\.pdf/);
});

journey('no page of the portal holds another supplier', async ({ as }) => {
  const manager = await as('supplier manager');
  await manager.goto('/suppliers');
  const others = (await manager.locator('#results tbody th .name').allInnerTexts()).filter((name) => !name.startsWith('Norrfjord'));
  assert.ok(others.length > 30);

  // Every link a supplier's person can reach, from the home page on.
  const page = await as('supplier');
  const seen = new Set(), open = ['/portal'];
  while (open.length) {
    const path = open.pop();
    if (seen.has(path)) continue;
    seen.add(path);
    const answer = await page.context().request.get(new URL(path, page.url()).href);
    assert.equal(answer.status(), 200, path);
    if (!answer.headers()['content-type']?.startsWith('text/html')) continue;
    const html = await answer.text();
    for (const name of others) assert.ok(!html.includes(name), `${path} names ${name}`);
    for (const word of ['Strategic', 'Leverage', 'Bottleneck', 'Kraljic', 'sole source']) assert.ok(!html.includes(word), `${path} says ${word}`);
    for (const [, href] of html.matchAll(/href="([^"#]+)"/g)) {
      const to = new URL(href.replaceAll('&amp;', '&'), new URL(path, page.url()));
      if (to.origin === new URL(page.url()).origin && to.pathname.startsWith('/portal')) open.push(to.pathname + to.search);
    }
  }
  assert.ok(seen.size > 20, `only ${seen.size} pages were found`);
  // Guessed addresses of others' things do not exist.
  const documents = [...Array(40).keys()].map((id) => `/portal/documents/${id + 1}`).filter((path) => !seen.has(path));
  for (const path of [...documents, '/suppliers/2', '/suppliers/2/scorecard', '/suppliers/2/lines?kpi=otd&period=all', '/scorecards/1', '/search?q=kessler']) {
    const answer = await page.context().request.get(new URL(path, page.url()).href, { maxRedirects: 0 });
    assert.equal(answer.status(), 404, path);
  }
});

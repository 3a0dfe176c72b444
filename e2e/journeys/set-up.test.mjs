// The first minutes: an empty folder, an administrator, and pages that say what to do next.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, fits, launch, openWindow } from '../lib/browser.mjs';
import { Server } from '../lib/company.mjs';

let server, browser;
before(async () => { server = await Server.fresh(); browser = await launch(); });
after(async () => { await browser?.close(); await server?.stop(); });

test('somebody sets up a new Keelson and is led to the first import', async () => {
  const context = await openWindow(browser, { url: server.url });
  const page = await context.newPage();
  await page.goto(server.setUp);
  await axe(page);

  // What is missing is said once, beside the field and on top.
  await page.getByRole('button', { name: 'Set up Keelson' }).click();
  assert.match(await page.title(), /^Error:/);
  assert.ok(await page.locator('.err-sum a').count() >= 3);

  await page.getByLabel('Name', { exact: false }).first().waitFor();
  const fill = async (name, value) => page.locator(`form input[name="${name}"]`).fill(value);
  const names = await page.locator('form input[name]').evaluateAll((all) => all.map((one) => one.name));
  for (const name of names) {
    if (/mail/.test(name)) await fill(name, 'ada@harbour.example');
    else if (/password/.test(name)) await fill(name, 'blue anchors hold fast 41');
    else if (/organi[sz]ation/.test(name)) await fill(name, 'Harbour Tools');
    else if (/name|person/.test(name)) await fill(name, 'Ada Quist');
  }
  await page.getByRole('button', { name: 'Set up Keelson' }).click();
  await page.waitForURL((url) => !url.pathname.startsWith('/set-up'));

  await page.goto('/');
  await axe(page);
  assert.match(await page.locator('body').innerText(), /Harbour Tools/);
  assert.doesNotMatch(await page.locator('body').innerText(), /Invented data/, 'only the sample company is invented');
  const next = page.getByRole('main').getByRole('link', { name: /import/i }).first();
  await next.click();
  assert.match(page.url(), /\/imports/);
  await axe(page);

  // Nobody sets it up twice.
  const other = await (await openWindow(browser, { url: server.url })).newPage();
  const answer = await other.goto(server.setUp);
  assert.ok(answer.status() === 404 || !other.url().includes('/set-up/'), 'the link works once');
  assert.deepEqual(context.complaints, []);
});

test('an empty Keelson has no page that breaks', async () => {
  const context = await openWindow(browser, { url: server.url, width: 390 });
  const page = await context.newPage();
  await page.goto('/sign-in');
  await page.getByLabel(/mail/i).first().fill('ada@harbour.example');
  await page.locator('input[type=password]').fill('blue anchors hold fast 41');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
  for (const path of ['/', '/decisions', '/suppliers', '/segmentation', '/scorecards', '/measures', '/imports', '/duplicates', '/settings', '/account']) {
    const answer = await page.goto(path);
    assert.equal(answer.status(), 200, path);
    await fits(page);
    await axe(page);
  }
  assert.deepEqual(context.complaints, []);
});

// Every page: readable by everybody, in both themes, on a phone, and without a script.
import assert from 'node:assert/strict';
import { journey } from '../lib/journey.mjs';

/** Every page of a role: the places of its navigation and what their links lead to, one of each shape. */
const pagesOf = async (page, start) => {
  const origin = new URL(page.url()).origin;
  const shape = (path) => path.replace(/\/\d+/g, '/N').replace(/=[^&]*/g, '=');
  const shapes = new Map(), open = [start];
  while (open.length) {
    const path = open.shift();
    const answer = await page.context().request.get(origin + path);
    if (!answer.headers()['content-type']?.startsWith('text/html')) continue;
    assert.ok(answer.status() < 400, `${path} is linked and answers ${answer.status()}`);
    for (const [, href] of (await answer.text()).matchAll(/<a [^>]*href="([^"#]+)"/g)) {
      const to = new URL(href.replaceAll('&amp;', '&'), origin + path);
      const where = to.pathname + to.search;
      // A filter more or another order of the same list is the same page; files are for download.
      if (to.origin !== origin || /export|rejects\.csv|\/documents\/\d|\/document$|sort=|page=|rows=|columns=|save|before=/.test(where)) continue;
      const of = shape(to.pathname + (/tab=|only=|kpi=/.test(to.search) ? to.search.match(/(tab|only)=[^&]*|kpi=/)[0] : ''));
      if (!shapes.has(of)) { shapes.set(of, where); open.push(where); }
    }
  }
  return [...new Set([start, ...shapes.values()])];
};

const found = new Map();
const pages = async (page, role, start) => {
  if (!found.has(role)) found.set(role, await pagesOf(page, start));
  return found.get(role);
};

for (const [role, start] of [['administrator', '/'], ['supplier', '/portal']]) {
  for (const scheme of ['light', 'dark']) {
    journey(`${role}: every page passes axe, ${scheme}`, { scheme }, async ({ t, as, axe }) => {
      const page = await as(role);
      const broken = [];
      for (const path of await pages(page, role, start)) {
        await page.goto(path);
        await axe(page).catch((error) => broken.push(`${path}: ${error.message}`));
      }
      t.diagnostic(`${found.get(role).length} pages`);
      assert.deepEqual(broken, []);
    });
  }
  journey(`${role}: no page scrolls sideways at 390 px`, { width: 390 }, async ({ as, fits }) => {
    const page = await as(role);
    const broken = [];
    for (const path of await pages(page, role, start)) {
      await page.goto(path);
      await fits(page).catch((error) => broken.push(error.message));
    }
    assert.deepEqual(broken, []);
  });
  journey(`${role}: every page is readable without a script`, { script: false }, async ({ as, axe: _ }) => {
    const page = await as(role);
    for (const path of await pages(page, role, start)) {
      await page.goto(path);
      const main = page.getByRole('main');
      assert.ok((await main.innerText()).trim().length > 20, `${path} says nothing`);
      assert.equal(await main.getByRole('heading', { level: 1 }).count(), 1, `${path} has no heading of its own`);
    }
  });
}

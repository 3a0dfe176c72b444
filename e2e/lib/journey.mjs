// A journey is a test with people in it:
//
//   import { journey } from '../lib/journey.mjs';
//
//   journey('a buyer finds a supplier by name', async ({ as, axe }) => {
//     const page = await as('buyer');
//     await page.goto('/suppliers');
//     await page.getByRole('searchbox').fill('castings');
//     await page.getByRole('link', { name: /castings/i }).first().click();
//     await axe(page);
//   });
//
// Every journey file has a server and a copy of the sample company of its own; journeys of one file share them, in order.
// A journey fails by itself on a console error, a CSP violation or an answer of 500 and more on any page it opened.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { axe, fits, launch, openWindow } from './browser.mjs';
import { Company } from './company.mjs';
import { signIn } from './sign-in.mjs';

let started;
const start = () => (started ??= (async () => {
  const company = await Company.ready();
  const server = await company.serve();
  return { company, server, browser: await launch(), windows: new Map() };
})());

after(async () => {
  if (!started) return;
  const { company, server, browser } = await started;
  await browser.close();
  await server.stop();
  if (!process.env.KEELSON_E2E_COMPANY) company.remove();
});

/** `window` is what openWindow takes: width, scheme, script, locale. */
export const journey = (name, window, body) => {
  if (typeof window === 'function') [window, body] = [{}, window];
  test(name, { timeout: 300_000 }, async (t) => {
    const { server, browser } = await start();
    const opened = [];
    const open = async (more) => {
      const context = await openWindow(browser, { url: server.url, ...window, ...more });
      opened.push(context);
      return context;
    };
    /** A page of somebody who is not signed in. */
    const visitor = async (more) => (await open(more)).newPage();
    /** A page of somebody signed in by the printed link. */
    const as = async (role, more) => {
      const context = await open(more);
      const page = await context.newPage();
      await signIn(server, page, role);
      return page;
    };
    try {
      await body({ t, server, visitor, as, axe, fits });
      const complaints = opened.flatMap((context) => context.complaints);
      assert.deepEqual(complaints, [], 'the pages complained');
    } finally {
      for (const context of opened) await context.close();
    }
  });
};

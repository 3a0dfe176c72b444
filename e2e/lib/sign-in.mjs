import assert from 'node:assert/strict';

// A link works once. What signing in leaves behind, the session cookie, serves every later page of the same person.
const sessions = new WeakMap();
/** Signs a page in by the link the demo printed for the role. */
export const signIn = async (server, page, role) => {
  const link = server.links.get(role);
  assert.ok(link, `keelson demo printed no sign-in link for ${role}`);
  if (!sessions.has(server)) sessions.set(server, new Map());
  const known = sessions.get(server).get(role);
  if (known) {
    await page.context().addCookies(known);
    await page.goto('/');
  } else {
    await page.goto(link);
    // Opening the link asks first, because mail scanners open links too.
    const confirm = page.locator('form[action^="/sign-in/link"] button[type=submit]');
    if (await confirm.count()) await confirm.click();
    await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
    sessions.get(server).set(role, await page.context().cookies());
  }
  assert.ok(!new URL(page.url()).pathname.startsWith('/sign-in'), `${role} could not sign in`);
};

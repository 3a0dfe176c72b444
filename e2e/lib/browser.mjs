// Debian's Chromium, and what is watched on every page: console errors, CSP violations, failed requests, axe.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const axeSource = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

const executable = () => {
  const found = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
    .find((path) => path && fs.existsSync(path));
  if (!found) throw new Error('Chromium is missing: apt install chromium, or set CHROMIUM to its path');
  return found;
};

export const launch = () => chromium.launch({
  executablePath: executable(),
  // Chromium refuses its sandbox to root, which is who runs inside most containers.
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});

/** A browser window of one person. `script: false` is a browser that runs none. */
export const openWindow = async (browser, { url, width = 1440, height = width < 600 ? 844 : 900, scheme = 'light', script = true, locale = 'en-GB' } = {}) => {
  const context = await browser.newContext({
    baseURL: url, viewport: { width, height }, colorScheme: scheme, javaScriptEnabled: script, locale, timezoneId: 'UTC', reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(15_000);
  context.complaints = [];
  if (script) {
    await context.exposeFunction('keelsonComplains', (text) => { context.complaints.push(text); });
    await context.addInitScript(() => addEventListener('securitypolicyviolation', (event) =>
      globalThis.keelsonComplains(`Content-Security-Policy: ${event.violatedDirective} refused ${event.blockedURI} on ${location.pathname}`)));
  }
  context.on('page', (page) => {
    const complain = (what) => context.complaints.push(`${what} on ${new URL(page.url()).pathname}`);
    page.on('console', (message) => {
      // A form answered with 422 is how the server says "look again"; the browser logs it all the same.
      if (message.type() === 'error' && !/status of (404|422)/.test(message.text())) complain(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => complain(`script: ${error.message}`));
    page.on('response', (response) => { if (response.status() >= 500) complain(`${response.status()} for ${response.url()}`); });
  });
  return context;
};

/** Fails with every rule of WCAG 2.2 A and AA that the page breaks, and where. */
export const axe = async (page, { except = [] } = {}) => {
  await page.evaluate(() => document.fonts.ready);
  await page.evaluate(axeSource);
  const { violations, passes } = await page.evaluate(
    ([rules, except]) => globalThis.axe.run({ exclude: except }, { runOnly: rules }), [rules, except.map((selector) => [selector])]);
  assert.ok(passes.length > 0, 'axe found nothing to look at');
  const told = violations.flatMap((rule) => rule.nodes.map((node) =>
    `${rule.id} (${rule.impact}) at ${node.target.join(' ')}: ${[...node.any, ...node.all, ...node.none].map((check) => check.message).join('; ')}`));
  assert.equal(told.length, 0, `axe on ${page.url()}:\n  ${told.join('\n  ')}`);
};

/** Fails when the page scrolls sideways. */
export const fits = async (page) => {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(over <= 0, `${page.url()} is ${over} px wider than the window`);
};

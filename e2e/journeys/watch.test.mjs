// The watch itself: a journey is worth what its watch notices. No Keelson here, only pages that are wrong on purpose.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { axe, fits, launch, openWindow } from '../lib/browser.mjs';

const page = (body, head = '') => `<!doctype html><html lang="en"><head><title>Watch</title><link rel="icon" href="data:,">${head}</head><body><main><h1>Watch</h1>${body}</main></body></html>`;
const pages = {
  '/good': page('<p>Nothing is wrong here.</p>'),
  '/unlabelled': page('<input type="text">'),
  '/wide': page('<div class="wide">too wide</div>', '<link rel="stylesheet" href="/wide.css">'),
  '/wide.css': '.wide { width: 3000px }',
  '/inline': page('<p>inline script</p><script>document.title = "ran"</script>'),
  '/loud': page('<script src="/loud.js"></script>'),
  '/loud.js': 'console.error("loud")',
  '/broken': null,
};
let server, browser, url;

before(async () => {
  server = http.createServer((request, answer) => {
    const body = pages[request.url];
    const type = request.url.endsWith('.css') ? 'text/css' : request.url.endsWith('.js') ? 'text/javascript' : 'text/html; charset=utf-8';
    answer.writeHead(body ? 200 : 500, { 'content-type': type, 'content-security-policy': "default-src 'self'; img-src 'self' data:" });
    answer.end(body ?? 'broken');
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  url = `http://127.0.0.1:${server.address().port}`;
  browser = await launch();
});
after(async () => { await browser.close(); server.close(); });

const complaintsOf = async (path) => {
  const context = await openWindow(browser, { url });
  const tab = await context.newPage();
  await tab.goto(path, { waitUntil: 'networkidle' });
  await context.close();
  return context.complaints;
};
const on = async (path, look) => {
  const context = await openWindow(browser, { url });
  const tab = await context.newPage();
  await tab.goto(path);
  try { await look(tab); } finally { await context.close(); }
};

test('a good page passes', async () => {
  await on('/good', async (tab) => { await axe(tab); await fits(tab); });
  assert.deepEqual(await complaintsOf('/good'), []);
});
test('an unlabelled field fails axe', () => on('/unlabelled', (tab) => assert.rejects(axe(tab), /label/)));
test('a page wider than the window fails', () => on('/wide', (tab) => assert.rejects(fits(tab), /wider/)));
test('a script the policy refuses is noticed', async () => assert.match((await complaintsOf('/inline')).join(), /Content-Security-Policy: script-src/));
test('an error on the console is noticed', async () => assert.match((await complaintsOf('/loud')).join(), /console: loud/));
test('an answer of 500 is noticed', async () => assert.match((await complaintsOf('/broken')).join(), /500 for/));

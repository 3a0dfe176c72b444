// Small behaviours on top of pages that work without them. No framework, no eval, no inline handlers.
const $ = (s, r = document) => r.querySelector(s), $$ = (s, r = document) => [...r.querySelectorAll(s)];
const root = document.documentElement, on = (name, f) => document.addEventListener(name, f);
const say = (t) => { const live = $('#live'); if (live) live.textContent = t; };
const keep = (k, v) => { try { v ? localStorage.setItem(k, v) : localStorage.removeItem(k); } catch { /* Storage may be blocked. */ } };
const kept = (k) => { try { return localStorage.getItem(k); } catch { return null; } };
const setRoot = (k, v) => { if (v) root.dataset[k] = v; else delete root.dataset[k]; keep(k, v); };

// One listener per event on the document: what htmx swaps in needs no wiring.
on('click', (e) => {
  const at = (s) => e.target.closest?.(s);
  let el;
  if ((el = at('[data-open]'))) openDialog(el.dataset.open);
  if (at('[data-theme-toggle]')) {
    const next = { undefined: 'light', light: 'dark', dark: undefined }[root.dataset.theme];
    setRoot('theme', next); say(`Theme: ${next ?? 'same as system'}`);
  }
  if (at('[data-density]')) {
    const next = root.dataset.density ? undefined : 'compact';
    setRoot('density', next); say(`Rows: ${next ?? 'comfortable'}`);
  }
  if (at('[data-print]')) window.print();
  if ((el = at('[data-dismiss]'))) el.closest('.flash').remove();
  if ((el = at('[data-copy]'))) navigator.clipboard?.writeText(el.dataset.copy).then(() => { say('Copied'); tell(el, 'Copied'); });
  if (at('[data-clear]')) { picks().forEach((c) => { c.checked = false; }); syncPicks(); }
  for (const d of $$('details.pop[open]')) if (!d.contains(e.target)) d.open = false;
  if (e.target.tagName === 'DIALOG') e.target.close();
});

// Picking rows: the bar itself shows by CSS; here are its count and the box that picks all.
const picks = () => $$('input[name=pick]');
function syncPicks() {
  const all = picks(), n = all.filter((c) => c.checked).length, head = $('[data-pick-all]'), out = $('.bulk [data-n]');
  all.forEach((c) => c.closest('tr')?.classList.toggle('is-on', c.checked));
  if (head) { head.checked = n > 0 && n === all.length; head.indeterminate = n > 0 && n < all.length; }
  if (out && out.textContent !== `${n}`) { out.textContent = n; say(`${n} selected`); }
}
on('change', (e) => {
  if (e.target.matches('[data-pick-all]')) { picks().forEach((c) => { c.checked = e.target.checked; }); syncPicks(); }
  if (e.target.matches('input[name=pick]')) syncPicks();
  if (e.target.matches('[data-single-keys]')) keep('single-keys', e.target.checked ? 'on' : 'off');
});
// What the server keeps for this person holds wherever this browser has not been told otherwise; saving it makes it hold here too.
const singleKeys = () => (kept('single-keys') ?? document.body.dataset.keys) !== 'off';
on('submit', (e) => { if (e.target.matches('[data-saves-preferences]')) { keep('theme', ''); keep('single-keys', ''); } });

// Dialogs and the palette. Commands are filtered here; records come from the server into #palette-hits.
function openDialog(id) {
  const d = document.getElementById(id);
  if (!d || d.open) return;
  d.showModal();
  if (id === 'palette') { const q = $('#palette-q'); q.value = ''; $('#palette-hits').replaceChildren(); narrow(''); q.focus(); }
}
const options = () => $$('#palette [role=option]:not([hidden])');
function mark(i) {
  for (const o of $$('#palette [role=option]')) { o.removeAttribute('id'); o.removeAttribute('aria-selected'); }
  const o = options()[i];
  if (!o) return;
  o.id = 'palette-now'; o.setAttribute('aria-selected', true); o.scrollIntoView({ block: 'nearest' });
}
function narrow(q) {
  for (const g of $$('#palette-list > [role=group]')) {
    const all = $$('[role=option]', g);
    for (const o of all) o.hidden = !o.textContent.toLowerCase().includes(q.toLowerCase());
    g.hidden = all.every((o) => o.hidden);
  }
  $('#palette [data-none]').hidden = options().length > 0;
  mark(0);
}
on('input', (e) => {
  if (e.target.id !== 'palette-q') return;
  const q = e.target.value.trim();
  if (q.length > 1) e.target.dispatchEvent(new Event('palette')); else $('#palette-hits').replaceChildren();
  narrow(q);
});

// Shortcuts. G and N keys are written in the markup as data-keys, so only what a person may open has one.
let lead = '';
on('keydown', (e) => {
  const k = e.key?.toLowerCase(), typing = e.target.matches?.('input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]');
  if ((e.ctrlKey || e.metaKey) && k === 'k') { e.preventDefault(); openDialog('palette'); return; }
  if (e.target.id === 'palette-q') {
    const o = options(), i = o.findIndex((x) => x.id);
    if (k === 'arrowdown' || k === 'arrowup') { e.preventDefault(); mark((i + (k === 'arrowdown' ? 1 : o.length - 1)) % o.length); }
    if (k === 'enter' && o[i]) { e.preventDefault(); o[i].click(); }
  }
  if (k === 'escape') { const d = $('details.pop[open]'); if (d) { d.open = false; $('summary', d).focus(); } hideTip(); return; }
  if (!singleKeys() || e.ctrlKey || e.metaKey || e.altKey || typing || $('dialog[open]')) return;
  if (lead) { const to = $(`[data-keys="${CSS.escape(lead)} ${CSS.escape(k)}"]`); lead = ''; if (to) { e.preventDefault(); to.click(); } return; }
  if (k === 'g' || k === 'n') { lead = k; setTimeout(() => { lead = ''; }, 900); }
  if (k === '/') { const s = $('[data-slash]'); if (s) { e.preventDefault(); s.focus(); s.select(); } }
  if (k === '?') openDialog('keys');
  if (k === 'j' || k === 'k') {
    const rows = $$('.list tbody tr'), i = rows.findIndex((r) => r.contains(document.activeElement));
    const row = rows[Math.max(0, Math.min(rows.length - 1, i + (k === 'j' ? 1 : -1)))];
    if (row) $('a.name', row)?.focus();
  }
  if (k === 'x') { const c = $('input[name=pick]', document.activeElement?.closest('tr') ?? document.createElement('i')); if (c) { c.checked = !c.checked; syncPicks(); } }
});

// Tooltips by pointer and keyboard. A chart's mark carries an SVG title, which would come late and twice: it moves to data-tip.
const tip = $('.tip'), hideTip = () => { if (tip) tip.hidden = true; };
function tell(el, text) {
  if (!tip) return;
  tip.textContent = text; tip.hidden = false;
  const r = el.getBoundingClientRect(), t = tip.getBoundingClientRect(), above = r.top - t.height - 8;
  tip.style.top = `${above > 4 ? above : r.bottom + 8}px`;
  tip.style.left = `${Math.max(8, Math.min(innerWidth - t.width - 8, r.left + r.width / 2 - t.width / 2))}px`;
}
function show(e) {
  const el = e.target.closest?.('[data-tip], .mark'), cut = e.target.closest?.('.name, .cut, .ev');
  if (!el) { if (cut && cut.scrollWidth > cut.clientWidth) tell(cut, cut.textContent); return; }
  const title = $(':scope > title', el);
  if (title) { el.dataset.tip = title.textContent; title.remove(); }
  tell(el, el.dataset.tip);
}
on('pointerover', show); on('focusin', show); on('pointerout', hideTip); on('focusout', hideTip);

// After every swap and once at the start: counts are said, boxes agree, errors show in the title, the current tab in sight.
function settle() {
  syncPicks();
  const q = $('#palette[open] #palette-q');
  if (q) narrow(q.value.trim());
  document.title = ($('.err-sum') ? 'Error: ' : '') + document.title.replace(/^(Error: )+/, '');
  for (const t of $$('.tabs [aria-current], .p-nav [aria-current]')) t.parentElement.scrollLeft = t.offsetLeft - t.parentElement.offsetLeft - 24;
}
for (const name of ['htmx:after:swap', 'htmx:afterSwap']) on(name, () => { settle(); const c = $('[data-count]'); if (c && !$('dialog[open]')) say(c.textContent); });
settle();
if (/Mac|iP(hone|ad)/.test(navigator.platform)) for (const m of $$('[data-mod]')) m.textContent = `⌘${m.dataset.mod}`;
const single = $('[data-single-keys]');
if (single) single.checked = singleKeys();

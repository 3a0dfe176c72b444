// Runs before first paint, so that the page never flashes the wrong theme; data-js shows what only works with script.
(() => {
  const root = document.documentElement;
  root.dataset.js = '';
  try {
    for (const k of ['theme', 'density']) { const v = localStorage.getItem(k); if (v) root.dataset[k] = v; }
  } catch { /* Storage may be blocked; then the system's theme applies. */ }
})();

// Keys of the desks. In a queue J and K walk the rows, as the arrows do once a row has the focus; X ticks, Enter opens, F goes
// to the filters, B to the steps for what is ticked, N and P to the next and previous page. On a document a digit opens that
// step of the desk and goes into it, T takes up, S sets aside, N goes to the next one. At the counter each field and button names
// its own key. Everywhere / goes to Find and ? to the list of keys. They are off while something is being typed, with a modifier held,
// and where the person switched them off.
const click = (selector) => document.querySelector(selector)?.click();

function walk(table, by) {
  const rows = [...table.querySelectorAll("tbody tr")].filter((row) => row.querySelector("th a"));
  const at = rows.findIndex((row) => row.classList.contains("row--cursor"));
  const row = rows[Math.max(0, Math.min(rows.length - 1, at + by))];
  if (!row) return;
  rows[at]?.classList.remove("row--cursor");
  row.classList.add("row--cursor");
  row.querySelector("th a").focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function queueKeys(table, target) {
  const inRow = target.closest?.("tbody th a");
  return {
    j: () => walk(table, 1),
    k: () => walk(table, -1),
    ...(inRow ? { arrowdown: () => walk(table, 1), arrowup: () => walk(table, -1) } : {}),
    x: () => table.querySelector(".row--cursor .tick input")?.click(),
    f: () => table.querySelector(".dense__filter :is(input, select)")?.focus(),
    n: () => click('.keyset a[rel="next"]'),
    p: () => click('.keyset a[rel="prev"]'),
    b: () => document.querySelector(".bulk button")?.focus(),
  };
}

function stepKey(key) {
  const step = /^[1-9]$/.test(key) && document.querySelectorAll(".steps details.step")[key - 1];
  if (!step) return undefined;
  return () => {
    step.open = true;
    const fields = step.querySelectorAll("form :is(input:not([type=hidden]), select, textarea, button)");
    [...fields].find((field) => !field.disabled && field.checkVisibility())?.focus();
    step.scrollIntoView({ block: "nearest" });
  };
}

export function keys() {
  document.addEventListener("keydown", (event) => {
    if (!document.querySelector("[data-keys]") || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.closest?.("input:not([type=checkbox]), select, textarea, [contenteditable]")) return;
    const table = document.querySelector("table[data-keys]");
    const named = (key) => document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    const doing = {
      "/": () => document.getElementById("find")?.focus(),
      "?": () => document.getElementById("keys")?.focus(),
      t: () => click('[data-key="t"]'),
      s: () => click('[data-key="s"]'),
      n: () => click('.billhead a[rel="next"]'),
      ...(table ? queueKeys(table, event.target) : {}),
    }[event.key.toLowerCase()] ?? stepKey(event.key);
    const other = event.key.length === 1 ? named(event.key.toLowerCase()) : null;
    if (!doing && !other) return;
    event.preventDefault();
    if (other?.matches("input, select, textarea")) other.focus();
    else if (other) other.click();
    else doing();
  });
}

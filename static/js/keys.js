// Keys of a queue: J and K walk the rows, X ticks, Enter opens, F goes to the filters, N and P to the next and previous page.
// They are off while something is being typed, with a modifier held, and where the person switched them off.
export function keys() {
  document.addEventListener("keydown", (event) => {
    const table = document.querySelector("table[data-keys]");
    if (!table || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.closest?.("input:not([type=checkbox]), select, textarea, [contenteditable]")) return;
    const rows = [...table.querySelectorAll("tbody tr")].filter((row) => row.querySelector("th a"));
    const at = rows.findIndex((row) => row.classList.contains("row--cursor"));
    const go = (to) => {
      const row = rows[Math.max(0, Math.min(rows.length - 1, to))];
      if (!row) return;
      rows[at]?.classList.remove("row--cursor");
      row.classList.add("row--cursor");
      row.querySelector("th a").focus({ preventScroll: true });
      row.scrollIntoView({ block: "nearest" });
    };
    const doing = {
      j: () => go(at + 1),
      k: () => go(at < 0 ? 0 : at - 1),
      x: () => rows[at]?.querySelector(".tick input")?.click(),
      f: () => table.querySelector(".dense__filter :is(input, select)")?.focus(),
      n: () => document.querySelector('.keyset a[rel="next"]')?.click(),
      p: () => document.querySelector('.keyset a[rel="prev"]')?.click(),
    }[event.key.toLowerCase()];
    if (!doing) return;
    event.preventDefault();
    doing();
  });
}

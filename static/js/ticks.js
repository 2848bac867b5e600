// The tick boxes of a queue: "All" without loading the page again, and a stretch of rows with the shift key.
export function ticks() {
  const table = document.querySelector(".dense--queue");
  if (!table || table.dataset.ticking) return;
  table.dataset.ticking = "yes";
  const boxes = () => [...table.querySelectorAll(".tick input")];
  let last = null;

  table.querySelector("[data-tick-all]")?.addEventListener("click", (event) => {
    event.preventDefault();
    const some = boxes().some((box) => !box.checked);
    for (const box of boxes()) box.checked = some;
  });

  table.addEventListener("click", (event) => {
    const box = event.target;
    if (!(box instanceof HTMLInputElement) || !box.matches(".tick input")) return;
    const all = boxes();
    if (event.shiftKey && last && all.includes(last)) {
      const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
      for (const between of all.slice(from, to + 1)) between.checked = box.checked;
    }
    last = box;
  });
}

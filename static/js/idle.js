// A session without an act ends on the server. Here somebody who is still there can say so, and keeps what is being typed.

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

export function idle() {
  const box = document.getElementById("idle");
  if (!box) return;
  const form = box.querySelector("form");
  const count = box.querySelector("[data-count]");
  const warn = Number(box.dataset.warn);
  let over = Date.now() + Number(box.dataset.left) * 1000;
  let asking = false;

  const left = () => Math.max(0, (over - Date.now()) / 1000);
  const leave = () => {
    const here = encodeURIComponent(location.pathname + location.search);
    location.assign(`${box.dataset.over}&next=${here}`);
  };

  // What the server knows counts: another window may have been at work.
  async function ask(method) {
    if (asking) return;
    asking = true;
    try {
      const headers = { Accept: "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value };
      const answer = await fetch(form.action, { method, headers, redirect: "manual" });
      if (!answer.ok) return leave();
      over = Date.now() + (await answer.json()).left * 1000;
    } catch {
      // The line is down: the clock goes on, and the next second asks again.
    } finally {
      asking = false;
    }
    if (left() > warn) box.close();
    else if (!box.open) box.showModal();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask("POST");
  });
  box.addEventListener("cancel", (event) => {
    event.preventDefault();
    ask("POST");
  });
  setInterval(() => {
    if (box.open) count.textContent = clock(left());
    if (left() === 0 || (left() <= warn && !box.open)) ask("GET");
  }, 1000);
}

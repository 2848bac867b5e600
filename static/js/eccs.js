// What makes the pages quicker. Each of them works without it.
import { idle } from "./idle.js";
import { keys } from "./keys.js";
import { ticks } from "./ticks.js";

// The summary of errors, or of a refusal, is where reading begins.
document.querySelector("[data-focus]")?.focus({ preventScroll: false });

// Where somebody types from paper, the first answer that is still missing is where typing begins.
const asked = [...document.querySelectorAll("form[data-fill] :is(input:not([type=hidden]), select, textarea)")];
const chosen = (radio) => asked.some((other) => other.name === radio.name && other.checked);
const missing = (box) => (box.type === "radio" ? !chosen(box) : box.type !== "checkbox" && !box.value);
(asked.find((box) => box.offsetParent && missing(box)) ?? asked[0])?.focus();

// A form is sent once: a second press while the answer is on its way does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.matches("[data-once]")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  form.setAttribute("aria-busy", "true");
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  }
});

// A fragment that did not come says so; the page stays as it was.
const live = document.getElementById("live");
for (const failed of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failed, () => {
    if (live) live.textContent = live.dataset.broken;
  });
}
document.addEventListener("htmx:afterSwap", () => {
  if (live) live.textContent = "";
  ticks();
});

// A file above the limit is not sent at all.
document.addEventListener("change", (event) => {
  const input = event.target;
  if (!(input instanceof HTMLInputElement) || input.type !== "file" || !input.dataset.most) return;
  const tooLarge = [...input.files].some((file) => file.size > Number(input.dataset.most));
  input.setCustomValidity(tooLarge ? input.dataset.tooLarge || "" : "");
  if (tooLarge) input.reportValidity();
});

// What was typed into a draft since it was last saved goes along when the page is left.
const draft = document.querySelector("form[data-draft]");
let unsaved = false;
draft?.addEventListener("input", () => (unsaved = true));
draft?.addEventListener("submit", () => (unsaved = false));
draft?.addEventListener("htmx:beforeRequest", () => (unsaved = false));
window.addEventListener("pagehide", () => {
  if (unsaved) navigator.sendBeacon(location.href, new FormData(draft));
});

ticks();
keys();
idle();

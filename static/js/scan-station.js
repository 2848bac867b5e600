// The scan station: judges every scan at once from the manifest it holds, keeps the scan in localStorage, sends it when it can.
// The page works without this module: the form then posts one scan at a time. The server stays the judge: what it answers
// differently is shown as a second verdict. crypto.randomUUID needs https, or this machine itself.
import { SignedOut, fetched, now, post, sent } from "./scan-wire.js";

const station = document.getElementById("station").dataset;
const KEY = `eccs-unsent-${station.key}-`;
const $ = (id) => document.getElementById(id);

// What is pulled before the manifest is here waits in the page; a form posted now would leave it, and lose the pulls after it.
const early = [];
let scanned = (code) => early.push(code);
$("scan-form").addEventListener("submit", (e) => {
  e.preventDefault();
  const code = clean($("code").value);
  $("code").value = "";
  $("code").focus();
  if (code) scanned(code);
});
const manifest = await fetched(station.packages);
const number = new Intl.NumberFormat("en-IN");
const WORDS = JSON.parse($("scan-words").textContent); // in the language of the page

/** One of the page's words or sentences, with what stands in braces filled in. */
const say = (name, given = {}) => WORDS[name].replace(/\{(\w+)\}/g, (braces, what) => given[what] ?? braces);

// Each verdict: what is said where the scan says nothing else, tone (pairs of hertz and milliseconds).
const VERDICTS = {
  ok: { word: say("ok"), says: say("okSay"), short: say("okShort"), tone: [[880, 90]] },
  part: { tone: [[660, 70], [880, 70]] },
  again: { word: say("again"), short: say("againShort"), tone: [[440, 120], [440, 120]] },
  held: { word: say("held"), says: say("heldSay"), short: say("held"), tone: [[520, 110], [390, 110], [520, 110]] },
  confiscated: { word: say("confiscated"), says: say("confiscatedSay"), short: say("confiscated"), tone: [[390, 220], [390, 220]] },
  wrong: { word: say("wrong"), short: say("wrongShort"), tone: [[300, 220], [300, 220]] },
  unknown: { word: say("unknown"), says: say("unknownSay"), short: say("unknownShort"), tone: [[180, 500]] },
};

/** A label as scanned: without symbology mark, FNC1 and the GS1 application identifier of a consignment number. */
export function clean(raw) {
  return raw.trim().toUpperCase().replace(/^\][A-Z]\d/, "").replace(/\x1d/g, "").replace(/^\(?401\)?(?=[A-Z])/, "");
}

// 1 ── the scans not yet sent: one key each in localStorage, so that a reload, a crash or a second window loses none
const unsent = new Map(Object.entries(localStorage).filter(([key]) => key.startsWith(KEY)).map(([key, scan]) => [key, JSON.parse(scan)]));
let wait = 1000;
let timer = 0;
let sending = false;

function remember(scan) {
  const key = KEY + crypto.randomUUID();
  const kept = { ...scan, key: key.slice(KEY.length), at: new Date().toISOString(), clock: now() };
  localStorage.setItem(key, JSON.stringify(kept));
  unsent.set(key, kept);
  showUnsent();
  drain();
}

async function drain() {
  if (sending || !unsent.size) return;
  clearTimeout(timer);
  sending = true;
  const batch = [...unsent].slice(0, 50);
  try {
    const answers = await sent(station, batch.map(([, scan]) => scan)); // the server knows each key: sending twice does no harm
    for (const [key] of batch) { unsent.delete(key); localStorage.removeItem(key); }
    answers.forEach(differs);
    wait = 1000;
    timer = setTimeout(drain);
    showUnsent(false);
  } catch (fault) {
    timer = setTimeout(drain, wait);
    wait = Math.min(wait * 2, 15000);
    showUnsent(true, fault instanceof SignedOut);
  } finally {
    sending = false;
  }
}

function showUnsent(down = $("unsent").dataset.state === "down", signedOut = $("unsent").contains($("sign-in"))) {
  const n = unsent.size;
  $("unsent").dataset.state = n && down ? "down" : n ? "sending" : "ok";
  $("unsent-icon").setAttribute("href", n && down ? "#i-down" : "#i-ok");
  $("unsent-say").textContent = !n ? say("allSent") : down ? say("down", { n }) : say("sending", { n });
  if (!n || !down || !signedOut) return;
  const link = document.createElement("a");
  link.id = "sign-in";
  link.href = `${station.signIn}?next=${encodeURIComponent(location.pathname)}`;
  link.textContent = say("signIn");
  const [before, after] = say("signedOut", { n }).split("{link}");
  $("unsent-say").replaceChildren(before, link, after);
}

/** What the server answers differently from what the station said at once is said again, so that nobody overlooks it. */
function differs({ code, verdict, held, confiscated }) {
  const bill = manifest.hawbs.get(manifest.pieces.get(code)?.hawb);
  if (confiscated && bill && !bill.confiscated) { bill.confiscated = true; show(code, { state: "confiscated", counted: true }); }
  else if (held && bill && !bill.held) { bill.held = true; show(code, { state: "held", counted: true }); }
  if (verdict === "UNKNOWN" && manifest.pieces.has(code)) show(code, { state: "wrong", says: say("notFound") });
  if (verdict === "ARRIVED" && !manifest.pieces.has(code)) show(code, { state: "ok", says: say("found") });
}

// 2 ── the verdict
/** Every piece of a loose shipment of documents has been counted, under whichever label. */
const whole = (bill) => manifest.shared && !bill.bagged && bill.arrived >= bill.packages;

function judge(code) {
  const piece = manifest.pieces.get(code);
  if (!piece && manifest.hawbs.has(code)) return { state: "wrong", word: say("scanCrn"), short: say("scanCrnShort"), says: say("scanCrnSay") };
  const bag = manifest.inside.get(code);
  if (!piece && bag) return { state: "wrong", word: say("scanBag"), short: say("scanBagShort"), says: say("scanBagSay", { bag }) };
  if (!piece) return { state: "unknown" };
  const bill = manifest.hawbs.get(piece.hawb);
  const at = piece.at || (whole(bill) && (manifest.pieces.get(bill.hawb)?.at || now()));
  if (at) return { state: "again", bill, says: say("againSay", { at }) };
  bill.arrived += 1;
  if (!manifest.shared || bill.bagged || piece.own || whole(bill)) piece.at = now(); // loose document pieces share a label
  if (bill.confiscated) return { state: "confiscated", bill, says: bill.bagged ? say("confiscatedBagSay") : undefined };
  if (bill.held) return { state: "held", bill, says: bill.bagged ? say("heldBagSay") : undefined };
  if (bill.bagged) return { state: "ok", bill, says: say("bagSay", { shipments: bill.bagged }) };
  const parts = { n: bill.arrived, of: bill.packages };
  if (bill.arrived >= bill.packages) return { state: "ok", bill, says: bill.packages > 1 ? say("partsComplete", parts) : undefined };
  const left = bill.packages - bill.arrived;
  return { state: "part", bill, word: say("part", parts), short: say("partShort", parts), says: say("partSay", { left, hawb: bill.hawb }) };
}

function show(code, { state, word, short, says, bill, counted }) {
  $("verdict").dataset.state = state;
  $("verdict-icon").setAttribute("href", `#i-${state}`);
  $("verdict-word").textContent = word ?? VERDICTS[state].word;
  $("verdict-code").textContent = code;
  $("verdict-say").textContent = says ?? VERDICTS[state].says ?? "";
  const line = document.createElement("li");
  short ??= VERDICTS[state].short;
  for (const [tag, text, cls] of [["time", now()], ["span", code], ["b", short, `v v--${state}`]]) {
    const el = document.createElement(tag);
    el.textContent = text;
    if (cls) el.className = cls;
    line.append(el, " ");
  }
  $("last").prepend(line);
  while ($("last").children.length > 10) $("last").lastElementChild.remove();
  if (["ok", "part", "held", "confiscated"].includes(state) && !counted) count(1);
  if (state === "unknown") $("excess").textContent = Number($("excess").textContent) + 1;
  if (bill && (bill.bagged || bill.arrived === bill.packages)) weighing(bill); // a bag as one, or what is in it one by one
  sound(VERDICTS[state].tone);
}

function count(more) {
  const meter = $("meter");
  meter.value += more;
  $("done").textContent = number.format(meter.value);
  $("left").textContent = number.format(meter.max - meter.value);
}

let audio;
function sound(tones) {
  if (!$("sound").checked) return;
  audio ??= new AudioContext();
  let at = audio.currentTime;
  for (const [hertz, ms] of tones) {
    const tone = audio.createOscillator();
    const loud = audio.createGain();
    tone.frequency.value = hertz;
    loud.gain.value = 0.2;
    tone.connect(loud).connect(audio.destination);
    tone.start(at);
    tone.stop(at + ms / 1000);
    at += ms / 1000 + 0.05;
  }
}

// 3 ── always ready: the field has the focus, or the band says that it has not
function ready() {
  const here = document.activeElement;
  const state = !document.hasFocus() ? "no" : here === $("code") ? "yes" : [$("kg"), $("weigh-code")].includes(here) ? "kg" : "no";
  $("scan-form").dataset.ready = state;
  $("ready").textContent = { yes: say("ready"), kg: say("weighing"), no: say("notReady") }[state];
}
addEventListener("focus", () => { $("code").focus(); ready(); });
addEventListener("blur", ready);
document.addEventListener("focusin", ready);
document.addEventListener("focusout", () => setTimeout(ready));
document.addEventListener("keydown", (e) => {
  if (e.key === "F2") { e.preventDefault(); ($("weigh-code").value ? $("kg") : $("weigh-code")).select(); return; }
  if (e.key === "Escape") { $("code").focus(); return; }
  if (!["INPUT", "BUTTON", "A"].includes(document.activeElement.tagName) && !e.ctrlKey && !e.metaKey && !e.altKey) $("code").focus();
});

// 4 ── weight
function weighing(bill) {
  $("weigh-code").value = bill.hawb;
  declared();
}
function declared() {
  const bill = manifest.hawbs.get(clean($("weigh-code").value));
  $("weigh-declared").textContent = bill ? say("kilos", { kg: bill.kg.toFixed(2) }) : "–";
}
$("weigh-code").addEventListener("input", declared);
$("weigh").addEventListener("submit", async (e) => {
  e.preventDefault();
  const hawb = clean($("weigh-code").value);
  const kg = $("kg").value.trim().replace(",", ".");
  if (!(Number(kg) > 0)) { $("kg").select(); return; }
  if (!manifest.hawbs.has(hawb) && !manifest.inside.has(hawb)) { $("weigh-code").select(); return; }
  try {
    const { said, refused } = await post(station.weight, new URLSearchParams({ hawb, kg }));
    $("verdict-say").textContent = said ?? refused;
    if (said) $("kg").value = "";
  } catch (fault) {
    $("verdict-say").textContent = fault instanceof SignedOut ? say("weightSignedOut") : say("weightDown");
    return;
  }
  $("code").focus();
});

addEventListener("online", drain);
for (const { code, clock } of unsent.values()) { // scanned before a reload, not yet known to the server
  const piece = manifest.pieces.get(code);
  const bill = piece && manifest.hawbs.get(piece.hawb);
  if (!piece || piece.at || whole(bill)) continue;
  bill.arrived += 1;
  if (!manifest.shared || bill.bagged || piece.own || whole(bill)) piece.at = clock;
  count(1);
}
showUnsent(false);
drain();
scanned = (code) => { show(code, judge(code)); remember({ code }); };
early.forEach((code) => scanned(code));
$("code").focus();
ready();
$("scan-form").dataset.live = "yes";

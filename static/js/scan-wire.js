// What the scan station says to the server and hears from it.

/** The time of day on the station's clock. */
export const now = () => new Date().toLocaleTimeString("en-GB", { timeZone: "Asia/Kolkata" });

/** The packages as the server lists them; while the line is down it is asked again. */
async function listed(address, wait = 500) {
  try {
    return await (await fetch(address, { headers: { Accept: "application/json" } })).json();
  } catch {
    await new Promise((later) => setTimeout(later, wait));
    return listed(address, Math.min(wait * 2, 8000));
  }
}

/** The manifest's packages and house airway bills, as the station judges by them. */
export async function fetched(address) {
  const { pieces, inside, shared, own } = await listed(address);
  const hawbs = new Map();
  for (const [, hawb, packages, kg, at, held, bagged, arrived, confiscated] of pieces) {
    const bill = hawbs.get(hawb) ?? { hawb, packages, kg: Number(kg), arrived, held, bagged, confiscated };
    if (!arrived) bill.arrived += at ? 1 : 0; // a loose document shipment says itself how many of its pieces have come
    hawbs.set(hawb, bill);
  }
  const labels = pieces.map(([code, hawb, , , at]) => [code, { hawb, at }]);
  for (const [code, [hawb, at]] of Object.entries(own)) labels.push([code, { hawb, at, own: true }]); // loose document pieces by their CRN
  return { hawbs, shared, inside: new Map(Object.entries(inside)), pieces: new Map(labels) };
}

const token = () => document.querySelector("[name=csrfmiddlewaretoken]").value;

/** The session is over: the line works, but somebody must sign in again. */
export class SignedOut extends Error {}

/** Send a form or a message; an answer that is none of ours is a fault of the line, and is tried again. */
export async function post(address, body) {
  const headers = { "X-CSRFToken": token(), Accept: "application/json" };
  if (typeof body === "string") headers["Content-Type"] = "application/json";
  const answer = await fetch(address, { method: "POST", body, headers, redirect: "manual" });
  if (answer.type === "opaqueredirect" || answer.status === 403) throw new SignedOut();
  if (answer.status >= 500 || !answer.headers.get("Content-Type")?.startsWith("application/json")) throw new Error(answer.status);
  return answer.json();
}

/** Send scans; the answers, in their order. */
export async function sent(station, scans) {
  const message = JSON.stringify({ scans: scans.map(({ key, code, at }) => ({ key, code, at })) });
  const { answers } = await post(station.scans, message);
  if (!answers) throw new TypeError();
  return answers;
}

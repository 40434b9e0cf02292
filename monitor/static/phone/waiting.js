// On each of the shopper's pages: what waits on this phone is sent as soon as it can be, and is in sight until then.

import * as kept from "./kept.js";
import { flush } from "./outbox.js";
import { say } from "./told.js";

const SOON = 15_000; // milliseconds until the next attempt after one that found no network
const { person, words, ahead } = JSON.parse(document.getElementById("waiting").textContent);
const line = document.querySelector("[data-waiting]");
const receipts = new Map();
let again;

async function waits(draft) {
  return draft.wanted || kept.unsent(draft).length > 0 || (await kept.photosOf(draft.id)).length > 0;
}

async function shown() {
  const waiting = [];
  for (const draft of await kept.ofPerson(person)) if (await waits(draft)) waiting.push(draft);
  const parts = [...receipts].map(([branch, receipt]) => `${branch}: ${receipt}`);
  if (waiting.length) parts.push(say(words.waiting, { n: waiting.length }));
  line.replaceChildren(parts.join(" "));
  line.hidden = !parts.length;
  if (!waiting.length) return;
  const button = Object.assign(document.createElement("button"), { type: "button", className: "button plain", textContent: words.now });
  button.addEventListener("click", sendAll);
  line.append(" ", button);
}

async function sendAll() {
  clearTimeout(again);
  const went = await flush(person);
  for (const { how, draft, receipt } of went) if (how === "sent") receipts.set(draft.branch, receipt);
  if (went.some(({ how }) => how === "waiting")) again = setTimeout(sendAll, SOON);
  if (went.some(({ how }) => how === "signed out")) words.now = words.signIn;
  await shown();
}

/** The pages of audits that are still to be made, so that they open where there is no network. */
async function keepAhead() {
  const pages = await caches.open(`pages-${person}`);
  for (const path of ahead) {
    const response = await fetch(path, { headers: { Accept: "text/html" } });
    if (response.ok && !response.redirected && response.headers.get("Kept-For") === person) await pages.put(path, response);
  }
}

async function begin() {
  await shown();
  addEventListener("online", sendAll);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && sendAll());
  await sendAll();
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register("/sw.js");
  await keepAhead().catch(() => {}); // without a network there is nothing to fetch
  await navigator.serviceWorker.ready;
  line.dataset.ready = ""; // from here on these pages open with no network
  await navigator.storage?.persist?.();
}

begin();

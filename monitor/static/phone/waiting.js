// On each of the shopper's pages: what waits on this phone is sent as soon as it can be, and is in sight until then.

import * as album from "./album.js";
import * as kept from "./kept.js";
import { flush } from "./outbox.js";
import { say } from "./words.js";

const SOON = 8_000; // milliseconds until the next look at what waits
const AHEAD = 30_000; // milliseconds for the worker to keep pages before they are asked for
const { person, words, ahead, sheet } = JSON.parse(document.getElementById("waiting").textContent);
const line = document.querySelector("[data-waiting]");
const receipts = new Map();
const going = new Set(); // forms that are on their way
let signedOut = false;
let busy = false;
let asked = false; // to be woken when there is a network

/** What is to be told of each draft: where something waits, where an audit was sent otherwise, where a photo is not taken. */
async function shown() {
  const drafts = await album.ofPerson(person);
  const parts = [...receipts.values()].map(({ branch, receipt }) => text(`${branch}: ${receipt}`));
  let [waiting, unsent] = [0, 0];
  for (const draft of drafts) {
    if (draft.late) parts.push(...(words.late ? late(draft) : []));
    else if (await album.waits(draft)) {
      waiting += 1;
      if (draft.wanted) parts.push(text(say(words.wanted, { branch: draft.branch })));
      else unsent += 1;
    }
    standsAt(draft);
    const anew = !draft.late && !draft.wanted && [draft.changed && words.changed && say(words.changed, { branch: draft.branch }), draft.stopped && `${draft.branch}: ${draft.stopped}`];
    for (const sentence of anew || []) if (sentence) parts.push(link(sentence, `/audits/${draft.audit}/form/all#look`));
    for (const { said } of await album.photosOf(draft.id)) if (said) parts.push(link(`${draft.branch}: ${said}`, `/audits/${draft.audit}/form/all`));
  }
  if (waiting) {
    if (unsent) parts.push(text(say(words.waiting, { n: unsent })));
    parts.push(signedOut ? link(words.signIn, location.pathname) : button(words.now, sendNow));
  }
  line.replaceChildren(...parts.flatMap((part) => [part, " "]));
  line.hidden = !parts.length;
  if (waiting) await askToBeWoken().catch(() => {}); // not every browser does that
  else asked = false;
}

/** A page that was kept knows nothing of what was typed or sent since: its own audit, or its line in the list. */
function standsAt({ audit, entries, wanted, branch, receipt, round }) {
  if (!words.begun) return; // the form says it in its own way
  const home = `/audits/${audit}`;
  const row = document.querySelector(`.rows a[href="${home}"]`)?.closest("li");
  const mark = row?.querySelector(".tag");
  const sent = receipt && row?.dataset.round === round; // one that came back says so, whatever was sent before
  const begun = Object.keys(entries).length && !mark?.classList.contains("short");
  if (mark) inPlaceOf(mark, wanted ? words.leaving : sent ? words.sent : begun ? words.begun : "");
  if (location.pathname !== home) return;
  inPlaceOf(document.querySelector(".headline"), wanted ? say(words.wanted, { branch }) : "");
  for (const way of document.querySelectorAll("[data-ways]")) way.hidden = wanted;
}

/** Says something else for as long as it holds; empty: what the page said by itself. */
function inPlaceOf(place, sentence) {
  place.dataset.own ??= place.textContent;
  place.textContent = sentence || place.dataset.own;
}

/** Once for each time without a network: where there is one, the browser would wake the page at once, again and again. */
async function askToBeWoken() {
  if (asked || navigator.onLine) return;
  asked = true;
  const worker = await navigator.serviceWorker?.getRegistration();
  await worker?.sync?.register("send");
}

function text(sentence) {
  return Object.assign(document.createElement("span"), { textContent: sentence });
}

function link(sentence, href) {
  return Object.assign(document.createElement("a"), { textContent: sentence, href });
}

function button(sentence, act) {
  const made = Object.assign(document.createElement("button"), { type: "button", className: "button plain", textContent: sentence });
  made.addEventListener("click", act);
  return made;
}

function late(draft) {
  if (!draft.late.receipt) return [text(`${draft.branch}: ${draft.late.said}`), button(words.off, () => putAway(draft))];
  return [text(say(words.late, { branch: draft.branch })), button(words.both, () => seeBoth(draft))];
}

/** What is left of an audit that head office never had and takes no more; its shopper has read so. */
async function putAway(draft) {
  await album.dropPhotos(draft.id, () => true);
  await kept.change(draft.id, () => null);
  await shown();
}

/** Goes to the program's own page of both versions, which asks head office for a correction. */
async function seeBoth(draft) {
  const form = Object.assign(document.createElement("form"), { method: "post", action: `/audits/${draft.audit}/form/all`, hidden: true });
  const fields = [["csrf_token", document.querySelector("[name=csrf_token]")?.value ?? ""], ["seen", draft.seen], ["photos", draft.late.photos]];
  for (const [code, { mark, comment }] of kept.unsent(draft)) {
    if (code === kept.VISITED) fields.push(["visited", mark]);
    else fields.push([`m-${code}`, mark], [`c-${code}`, comment]);
  }
  for (const [name, value] of fields) form.append(Object.assign(document.createElement("textarea"), { name, value }));
  document.body.append(form);
  form.submit();
}

function sendNow({ target }) {
  return navigator.onLine || !words.network ? sendAll() : told(target, words.nothingYet);
}

async function sendAll() {
  if (busy) return;
  busy = true;
  try {
    const went = await flush(person);
    for (const { how, draft, receipt } of went) if (how === "sent") receipts.set(draft.id, { branch: draft.branch, receipt });
    if (went.some(({ how, draft }) => how === "sent" && location.pathname === `/audits/${draft.audit}`)) return location.reload(); // it has another headline now
    signedOut = went.some(({ how }) => how === "signed out");
    await shown();
  } finally {
    busy = false;
  }
}

/** What only the network can do stays undone without one, and nothing that was typed is lost; pressed twice it is done once. */
function guard(event) {
  const { target: form, submitter } = event;
  if (event.defaultPrevented || form.method !== "post" || /\/start$/.test(form.action)) return;
  if (going.has(form) || !navigator.onLine) event.preventDefault();
  if (!navigator.onLine) return told(submitter ?? form, words.network);
  going.add(form);
  setTimeout(() => going.delete(form), SOON); // also where the answer never came
}

function told(button, sentence) {
  document.querySelector("[data-needs-network]")?.remove();
  const said = Object.assign(document.createElement("p"), { className: "error", textContent: sentence });
  said.dataset.needsNetwork = "";
  said.setAttribute("role", "alert");
  button.after(said);
}

/** Looks again in a while for as long as the page is open: a server that is back tells nobody. */
function again() {
  setTimeout(async () => {
    if (!signedOut) await sendAll().catch(() => {});
    again();
  }, SOON);
}

/** Has the worker keep the pages of audits that are still to be made, so that they open where there is no network. */
async function keepAhead() {
  const { active } = await navigator.serviceWorker.ready;
  const { port1, port2 } = new MessageChannel();
  const over = new Promise((done) => (port1.onmessage = done));
  active.postMessage({ ahead, person, spoken: document.documentElement.lang }, [port2]);
  await Promise.race([over, new Promise((done) => setTimeout(done, AHEAD))]); // the browser may end a worker
}

async function begin() {
  await shown().catch(() => {}); // where this phone keeps nothing there is nothing that waits
  addEventListener("online", sendAll);
  if (words.network) addEventListener("submit", guard);
  addEventListener("pagehide", () => going.clear()); // whoever comes back may send again
  navigator.serviceWorker?.addEventListener("message", sendAll);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && sendAll());
  again();
  await sendAll().catch(() => {});
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register("/sw.js").catch(() => {}); // without a network there is nothing to fetch
  if (ahead.length) await keepAhead();
  await navigator.serviceWorker.ready;
  if (sheet) document.cookie = `sheet=${sheet}; path=/; max-age=31536000; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
  line.dataset.ready = ""; // from here on these pages open with no network
  await navigator.storage?.persist?.();
  await album.tidy(person).catch(() => {}); // with the next page
}

begin();

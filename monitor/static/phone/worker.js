// Opens the shopper's pages with no network. What it keeps of one person is gone when they sign out or somebody else signs in.
// FILES and VERSION stand above this text as it is served. A newer worker waits until the pages of this one are closed.

import { flushOwn } from "./outbox.js";

const KEPT_VERSIONS = 3; // pages that were kept before an update still find their scripts
const PATIENCE = 4_000; // milliseconds for the network before what is kept is shown
const FRESH = 300_000; // milliseconds for which a page that is kept ahead is new enough
const PAGES = "pages-";
const NOBODY = "pages-nobody";
const NO_NETWORK = "/no-network";
const NOTHING_DONE = "/no-network/nothing-done";
const NO_ANSWER = "/no-network/no-answer";
const OWN = /^\/(audits|notes)(\/|$)/; // the shopper's pages
const WAY = /^\/(sign-in|sign-out|demo)(\/|$)/; // where one person makes room for another
const FORM = /^\/audits\/[^/]+\/(form\/|send$)/; // the browser's own way of trying again holds for these
const START = /^\/audits\/[^/]+\/start$/;
let turn = 0; // of the people who were signed in one after the other; an answer to an earlier one comes too late

addEventListener("install", (event) => event.waitUntil(keepFiles()));
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

async function keepFiles() {
  const files = await caches.open(`files-${VERSION}`);
  const told = [NO_NETWORK, NOTHING_DONE, NO_ANSWER].map((page) => new Request(page, { credentials: "omit" })); // pages of nobody's
  await files.addAll([...FILES, ...told]);
  const versions = (await caches.keys()).filter((name) => name.startsWith("files-"));
  await Promise.all(versions.slice(0, -KEPT_VERSIONS).map((name) => caches.delete(name)));
}

addEventListener("sync", (event) => event.waitUntil(wake()));

/** The browser says that there is a network again: open pages send what waits, also those that it had put to sleep; else it goes from here. */
async function wake() {
  const pages = await clients.matchAll({ type: "window" });
  for (const page of pages) page.postMessage("send");
  if (pages.length) return;
  const went = await flushOwn();
  if (went.some(({ how }) => how === "waiting")) throw new Error("waiting"); // the browser tries again in its own time
}

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin) return;
  if (request.method === "POST" && WAY.test(pathname)) event.respondWith(handedOver(request));
  else if (request.method === "POST" && START.test(pathname)) event.respondWith(fetch(request).catch(() => begun(pathname)));
  else if (request.method === "POST" && request.mode === "navigate" && !FORM.test(pathname)) event.respondWith(sent(request));
  else if (request.method !== "GET") return;
  else if (pathname.startsWith("/static/")) event.respondWith(file(request));
  else if (request.mode === "navigate") event.respondWith(page(request, pathname));
});

addEventListener("message", (event) => {
  const { data, ports } = event;
  const over = () => ports[0]?.postMessage("over");
  if (data.ahead) event.waitUntil(keepAhead(data).then(over, over)); // what could not be kept is tried with the next page
});

/** An audit is begun with the first answer that is sent; its form is there before. */
function begun(pathname) {
  return Response.redirect(pathname.replace(/start$/, "form/1"), 303);
}

async function file(request) {
  return (await caches.match(request)) ?? fetch(request);
}

/** The page as it is now; without a network the shopper's own as it was kept. */
async function page(request, pathname) {
  const asked = turn;
  const fresh = fetch(request).then((response) => seen(asked, pathname, response));
  if (!OWN.test(pathname)) return fresh.catch(() => caches.match(NO_NETWORK));
  const late = new Promise((done) => setTimeout(done, PATIENCE));
  const soon = await Promise.race([fresh.catch(() => null), late]);
  return soon ?? (await held(pathname)) ?? fresh.catch(() => caches.match(NO_NETWORK));
}

/** As it was kept for the one person whose pages are here; where there are two, nobody can say who asks. */
async function held(pathname) {
  const [own, other] = (await caches.keys()).filter((name) => name.startsWith(PAGES));
  if (!own || other) return;
  const pages = await caches.open(own);
  const form = /^(\/audits\/[^/]+\/form)\//.exec(pathname);
  for (const path of [pathname, ...(form ? [`${form[1]}/all`] : [])]) {
    const found = await pages.match(path, { ignoreSearch: true });
    if (found) return found;
  }
}

/** Keeps a shopper's page for them alone; whoever else is signed in has an end made of what was kept before. */
async function seen(asked, pathname, response) {
  const whose = response.headers.get("Kept-For");
  if (!whose || asked !== turn) return response;
  const own = PAGES + whose;
  await forgetOthers(own);
  const keeps = own !== NOBODY && response.ok && !response.redirected && OWN.test(pathname);
  if (keeps) await keep(asked, own, pathname, response.clone()).catch(() => {}); // where there is no room the page opens all the same
  return response;
}

async function keep(asked, own, pathname, response) {
  const pages = await caches.open(own);
  if (asked === turn) await pages.put(pathname, response);
  else await caches.delete(own); // somebody signed out meanwhile
}

/** Keeps the pages of audits that are still to be made, before they are asked for; none stays in another language than the shopper's. */
async function keepAhead({ ahead, person, spoken }) {
  const asked = turn;
  for (const path of ahead) {
    const held = await caches.match(path, { cacheName: PAGES + person });
    if (held && isNew(held, spoken)) continue;
    await seen(asked, path, await fetch(path, { headers: { Accept: "text/html" } }));
  }
  if (asked !== turn || !(await caches.has(PAGES + person))) return;
  const pages = await caches.open(PAGES + person);
  for (const path of ahead) if (!isIn(spoken, await pages.match(path))) return; // what there is in another language is better than nothing
  for (const request of await pages.keys()) if (!isIn(spoken, await pages.match(request))) await pages.delete(request);
}

function isIn(spoken, held) {
  return held?.headers.get("Content-Language") === spoken;
}

function isNew(held, spoken) {
  return isIn(spoken, held) && Math.abs(Date.now() - Date.parse(held.headers.get("Date"))) < FRESH;
}

/** Somebody signs in or out: whoever it is, what was kept is theirs no more, also where no answer comes. With no network they are who they were. */
async function handedOver(request) {
  if (!navigator.onLine) return caches.match(NOTHING_DONE);
  turn += 1;
  await forgetAll();
  return sent(request);
}

/** What was to be done: where the line breaks after it was sent, nobody here knows whether it was. */
function sent(request) {
  return fetch(request).catch(() => caches.match(navigator.onLine ? NO_ANSWER : NOTHING_DONE));
}

function forgetAll() {
  return forgetOthers("");
}

async function forgetOthers(own) {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(PAGES) && name !== own).map((name) => caches.delete(name)));
}

// The form with a script: each answer is kept on this phone the moment it is given, and on the server as soon as it can be.

import { BEGUN, VISITED, itemOf, reveal, show, typedIn } from "./controls.js";
import * as kept from "./kept.js";
import { push, shrinkPhotos } from "./outbox.js";
import { digest } from "./photos.js";
import { read, skipped } from "./rules.js";
import { alone, showAlone } from "./sections.js";
import { watches } from "./stopwatch.js";
import { faultsShown, pictureShown, say, stands } from "./told.js";
import { tongues } from "./tongues.js";

const PAUSE = 1_200; // milliseconds after the last keystroke
const about = JSON.parse(document.getElementById("phone").textContent);
const form = document.querySelector("form[data-next]");
const id = kept.idOf(about.person, about.audit);
const typed = new Map(Object.entries(about.typed).map(([code, [mark, comment]]) => [code, { mark, comment }]));
const told = new Set(); // controls whose fault has been shown once
const one = alone(form); // one section a screen, of a page that holds all
const early = new Set(); // items that were answered before this phone's memory was read
const other = new BroadcastChannel("drafts");
let writing = Promise.resolve();
let timer;

/** Only the questions that are asked; a comment or mark of the others stays where it is. */
function ask() {
  const marks = Object.fromEntries([...typed].map(([code, { mark }]) => [code, about.questions[code] ? read(about.questions[code], mark) : mark]));
  const away = skipped(about.questions, marks);
  reveal(form, Object.keys(about.questions), away);
  watches(form, id, about);
  return away;
}

function ours(draft) {
  return kept.ofRound(draft, about);
}

function remember(event) {
  const code = itemOf(event.target);
  if (code) put(code);
}

function put(code) {
  const now = typedIn(form, code);
  if (!now) return;
  typed.set(code, now);
  if (form.dataset.kept === undefined) early.add(code);
  ask();
  writing = writing.then(() => kept.change(id, (draft) => begun(kept.type(ours(draft), code, now.mark, now.comment), code)));
  writing.then(() => stands(about.words.here), () => stands(about.words.full, "warn"));
  writing.then(() => other.postMessage(id), () => {});
  later();
}

/** The moment of the first answer stays with the draft. */
function begun(draft, code) {
  if (code === VISITED || typed.get(BEGUN)?.mark) return draft;
  const mark = `${new Date().toISOString().slice(0, 19)}Z`;
  typed.set(BEGUN, { mark, comment: "" });
  return kept.type(draft, BEGUN, mark, "");
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(send, PAUSE);
}

/** Sends what there is, and shows what came back: what others changed, what cannot hold, and when it was kept. */
async function send() {
  clearTimeout(timer);
  await writing.catch(() => {});
  const went = await push(id);
  if (went.reply) {
    for (const [code, [mark, comment]] of Object.entries(went.reply.changed)) {
      typed.set(code, { mark, comment });
      show(form, code, { mark, comment });
    }
    ask();
    document.querySelector("[data-progress]").textContent = went.reply.progress;
  }
  if (went.said.length) stands(went.said.at(-1), "warn", went.how === "late" ? about.home : null);
  else stands(...standing(went));
  return went;
}

function standing({ how, reply, receipt }) {
  const { words } = about;
  switch (how) {
    case "kept":
      return reply?.undecided.length ? [words.undecided, "warn", location.pathname] : reply?.kept ? [say(words.kept, { moment: reply.kept })] : [words.here];
    case "sent":
      return [receipt, "done", about.home];
    case "signed out":
      return [words.signedOut, "warn", location.pathname]; // asks who is there, and comes back here
    default:
      return [words.waiting];
  }
}

/** Keeps photos as they are chosen, before anything else is done with them. */
async function takePhotos(input) {
  const item = input.name.slice("p-".length);
  const files = [...input.files];
  const chosen = new Set();
  await kept.change(id, ours);
  try {
    for (const file of files) chosen.add(await kept.addPhoto(id, item, await digest(file), file));
  } catch {
    return stands(about.words.full, "warn");
  }
  input.value = "";
  stands(about.words.shrinking);
  await shrinkPhotos(id);
  for (const photo of await kept.photosOf(id)) if (chosen.has(photo.id)) await pictureShown(input, photo, about.words, takeAway);
  stands(about.words.here);
  later();
}

/** A photo goes from this phone at once and from the server when it can be told, by its name there or by its digest. */
async function takeAway(photo) {
  const is = (one) => (photo.id ? one.id === photo.id : one.pushed === photo.pushed);
  const held = (await kept.photosOf(id)).find(is);
  const names = [photo.pushed, held?.pushed, held?.sha256].filter(Boolean);
  await kept.change(id, (draft) => ({ ...ours(draft), away: [...(ours(draft).away ?? []), ...names] }));
  await kept.dropPhotos(id, is);
  later();
}

/** Where the shopper wanted to go; without a network the pages are those that this phone holds. */
async function onward(event) {
  const go = event.submitter?.name === "remove" ? "remove" : (event.submitter?.value ?? "on");
  event.preventDefault();
  if (go === "remove") {
    event.submitter.closest("li").remove();
    return takeAway({ pushed: event.submitter.value });
  }
  await kept.change(id, ours); // also of a form that is still empty the network decides
  const went = await send();
  if (went.how === "refused") return form.submit(); // the program words it better
  if (go === "stay" || ["signed out", "late"].includes(went.how) || went.reply?.undecided.length || went.said.length) return;
  const wrong = Object.entries(went.reply?.wrong ?? {}).filter(([control]) => form.elements[control] && !told.has(control));
  if (wrong.length) {
    for (const [control] of wrong) told.add(control);
    return faultsShown(form, wrong);
  }
  if (went.how === "kept") return location.assign(form.dataset.next);
  if (one?.next) return location.assign(one.next);
  if (form.dataset.last === undefined) return location.assign(form.dataset.next);
  return location.pathname === form.dataset.whole ? lookOver() : location.assign(`${form.dataset.whole}#look`);
}

/** Without a network: what is missing or may be asked about, with the way to it; then the button that has it sent once there is one. */
async function lookOver() {
  const away = ask();
  const { doubts, doubtsShown, faults } = await import("./looking.js");
  const waiting = (await kept.photosOf(id)).filter((photo) => !onPage(photo));
  const wrong = faults(about, typed, away, waiting);
  const asked = wrong.length ? [] : doubts(about, typed, away);
  doubtsShown(form, asked, about.doubts.words.heading);
  if (wrong.length) return faultsShown(form, wrong);
  return stands(about.words.ready, "done", null, [asked.length ? about.doubts.words.send : about.words.send, wantSent]);
}

/** Whether the page shows a photo as the server's. */
function onPage({ pushed }) {
  return pushed && form.querySelector(`[name=remove][value="${CSS.escape(pushed)}"]`);
}

async function wantSent() {
  await kept.change(id, (draft) => ({ ...ours(draft), wanted: true }));
  const went = await send();
  if (went.how === "sent") location.assign(`${about.home}/sent`);
}

/** What this phone alone knows is shown again; what the server knows better is its page's. */
function restore(draft) {
  for (const [code, entry] of Object.entries(draft.entries)) {
    if (early.has(code) || (entry.edit <= entry.sent && about.seen >= draft.seen)) continue;
    typed.set(code, { mark: entry.mark, comment: entry.comment });
  }
  ask(); // before they are shown: what was asked for lies in templates
  for (const [code, now] of typed) show(form, code, now);
}

/** Another page of this phone has typed, or has sent it. */
function elsewhere(held) {
  if (held?.receipt && !kept.unsent(held).length) return stands(held.receipt, "done", about.home);
  if (held) restore(held);
}

/** What was given while the page was still being made: it is worth no less. */
function catchUp() {
  for (const code of [VISITED, ...Object.keys(about.questions)]) {
    const now = typedIn(form, code);
    const before = typed.get(code) ?? { mark: "", comment: "" };
    if (now && (now.mark !== before.mark || now.comment !== before.comment)) put(code);
  }
}

function listen() {
  form.addEventListener("input", remember);
  form.addEventListener("change", (event) => (event.target.type === "file" ? takePhotos(event.target) : remember(event)));
  form.addEventListener("submit", onward);
  tongues(() => writing.catch(() => {}), () => stands(about.words.language, "warn"));
  addEventListener("online", send);
  document.addEventListener("visibilitychange", send);
}

async function begin() {
  if (one) showAlone(form, one);
  listen();
  catchUp();
  await writing.catch(() => {});
  let draft = await kept.read(id);
  if (draft && draft.round !== about.round) draft = await kept.change(id, ours);
  if (draft?.receipt) return stands(draft.receipt, "done", about.home);
  if (draft && about.seen > draft.seen && !kept.unsent(draft).length) draft = await kept.change(id, (held) => ({ ...held, seen: about.seen }));
  if (draft) restore(draft);
  else ask();
  for (const photo of await kept.photosOf(id)) {
    const input = form.querySelector(`[type=file][name="p-${CSS.escape(photo.item)}"]`);
    if (input && !onPage(photo)) await pictureShown(input, photo, about.words, takeAway);
  }
  early.clear();
  other.addEventListener("message", ({ data }) => data === id && kept.read(id).then(elsewhere));
  form.dataset.kept = ""; // from here on nothing typed is lost
  if (draft) await send();
  if (location.hash === "#look") await lookOver();
}

begin();

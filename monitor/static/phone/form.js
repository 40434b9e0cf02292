// The form with a script: each answer is kept on this phone the moment it is given. All else it does comes once it stands.

import { itemOf, reveal, show, typedIn } from "./controls.js";
import * as kept from "./kept.js";
import { others, read, skipped } from "./rules.js";
import { alone, showAlone } from "./sections.js";
import { stands } from "./told.js";

const PAUSE = 1_200; // milliseconds after the last keystroke
const about = JSON.parse(document.getElementById("phone").textContent);
const form = document.querySelector("form[data-next]");
const id = kept.idOf(about.person, about.audit);
const typed = new Map(Object.entries(about.typed).map(([code, [mark, comment]]) => [code, { mark, comment }]));
const one = alone(form); // one section a screen, of a page that holds all
const early = new Set(); // items that were answered before the memory of this phone was read
const ruling = new Set(Object.values(about.questions).flatMap(({ when }) => (when ? others(when) : []))); // items that decide what is asked
const unkept = new Map(); // what was typed and is not on disk: it waits for the writing before it, or there was no room
const other = new BroadcastChannel("drafts");
const page = { about, form, id, typed, one, ask, later, ours, unkept, written, asked() {} };
let writing = Promise.resolve();
let away; // what the form does not ask, as it shows
let timer;
let using;

/** The form in use: sending, photos, going on. Until that is here the page is a form as without a script. */
function use() {
  using ??= import("./using.js").then(({ begin }) => begin(page));
  using.catch(() => (using = undefined));
  return using;
}

/** Only the questions that are asked, touching none but those that come or go; what was typed for the others stays where it is. */
function ask() {
  const ruled = [...ruling].filter((code) => typed.has(code));
  const marks = Object.fromEntries(ruled.map((code) => [code, read(about.questions[code] ?? {}, typed.get(code).mark)]));
  const before = away;
  away = skipped(about.questions, marks);
  const moved = Object.keys(about.questions).filter((code) => before?.has(code) !== away.has(code));
  for (const code of reveal(form, moved, away)) if (typed.has(code)) show(form, code, typed.get(code));
  if (moved.length) page.asked();
  return away;
}

function ours(draft) {
  return kept.ofRound(draft, about);
}

function remember(event) {
  const code = itemOf(event.target);
  if (code) put(code);
}

/** A choice tells of itself twice, by `input` and by `change`: what is the same is not written again. */
function put(code) {
  const now = typedIn(form, code);
  const before = typed.get(code) ?? { mark: "", comment: "" };
  const same = now?.mark === before.mark && now.comment === before.comment;
  if (!now || (same && !unkept.has(code))) return;
  if (!same) unkept.set(code, now);
  typed.set(code, now);
  if (form.dataset.kept === undefined) early.add(code);
  if (ruling.has(code)) requestAnimationFrame(() => setTimeout(ask)); // what was tapped is seen first
  written();
  writing.then(() => stands(about.words.here), () => stands(about.words.full, "warn"));
  writing.then(() => other.postMessage(id), () => {});
  later();
}

/** Writes all that is not on disk yet, after what is being written; what finds no room goes along with the next. */
function written() {
  writing = writing.catch(() => {}).then(write);
  return writing.catch(() => {});
}

async function write() {
  const taken = [...unkept];
  if (!taken.length) return;
  await kept.change(id, (draft) => taken.reduce((held, [code, now]) => begun(kept.type(held, code, now.mark, now.comment, now.chosen), code), ours(draft)));
  for (const [code, now] of taken) if (unkept.get(code) === now) unkept.delete(code);
}

/** The moment of the first answer stays with the draft. */
function begun(draft, code) {
  if (code === kept.VISITED || about.typed[kept.BEGUN]?.[0] || draft.entries[kept.BEGUN]?.mark) return draft;
  const mark = `${new Date().toISOString().slice(0, 19)}Z`;
  typed.set(kept.BEGUN, { mark, comment: "" });
  return kept.type(draft, kept.BEGUN, mark, "");
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(send, PAUSE);
}

function send() {
  clearTimeout(timer);
  return use().then((used) => used.send(), () => stands(about.words.waiting));
}

/** What this phone alone knows is shown again; what the server knows better is its page's. */
function restore(draft) {
  for (const [code, entry] of Object.entries(draft.entries)) {
    if (early.has(code) || unkept.has(code) || (entry.edit <= entry.sent && about.seen >= draft.seen)) continue;
    typed.set(code, { mark: entry.mark, comment: entry.comment });
  }
  ask(); // before they are shown: what was asked for lies in templates
  for (const [code, now] of typed) {
    show(form, code, now);
    typed.set(code, typedIn(form, code) ?? now); // where the focus is the shopper's own words stay, and leaving the box changes nothing
  }
}

/** Another page of this phone has typed, or has sent it. */
function elsewhere(held) {
  if (held?.receipt && !kept.unsent(held).length) return stands(held.receipt, "done", about.home);
  if (!held) return;
  restore(held);
  if (kept.unsent(held).length) stands(about.words.here);
}

/** What was given while the page was still being made: it is worth no less. */
function catchUp() {
  for (const code of [kept.VISITED, ...Object.keys(about.questions)]) put(code);
}

function changed(event) {
  const { target } = event;
  if (target.type !== "file") remember(event);
  else if (target.files.length) takePhotos(target, [...target.files]);
}

/** What was chosen is taken down now: the next choice may come while this one is being kept. */
function takePhotos(input, files) {
  return use().then((used) => used.takePhotos(input, files));
}

async function begin() {
  if (one) showAlone(form, one);
  form.addEventListener("input", remember);
  form.addEventListener("change", changed);
  catchUp();
  await page.written();
  let draft = await kept.read(id);
  if (draft && draft.round !== about.round) draft = await kept.change(id, ours);
  if (draft?.receipt) return stands(draft.receipt, "done", about.home);
  if (draft && about.seen > draft.seen && !kept.unsent(draft).length) draft = await kept.change(id, (held) => ({ ...held, seen: about.seen }));
  if (draft) restore(draft);
  else ask();
  early.clear();
  other.addEventListener("message", ({ data }) => data === id && kept.read(id).then(elsewhere));
  form.dataset.kept = ""; // from here on nothing typed is lost
  await use().catch(() => {}); // with no network, and never here before: what is typed is kept all the same
  if (draft) await send();
  if (location.hash === "#look") await use().then((used) => used.lookOver());
}

kept.read(id).then(begin, () => {}); // where this phone keeps nothing the page is a form as without a script

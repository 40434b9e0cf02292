// The form with a script: each answer is kept on this phone the moment it is given. All else it does comes once it stands.

import { BEGUN, VISITED, itemOf, reveal, show, typedIn } from "./controls.js";
import * as kept from "./kept.js";
import { read, skipped } from "./rules.js";
import { alone, showAlone } from "./sections.js";
import { stands } from "./told.js";

const PAUSE = 1_200; // milliseconds after the last keystroke
const about = JSON.parse(document.getElementById("phone").textContent);
const form = document.querySelector("form[data-next]");
const id = kept.idOf(about.person, about.audit);
const typed = new Map(Object.entries(about.typed).map(([code, [mark, comment]]) => [code, { mark, comment }]));
const one = alone(form); // one section a screen, of a page that holds all
const early = new Set(); // items that were answered before this phone's memory was read
const other = new BroadcastChannel("drafts");
const page = { about, form, id, typed, one, ask, later, ours, written: () => writing.catch(() => {}), asked() {} };
let writing = Promise.resolve();
let timer;
let using;

/** The form in use: sending, photos, going on. Until that is here the page is a form as without a script. */
function use() {
  using ??= import("./using.js").then(({ begin }) => begin(page));
  using.catch(() => (using = undefined));
  return using;
}

/** Only the questions that are asked; a comment or mark of the others stays where it is. */
function ask() {
  const marks = Object.fromEntries([...typed].map(([code, { mark }]) => [code, about.questions[code] ? read(about.questions[code], mark) : mark]));
  const away = skipped(about.questions, marks);
  for (const code of reveal(form, Object.keys(about.questions), away)) if (typed.has(code)) show(form, code, typed.get(code));
  page.asked();
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

function send() {
  clearTimeout(timer);
  return use().then((used) => used.send(), () => stands(about.words.waiting));
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

function changed(event) {
  const { target } = event;
  if (target.type !== "file") remember(event);
  else if (target.files.length) use().then((used) => used.takePhotos(target));
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

begin();

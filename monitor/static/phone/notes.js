// The page of notes with a script: each tap is kept on this phone at once, and on the server as soon as it can be.

import * as kept from "./kept.js";
import { push } from "./outbox.js";
import { plainly } from "./plainly.js";
import { STAMPS, changes, entry, moment, now } from "./stamps.js";

const about = JSON.parse(document.getElementById("phone").textContent);
const form = document.querySelector("form");
const said = document.querySelector("[role=status]");
const id = kept.idOf(about.person, about.audit);
const other = new BroadcastChannel("drafts");
const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium", timeZone: about.zone });
const codes = [kept.VISITED, ...Object.keys(about.spans), ...STAMPS.map(entry)];
let held;

/** What is known of an item: what this phone alone knows, else what the server knew when it made the page. */
function known(draft, code) {
  const here = draft?.entries[code];
  if (here && (here.edit > here.sent || draft.seen >= about.seen)) return here;
  const [mark, comment] = about.typed[code] ?? ["", ""];
  return { mark, comment };
}

function stampsOf(draft) {
  return Object.fromEntries(STAMPS.map((stamp) => [stamp, known(draft, entry(stamp)).mark]).filter(([, mark]) => mark));
}

function ours(draft) {
  return kept.ofRound(draft, about);
}

/** The draft with a moment put down or taken back, and with the answers that follow from it. */
function stamped(found, stamp, mark) {
  const draft = ours(found);
  const before = stampsOf(draft);
  if (mark && before[stamp]) return draft; // tapped a moment ago, here or in another window
  const after = { ...before, [stamp]: mark };
  const marks = Object.fromEntries(codes.map((code) => [code, known(draft, code).mark]));
  for (const [code, fresh] of Object.entries(changes(about.spans, before, after, marks, about.zone))) {
    kept.type(draft, code, fresh, known(draft, code).comment);
  }
  return kept.type(draft, entry(stamp), mark, "");
}

async function put(stamp, mark) {
  held = await kept.change(id, (draft) => stamped(draft, stamp, mark));
  show();
  other.postMessage(id);
}

async function send() {
  await push(id).catch(() => {}); // it waits here until the next time
  held = (await kept.read(id).catch(() => held)) ?? held;
  show();
}

function show() {
  const at = stampsOf(ours(held));
  for (const line of form.querySelectorAll("[data-stamp]")) {
    const mark = at[line.dataset.stamp];
    line.querySelector("time").textContent = mark ? clock.format(moment(mark)) : "";
    line.querySelector(".undo").hidden = !mark;
  }
}

/** A moment that has been tapped is left alone until it is taken back. */
async function tapped(event) {
  event.preventDefault();
  const { submitter } = event;
  const { name, value } = submitter ?? {};
  const line = form.querySelector(`[data-stamp="${value}"]`);
  if (name === "undo") line.querySelector("button").focus();
  else if (!line || stampsOf(ours(held))[value]) return;
  const mark = name === "undo" ? "" : now();
  const word = line.querySelector("span").textContent;
  try {
    await put(value, mark);
  } catch {
    return plainly(form, submitter);
  }
  said.textContent = name === "undo" ? `${about.words.undo}: ${word}` : `${word} ${clock.format(moment(mark))}`;
  await send();
}

async function begin() {
  form.addEventListener("submit", tapped);
  other.addEventListener("message", async ({ data }) => {
    if (data !== id) return;
    held = await kept.read(id);
    show();
  });
  try {
    held = await kept.read(id);
  } catch {
    return; // a tap goes to the server at once
  }
  show();
  form.dataset.kept = ""; // from here on a tap is this phone's
  addEventListener("online", send);
  document.addEventListener("visibilitychange", send);
  if (held && kept.unsent(held).length) await send();
}

begin();

// Before sending and with no network: what is still missing, then what head office would ask about, with the way to each.

import * as checks from "./checks.js";
import { BEGUN, VISITED } from "./kept.js";
import { fault } from "./marks.js";
import { BOTH, read } from "./rules.js";
import { STAMPS, answers, entry, local, moment } from "./stamps.js";
import { say } from "./words.js";

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

/** In the order of the form; what the program sends is in that of the codes. */
function inOrder(found) {
  const places = [...document.querySelectorAll("[id]")].map(({ id }) => id);
  return found.sort(([left], [right]) => places.indexOf(left) - places.indexOf(right));
}

/** What is still to be put right, by control; `pictures` says how many photos there are of each item. */
export function faults(about, typed, away, pictures) {
  const found = [];
  const visited = typed.get(VISITED)?.mark ?? "";
  const wrong = TIME.test(visited) && checks.ofVisit(visited, local(Date.now(), about.zone), about.doubts.asked);
  if (!TIME.test(visited)) found.push(["visited", about.words.visit]);
  else if (wrong) found.push(["visited", about.doubts.words[wrong]]);
  for (const [code, question] of Object.entries(about.questions)) {
    if (away.has(code)) continue;
    const { mark = "", comment = "" } = typed.get(code) ?? {};
    const kind = fault(question, mark, comment, pictures[code]);
    if (kind) found.push([`m-${code}`, say(about.words[kind === "mark" && mark.endsWith(BOTH) ? "both" : kind], { item: about.texts[code], mark })]);
  }
  return inOrder(found);
}

/** What head office would ask about, by control. */
export function doubts(about, typed, away, pictures) {
  const { familiar, window, afar, sent, words } = about.doubts;
  const mark = (code) => typed.get(code)?.mark ?? "";
  const asked = Object.entries(about.questions).filter(([code]) => !away.has(code));
  const marks = Object.fromEntries(Object.entries(about.questions).map(([code, question]) => [code, read(question, mark(code))]));
  const begun = moment(mark(BEGUN));
  const times = {
    visited: mark(VISITED),
    here: local(Date.now(), about.zone),
    filling: Number.isNaN(begun) ? null : (Date.now() - begun) / 1000,
    answers: Object.values(marks).filter(Boolean).length,
    window,
    afar,
  };
  const spans = Object.fromEntries(asked.flatMap(([code, { timed }]) => (timed ? [[code, timed]] : [])));
  const tapped = answers(spans, Object.fromEntries(STAMPS.map((stamp) => [stamp, mark(entry(stamp))])), about.zone);
  const found = [
    ...checks.ofTimes(times),
    ...checks.ofStamps(tapped, { ...marks, [VISITED]: mark(VISITED) }),
    ...checks.ofCorrections(about.questions, Object.fromEntries(typed), sent, pictures),
    ...checks.ofAnswers(about.questions, Object.fromEntries(typed), familiar),
  ];
  const worded = found.map(({ kind, item, ...values }) => [
    item === VISITED ? "visited" : `${kind === "short" ? "c" : "m"}-${item}`,
    say(words[kind], { ...values, item: about.texts[item] }),
  ]);
  return inOrder(worded);
}

/** Shows what may be asked about, quietly, above the buttons. */
export function doubtsShown(form, found, heading) {
  form.querySelector("[data-doubts]")?.remove();
  if (!found.length) return;
  const box = Object.assign(document.createElement("div"), { className: "notice", tabIndex: -1 });
  box.dataset.doubts = "";
  const inner = document.createElement("div");
  const list = Object.assign(document.createElement("ul"), { className: "asked" });
  for (const [control, sentence] of found) {
    const link = Object.assign(document.createElement("a"), { href: `#${control}`, textContent: sentence });
    link.addEventListener("click", () => document.getElementById(control)?.closest("details")?.setAttribute("open", ""));
    list.append(document.createElement("li"));
    list.lastChild.append(link);
  }
  inner.append(Object.assign(document.createElement("h2"), { textContent: heading }), list);
  box.append(inner);
  form.querySelector(".actions").before(box);
  box.focus({ preventScroll: true });
  box.scrollIntoView(); // from its beginning: it may be longer than the screen
}

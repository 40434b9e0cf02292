// What the review desk would ask about, before sending and with no network: the program's own rule (branches/doubts.py).

import { VISITED } from "./kept.js";
import { named } from "./naming.js";
import { read, skipped } from "./rules.js";

const SOON_MINUTES = 10;
const FEW_SECONDS = 2; // an answer
const FEWEST = 5; // answers from which on the pace says something
const DRIFT_MINUTES = 5;
const LONGEST_MINUTES = 366 * 24 * 60;
const APART_MINUTES = 30;
const APART_SECONDS = 60;
const SHORTEST = 10; // letters of a comment that explains something
const SPACES = /^\s+|\s+$/gu;

/** What may be asked about single answers; `given` is mark and comment by item, a question's `explain` the marks that want a sentence. */
export function ofAnswers(questions, given, known) {
  const marks = Object.fromEntries(Object.entries(questions).map(([code, question]) => [code, read(question, given[code]?.mark ?? "")]));
  const away = skipped(questions, marks);
  const found = [];
  for (const [code, { type, explain = [] }] of Object.entries(questions)) {
    if (away.has(code)) continue;
    const comment = given[code]?.comment ?? "";
    if (explain.includes(marks[code]) && [...comment.replace(SPACES, "")].length < SHORTEST) found.push({ kind: "short", item: code });
    const texts = type === "text" ? [comment, marks[code]] : [comment];
    const name = texts.map((text) => named(text, known)).find(Boolean);
    if (name) found.push({ kind: "name", item: code, name });
  }
  return found;
}

/** Which of the answers that were to be corrected are as they were sent; `sent` is mark and comment by item. Photos are their own mark. */
export function ofCorrections(questions, given, sent, photos) {
  const marks = Object.fromEntries(Object.entries(questions).map(([code, question]) => [code, read(question, given[code]?.mark ?? "")]));
  const away = skipped(questions, marks);
  const now = (code) => (questions[code].type === "photo" && photos[code] ? String(photos[code]) : marks[code]);
  const same = (code) => now(code) === sent[code][0] && (given[code]?.comment ?? "").replace(SPACES, "") === sent[code][1];
  return Object.keys(questions).filter((code) => code in sent && !away.has(code) && same(code)).map((item) => ({ kind: "same", item }));
}

/** Which fault a time of a visit has, if any (branches/audits.py): local times; `asked` is the day on which the audit was assigned. */
export function ofVisit(visited, here, asked) {
  const past = minute(here) - minute(visited);
  if (past < -DRIFT_MINUTES) return "future";
  if (past > LONGEST_MINUTES) return "old";
  return visited.slice(0, 10) < asked ? "before" : "";
}

/** What may be asked about when it was: local times as 2026-11-16T18:04, `filling` in seconds since the first answer. */
export function ofTimes({ visited, here, filling, answers, window, afar }) {
  const [was, is] = [minute(visited), minute(here)];
  const found = [];
  if (!Number.isNaN(was) && window && visited.slice(0, 10) < window[0]) found.push({ kind: "early", item: VISITED });
  if (!Number.isNaN(was) && window && visited.slice(0, 10) > window[1]) found.push({ kind: "late", item: VISITED });
  if (!afar && is - was >= 0 && is - was < SOON_MINUTES) found.push({ kind: "soon", item: VISITED });
  if (filling !== null && answers >= FEWEST && filling >= 0 && filling < FEW_SECONDS * answers) found.push({ kind: "fast", item: VISITED });
  return found;
}

/** What was answered otherwise than it was tapped; `said` is what the stamps say of each. */
export function ofStamps(said, marks) {
  const found = [];
  if (Math.abs(minute(said[VISITED] ?? "") - minute(marks[VISITED] ?? "")) > APART_MINUTES) found.push({ kind: "moment", item: VISITED, moment: said[VISITED] });
  for (const [code, seconds] of Object.entries(said)) {
    const typed = marks[code] ?? "";
    if (code === VISITED || !/^[0-9]{1,5}$/.test(typed)) continue;
    if (Math.abs(typed - seconds) > APART_SECONDS) found.push({ kind: "apart", item: code, seconds });
  }
  return found;
}

/** Minutes of a local time; NaN where it is none. */
function minute(local) {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(local) ? Date.parse(`${local.slice(0, 16)}Z`) / 60_000 : NaN;
}

// The moments that are tapped at the branch, and the answers that follow from them: the program's own rule (branches/stamps.py).

import { VISITED } from "./kept.js";

export const STAMPS = ["arrived", "greeted", "offered", "served", "paid"];
const WRITTEN = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const MOST_SECONDS = 86_400;

export function entry(stamp) {
  return `@${stamp}`;
}

/** Now, to the second, as stamps are written. */
export function now() {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}

/** Milliseconds of a stamp; NaN where there is none. */
export function moment(text) {
  return WRITTEN.test(text ?? "") ? Date.parse(text) : NaN;
}

/** A moment as the clock on the branch's wall shows it: 2026-11-16T18:04. */
export function local(at, zone) {
  const parts = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const said = new Intl.DateTimeFormat("en", { ...parts, timeZone: zone, calendar: "gregory", numberingSystem: "latn" }).formatToParts(at);
  const { year, month, day, hour, minute } = Object.fromEntries(said.map(({ type, value }) => [type, value]));
  return `${year}-${month}-${day}T${hour}:${minute}`;
}

/** What the stamps say: the time of the visit, and the seconds of each timed item. */
export function answers(spans, stamps, zone) {
  const said = {};
  const arrived = moment(stamps.arrived);
  if (!Number.isNaN(arrived)) said[VISITED] = local(arrived, zone);
  for (const [item, [first, last]] of Object.entries(spans)) {
    const seconds = (moment(stamps[last]) - moment(stamps[first])) / 1000;
    if (seconds >= 0 && seconds <= MOST_SECONDS) said[item] = String(seconds);
  }
  return said;
}

/** The answers that change with the stamps; one that the shopper has typed stays. */
export function changes(spans, before, after, marks, zone) {
  const [was, is] = [answers(spans, before, zone), answers(spans, after, zone)];
  const changed = {};
  for (const code of [VISITED, ...Object.keys(spans)]) {
    const [old, fresh] = [was[code] ?? "", is[code] ?? ""];
    if ((marks[code] ?? "") === old && old !== fresh) changed[code] = fresh;
  }
  return changed;
}

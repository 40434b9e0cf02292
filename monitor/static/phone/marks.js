// Which marks a question takes: the program's own rules.

import { DECIMAL, LONGEST_MARK, NA, exact, read } from "./rules.js";

const WHOLE = /^-?[0-9]{1,12}$/;
const LONGEST_COMMENT = 4000;
const MOST_SECONDS = 86_400n * 10n ** 30n;
const MOST = 10n ** 39n; // a thousand million

/** What is wrong with a mark, in one word; empty where nothing is. `photos` says how many there are of the item. */
export function fault(question, typed, comment = "", photos = 0) {
  const { type, na, required, steps, options, least } = question;
  let mark = read(question, typed);
  if (type === "photo" && photos) mark = String(photos);
  if (required && !mark) return type === "photo" ? "photo" : "missing";
  if ([...comment].length > LONGEST_COMMENT) return "comment";
  if ([...mark].length > LONGEST_MARK) return "long";
  if (mark === NA) return na ? "" : "always";
  if (!mark) return "";
  if (type === "yes_no") return ["yes", "no"].includes(mark) ? "" : "mark";
  if (type === "choice") return !options.length || options.includes(mark) ? "" : "mark";
  if (type === "rating") return WHOLE.test(mark) && steps[0] <= Number(mark) && Number(mark) <= steps[1] ? "" : "mark";
  if (type === "number" || type === "seconds") return measured(type, mark, least);
  return "";
}

function measured(type, mark, least) {
  if (!DECIMAL.test(mark)) return "mark";
  const size = exact(mark, 30);
  if (type === "seconds" && !(0n <= size && size <= MOST_SECONDS)) return "seconds";
  if (size < 0n && least === 0) return "least";
  return -MOST <= size && size <= MOST ? "" : "large";
}

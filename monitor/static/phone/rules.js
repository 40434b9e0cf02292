// When a question is asked, and what was typed as it is stored: the program's own rules, from the definition it sends along.
// A question is { type, na, required, steps, options, least, when }; `when` is [sign, item, value], ["not", …], ["and", …], ["or", …].

export const NA = "na";
/** Ends a mark where a value was given and "does not apply" as well. */
export const BOTH = ` ${NA}`;
const NUMBER = /^-?[0-9]{1,15}(\.[0-9]{1,15})?$/;
export const DECIMAL = /^(?=.{1,30}$)-?[0-9]+(\.[0-9]+)?$/;
const PLACES = 15;
export const LONGEST_MARK = 2000;
const SPACE = /[^\S\ufeff]|[\x1c-\x1f\x85]/gu;
const MEASURED = new Set(["rating", "number", "seconds"]);

/** A decimal as a whole number of the smallest places, so that none is rounded. */
export function exact(text, places) {
  const [whole, part = ""] = text.replace("-", "").split(".");
  const size = BigInt(whole + part.padEnd(places, "0"));
  return text.startsWith("-") ? -size : size;
}

function compares([sign, item, value], marks) {
  const mark = marks[item] ?? "";
  if (!mark) return sign === "!=";
  const numbers = NUMBER.test(mark) && NUMBER.test(value);
  const [left, right] = numbers ? [exact(mark, PLACES), exact(value, PLACES)] : [mark, value];
  if (sign === "=" || sign === "!=") return (left === right) === (sign === "=");
  if (!numbers) return false;
  return sign === "<" ? left < right : left > right;
}

function applies(rule, marks) {
  const [kind, ...terms] = rule;
  if (kind === "not") return !applies(terms[0], marks);
  if (kind === "and") return terms.every((term) => applies(term, marks));
  if (kind === "or") return terms.some((term) => applies(term, marks));
  return compares(rule, marks);
}

/** The items that a rule names. */
export function others([kind, ...terms]) {
  return ["not", "and", "or"].includes(kind) ? terms.flatMap(others) : [terms[0]];
}

/** Codes of the questions that are not asked; what is not asked has no mark for other rules. */
export function skipped(questions, marks) {
  const found = new Set();
  const waiting = new Map(Object.entries(questions).flatMap(([code, { when }]) => (when ? [[code, when]] : [])));
  for (;;) {
    const ready = [...waiting].filter(([, when]) => !others(when).some((other) => waiting.has(other)));
    if (!ready.length) break;
    const known = Object.fromEntries(Object.entries(marks).filter(([code]) => !found.has(code)));
    for (const [code, when] of ready) if (!applies(when, known)) found.add(code);
    for (const [code] of ready) waiting.delete(code);
  }
  for (const code of waiting.keys()) found.add(code);
  return found;
}

/** Digits of any script as 0 to 9: those of one script stand together, in tens. */
function digit(sign) {
  let first = sign.codePointAt(0);
  const here = first;
  while (/^\p{Nd}$/u.test(String.fromCodePoint(first - 1))) first -= 1;
  return String((here - first) % 10);
}

function bare(text) {
  return text.replace(/^(?:[^\S\ufeff]|[\x1c-\x1f\x85])+|(?:[^\S\ufeff]|[\x1c-\x1f\x85])+$/gu, "");
}

/** What was typed as it is stored: 12,5 is 12.5, and 1:30 is 90 seconds. */
export function read({ type }, typed) {
  if (!MEASURED.has(type)) return type === "text" ? typed : bare(typed);
  const digits = [...typed.replace(SPACE, "").replaceAll(",", ".")]
    .slice(0, LONGEST_MARK)
    .map((sign) => (/^\p{Nd}$/u.test(sign) ? digit(sign) : sign))
    .join("");
  const timed = /^([0-9]{1,4}):([0-9]{2})$/.exec(digits);
  if (type === "seconds" && timed) return String(60 * Number(timed[1]) + Number(timed[2]));
  return DECIMAL.test(digits) ? digits : bare(typed);
}

// Whether a text seems to name somebody: the program's own guess (branches/naming.py), for where there is no network.

export const TITLES = "mr mrs ms miss श्री श्रीमती सुश्री திரு திருமதி శ్రీ శ్రీమతి";
export const OTHERS =
  "monday tuesday wednesday thursday friday saturday sunday january february march april june july august september" +
  " october november december english christmas easter diwali pongal visa mastercard whatsapp google instagram facebook" +
  " önnek önök önöknek önöket önnel öntől magának magával";
const SIGNS = new Set(".,;:!?…()[]{}<>\"'“”„»«‚‘’`*-–—/।");
const ENDS = [".", "!", "?", "…", ":", "।"];
const OPENS = ["“", "„", "»", "«", '"', "'", "(", "[", "‘", "-", "–", "—", "*"];
const AFTER_A_NAME = ["úr", "nevű", "என்பவ", "అనే"];
const SHORTEST_NAME = 3;
const BEFORE_A_NAME = new Set(TITLES.split(" "));
const NO_NAMES = new Set(OTHERS.split(" "));

function bare(word) {
  const signs = [...word];
  while (signs.length && SIGNS.has(signs[0])) signs.shift();
  while (signs.length && SIGNS.has(signs.at(-1))) signs.pop();
  return signs.join("");
}

function isUpper(text) {
  return text !== text.toLowerCase() && text === text.toUpperCase();
}

function isFamiliar(word, known) {
  return NO_NAMES.has(word) || BEFORE_A_NAME.has(word) || known.some((one) => word.startsWith(one));
}

function mayBeAName(word) {
  const signs = [...word];
  return signs.length > 1 && (word.toLowerCase() === word.toUpperCase() || isUpper(signs[0]));
}

function isCapital(raw, word, place) {
  const signs = [...word];
  const inside = place > 0 && !ENDS.some((end) => raw[place - 1].endsWith(end)) && !OPENS.some((sign) => raw[place].startsWith(sign));
  return inside && signs.length >= SHORTEST_NAME && !"'’".includes(signs[1]) && isUpper(signs[0]) && !isUpper(word);
}

/** The first word of a text that seems to be somebody's name; empty where there is none. */
export function named(text, known) {
  const raw = text.split(/\s+/u).filter(Boolean);
  const words = raw.map(bare);
  const found = words.find((word, place) => {
    const before = (words[place - 1] ?? "").toLowerCase();
    const after = (words[place + 1] ?? "").toLowerCase();
    const titled = mayBeAName(word) && (BEFORE_A_NAME.has(before) || AFTER_A_NAME.some((one) => after.startsWith(one)));
    return !isFamiliar(word.toLowerCase(), known) && (titled || isCapital(raw, word, place));
  });
  return found ?? "";
}

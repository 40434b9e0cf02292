// The program's sentences, as a page brings them along.

/** A sentence with its values put in. */
export function say(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

// The form's controls, read and set by item: marks, "does not apply", comments and the time of the visit.

import { VISITED } from "./kept.js";
import { BOTH, NA } from "./rules.js";

/** The item that a control belongs to, or null. */
export function itemOf(control) {
  if (control.name === "visited") return VISITED;
  return /^[mnc]-(.+)$/.exec(control.name ?? "")?.[1] ?? null;
}

/** The browser's own index of the form; it finds by id as well, which is not meant. */
function named(form, name) {
  const found = form.elements.namedItem(name) ?? [];
  return (Symbol.iterator in found ? [...found] : [found]).filter((one) => one.name === name);
}

/** What the form holds for an item, or null where the page does not show it. */
export function typedIn(form, code) {
  if (code === VISITED) {
    const [time] = named(form, "visited");
    return time ? { mark: time.value, comment: "" } : null;
  }
  const [comment] = named(form, `c-${code}`);
  if (!comment) return null;
  return { mark: markIn(form, code), comment: comment.value };
}

function markIn(form, code) {
  const marks = named(form, `m-${code}`);
  if (marks[0]?.type === "radio") return marks.find((one) => one.checked)?.value ?? "";
  const value = marks[0]?.value ?? "";
  const [box] = named(form, `n-${code}`);
  if (!box?.checked) return value;
  return value.trim() ? value + BOTH : NA;
}

/** Shows what was typed for an item; whatever has the focus is left alone, but for what has to be seen. */
export function show(form, code, { mark, comment }, anyway = false) {
  if (code === VISITED) return set(named(form, "visited")[0], mark, anyway);
  const marks = named(form, `m-${code}`);
  const [box] = named(form, `n-${code}`);
  if (marks[0]?.type === "radio") for (const one of marks) one.checked = one.value === mark;
  else {
    const applies = !(box && (mark === NA || mark.endsWith(BOTH)));
    if (box) box.checked = !applies;
    set(marks[0], applies ? mark : mark === NA ? "" : mark.slice(0, -BOTH.length), anyway);
  }
  const [remark] = named(form, `c-${code}`);
  set(remark, comment, anyway);
  if (comment) remark?.closest("details")?.setAttribute("open", "");
}

function set(control, value, anyway) {
  if (!control || control.type === "file" || control.value === value) return;
  if (anyway || control !== document.activeElement) control.value = value;
}

/** Shows the questions that are asked and no others; gives those that had never been asked here and lay in templates. */
export function reveal(form, codes, skipped) {
  const fresh = [];
  for (const code of codes) {
    const place = form.querySelector(`[data-item="${CSS.escape(code)}"]`);
    if (!place) continue;
    const asked = !skipped.has(code);
    if (place instanceof HTMLTemplateElement) {
      if (asked) {
        place.replaceWith(place.content);
        fresh.push(code);
      }
      continue;
    }
    place.hidden = !asked;
    for (const control of place.querySelectorAll("input, textarea, select")) control.disabled = !asked;
  }
  return fresh;
}

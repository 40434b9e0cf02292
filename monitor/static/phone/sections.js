// One section a screen with no network: the page with all of them is what this phone holds, and it shows the one that was asked for.

const ASKED = /^(.*\/form\/)(\d+)$/;

/** The section that this page is to show alone, and the address of the next one; null where the page is as the program made it. */
export function alone(form, path = location.pathname) {
  const [, folder, number] = ASKED.exec(path) ?? [];
  const parts = [...form.querySelectorAll("[data-part]")];
  const at = Number(number);
  if (form.dataset.step !== "all" || !at || at > parts.length) return null;
  return { at, parts, next: at < parts.length ? `${folder}${at + 1}` : "" };
}

/** Shows that section and hides the others, with what belongs to the first and the last. */
export function showAlone(form, { at, parts }) {
  for (const part of parts) part.hidden = part.dataset.part !== String(at);
  for (const [mark, here] of [["first", at === 1], ["last", at === parts.length]]) {
    for (const place of form.querySelectorAll(`[data-only="${mark}"]`)) place.hidden = !here;
  }
  for (const link of document.querySelectorAll('a[href$="view=one"]')) link.hidden = true; // it is so already
  const [onward, ...buttons] = form.querySelectorAll("button[value=on]");
  if (at < parts.length) for (const one of buttons) one.textContent = onward.textContent; // the page with all of them leads on to looking it over
}

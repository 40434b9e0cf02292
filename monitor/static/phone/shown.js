// What the form shows besides its questions: what is still to be put right, which photos this phone has.

import { VISITED } from "./kept.js";

const EDGE = 96;

/** All that is wrong, on top of the form with the way to each, and beside each the same words. */
export function faultsShown(form, faults) {
  form.querySelector("[data-faults]")?.remove();
  for (const shown of form.querySelectorAll("[data-fault]")) shown.remove();
  if (!faults.length) return;
  const box = document.createElement("div");
  box.className = "notice warn";
  box.dataset.faults = "";
  box.tabIndex = -1;
  box.setAttribute("role", "alert");
  const list = Object.assign(document.createElement("ul"), { className: "asked" });
  for (const [control, sentence] of faults) {
    const link = document.createElement("a");
    Object.assign(link, { href: `#${control}`, textContent: sentence });
    list.append(document.createElement("li"));
    list.lastChild.append(link);
    beside(control, sentence);
  }
  box.append(list);
  form.prepend(box);
  box.focus({ preventScroll: true });
  box.scrollIntoView(); // from its beginning: it may be longer than the screen
}

/** At the control itself: to be seen above it, and to be heard with it. */
function beside(control, sentence) {
  const found = document.getElementById(control);
  const field = found?.closest(".field");
  if (!field) return;
  const words = document.createElement("p");
  Object.assign(words, { className: "error", textContent: sentence, id: `${control}-fault` });
  words.dataset.fault = "";
  const heard = field.matches("fieldset") ? field : found;
  const about = new Set(heard.getAttribute("aria-describedby")?.split(" ")).add(words.id); // what is gone by then is not read
  heard.setAttribute("aria-describedby", [...about].join(" "));
  (field.querySelector("legend") ?? field.querySelector("label")).after(words);
}

/** Where two answers were given: both, to be tapped, as line.html has them; where one was chosen meanwhile there is nothing to choose. */
export function choicesShown(form, choices, sentence) {
  for (const box of form.querySelectorAll("[data-choice]")) if (!choices[box.dataset.choice]) box.remove();
  for (const [code, { now, other }] of Object.entries(choices)) {
    const id = `choice-${code}`;
    const place = code === VISITED ? form.querySelector("#visited")?.closest(".field") : form.querySelector(`[data-item="${CSS.escape(code)}"]:not(template)`)?.firstElementChild;
    if (!place || document.getElementById(id)) continue;
    const box = Object.assign(document.createElement("div"), { className: "notice warn", id });
    box.dataset.choice = code;
    const inner = Object.assign(document.createElement("div"), { className: "stack" });
    const row = Object.assign(document.createElement("div"), { className: "actions" });
    for (const [which, words] of [["now", now[2]], ["other", other[2]]]) {
      const button = Object.assign(document.createElement("button"), { className: "button quiet", name: "choose", value: `${which} ${code}` });
      button.append(Object.assign(document.createElement("bdi"), { textContent: words }));
      row.append(button);
    }
    inner.append(Object.assign(document.createElement("p"), { textContent: sentence }), row);
    box.append(inner);
    place.before(box);
  }
}

/** A photo that this phone has; drawn, since pages load no pictures but the program's. With why the server does not take it, if so. */
export async function pictureShown(input, photo, words, takeAway) {
  const place = input.closest(".question");
  if ([...place.querySelectorAll("[data-photo]")].some((one) => one.dataset.photo === photo.id)) return;
  let list = place.querySelector("ul.pictures");
  if (!list) place.append((list = Object.assign(document.createElement("ul"), { className: "pictures" })));
  const entry = document.createElement("li");
  entry.dataset.photo = photo.id;
  const canvas = Object.assign(document.createElement("canvas"), { width: EDGE, height: EDGE });
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", words.picture);
  await draw(canvas, photo.blob);
  const away = Object.assign(document.createElement("button"), { type: "button", className: "button plain", textContent: words.away });
  away.addEventListener("click", () => takeAway(photo).then(() => entry.remove()));
  if (photo.said) entry.append(Object.assign(document.createElement("p"), { className: "error", textContent: photo.said }));
  entry.append(canvas, away);
  list.append(entry);
}

/** Which of the chosen files were not taken and why, beside their question until others are chosen. */
export function refusedShown(input, sentences) {
  const place = input.closest(".question");
  for (const one of place.querySelectorAll("[data-refused]")) one.remove();
  for (const sentence of sentences) {
    const said = Object.assign(document.createElement("p"), { className: "error", textContent: sentence });
    said.dataset.refused = "";
    said.setAttribute("role", "alert");
    input.after(said);
  }
}

async function draw(canvas, blob) {
  try {
    const picture = await createImageBitmap(blob);
    const scale = EDGE / Math.min(picture.width, picture.height);
    const [width, height] = [picture.width * scale, picture.height * scale];
    canvas.getContext("2d").drawImage(picture, (EDGE - width) / 2, (EDGE - height) / 2, width, height);
    picture.close();
  } catch {
    // one that this browser cannot show is kept all the same
  }
}

/** How many photos of an item the form shows, without those that were not taken. */
export function picturesOf(form, code) {
  return form.querySelectorAll(`[data-item="${CSS.escape(code)}"] .pictures li:not(:has(.error))`).length;
}

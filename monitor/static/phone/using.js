// The form in use, once it stands: sending, photos, going on, watches, another language, and what else waits on this phone.

import { show, typedIn } from "./controls.js";
import * as album from "./album.js";
import * as kept from "./kept.js";
import { fault } from "./marks.js";
import { push, shrinkPhotos } from "./outbox.js";
import { digest, refusal } from "./photos.js";
import { plainly } from "./plainly.js";
import { read } from "./rules.js";
import { choicesShown, faultsShown, pictureShown, picturesOf, refusedShown } from "./shown.js";
import { watches } from "./stopwatch.js";
import { stands } from "./told.js";
import { tongue } from "./tongues.js";
import "./waiting.js";
import { say } from "./words.js";

const told = new Set(); // controls whose fault has been shown once
let choices = {}; // questions with two answers: mark, comment and words of each
const left = new Set(); // choices of photos that this phone could not keep
let page; // what form.js hands over

/** Sends what there is, and shows what came back: what others changed, what cannot hold, and when it was kept. */
async function send() {
  await page.written();
  const { about, form, typed } = page;
  const { went, mine } = await pushed();
  if (went.reply) {
    for (const [code, [mark, comment]] of Object.entries(went.reply.changed)) {
      if (mine.has(code)) continue; // under the shopper's hands
      show(form, code, { mark, comment }, !(code in went.reply.choices)); // what is being typed stays until one is chosen
      typed.set(code, typedIn(form, code) ?? { mark, comment });
    }
    page.ask();
    choices = Object.fromEntries(Object.entries(went.reply.choices).filter(([code]) => !mine.has(code)));
    choicesShown(form, choices, went.reply.choose.choice);
    if (!mine.size && !left.size) form.elements.seen.value = went.draft.seen; // also where all of it has to go without the script
  }
  soFar(went.reply);
  if (went.how === "waiting" && document.querySelector("[data-stands] button")) return went; // what is looked over may still be sent off
  if (went.how === "sent") for (const one of form.querySelectorAll(".actions > .button")) one.hidden = true; // nothing is left to be done here
  if (went.how === "kept" && !went.draft) return went; // nothing has been typed yet
  if (went.said.length) stands(went.said.at(-1), "warn", went.how === "late" ? about.home : null);
  else stands(...standing(went));
  return went;
}

/** How much is answered and when that was kept, which stays true of its moment where the network goes. */
function soFar(reply) {
  const { words } = page.about;
  const shown = document.querySelector("[data-progress]");
  shown.textContent = reply?.progress ?? (words.progress ? say(words.progress, counted()) : shown.textContent);
  const since = document.querySelector("[data-kept-on]");
  if (!since) return;
  since.parentElement.classList.toggle("behind", !reply);
  if (reply?.kept) since.textContent = say(words.kept, { moment: reply.kept });
}

/** On the page with all sections: how many of the questions that are asked have an answer that holds. */
function counted() {
  const { about, form, typed } = page;
  const away = page.ask();
  const asked = Object.entries(about.questions).filter(([code]) => !away.has(code));
  const done = asked.filter(([code, question]) => {
    const pictures = picturesOf(form, code);
    const mark = read(question, typed.get(code)?.mark ?? "");
    return question.type === "photo" && pictures ? true : mark.trim() && !fault(question, mark, "", pictures);
  });
  return { done: done.length, n: asked.length };
}

/** How it went, and what only this phone knows by now; "unkept" where it cannot keep all of that. */
async function pushed() {
  const { id, unkept } = page;
  try {
    const went = await push(id);
    const held = await kept.read(id);
    const mine = new Set([...unkept.keys(), ...(held ? kept.unsent(held).map(([code]) => code) : [])]);
    return { went: unkept.size || left.size ? { ...went, how: "unkept", said: [] } : went, mine };
  } catch {
    return { went: { how: "unkept", said: [] } };
  }
}

function standing({ how, reply, receipt, draft }) {
  const { words, home } = page.about;
  switch (how) {
    case "kept":
      return toChoose(reply) ? [reply.choose.undecided, "warn", toChoose(reply)] : reply?.kept ? [say(words.kept, { moment: reply.kept })] : [words.here];
    case "sent":
      return [receipt, "done", home];
    case "unkept":
      return [words.full, "warn"];
    case "signed out":
      return [words.signedOut, "warn", location.pathname]; // asks who is there, and comes back here
    default:
      return [(draft?.wanted && words.leaves) || words.waiting];
  }
}

/** The way to the first question with two answers, on this page or another; empty where there is none. */
function toChoose(reply) {
  const [code] = Object.keys(reply?.choices ?? {});
  if (!code) return "";
  return document.getElementById(`choice-${code}`) ? `#choice-${code}` : `${page.form.dataset.whole}#choice-${code}`;
}

/** Of two answers this one holds: it is shown, and goes on its way as if it had been typed. */
function chosen(value) {
  const [which, code] = value.split(" ");
  const [mark, comment] = choices[code]?.[which] ?? [];
  if (mark === undefined) return false;
  document.getElementById(`choice-${code}`)?.remove();
  delete choices[code];
  const { form, typed, unkept } = page;
  typed.set(code, { mark, comment });
  unkept.set(code, { mark, comment, chosen: true });
  show(form, code, { mark, comment }, true);
  page.ask();
  stands(page.about.words.here);
  page.written().then(page.later);
  return true;
}

/** Keeps photos as they are chosen, before anything else is done with them; those of a later choice stay for their own turn. */
async function takePhotos(input, files) {
  const { about, id } = page;
  const item = input.name.slice("p-".length);
  const [chosen, refused] = [new Set(), []];
  try {
    for (const file of files) {
      const [why, sha256] = await named(file);
      if (why) {
        refused.push(`${file.name}: ${about.words[why]}`);
        continue;
      }
      if (!chosen.size) await kept.change(id, (draft) => kept.touched(page.ours(draft)));
      chosen.add(await album.addPhoto(id, item, sha256, file));
    }
  } catch {
    left.add(input);
    return stands(about.words.full, "warn");
  }
  left.delete(input);
  if ([...input.files].every((file) => files.includes(file))) input.value = "";
  stands(about.words.shrinking);
  await shrinkPhotos(id);
  for (const photo of await album.photosOf(id)) if (chosen.has(photo.id)) await pictureShown(input, photo, about.words, takeAway);
  stands(about.words.here);
  page.later();
  refusedShown(input, refused);
}

/** Why a file is not taken, or the digest of its bytes; one that this phone cannot read is none. */
async function named(file) {
  try {
    const why = await refusal(file, page.about.most);
    return why ? [why] : ["", await digest(file)];
  } catch {
    return ["unread"];
  }
}

/** A photo goes from this phone at once and from the server when it can be told, by its name there or by its digest at its item. */
async function takeAway(photo) {
  const { id, ours } = page;
  const is = (one) => (photo.id ? one.id === photo.id : nameOf(one) === photo.pushed);
  const held = (await album.photosOf(id)).find(is);
  const names = [photo.pushed, held?.pushed, held && `${held.item}/${held.sha256}`].filter(Boolean);
  await kept.change(id, (draft) => ({ ...kept.touched(ours(draft)), away: [...(ours(draft).away ?? []), ...names] }));
  await album.dropPhotos(id, is);
  await album.askAgain(id, photo.item); // there may be room for another by now
  const place = inputOf(photo)?.closest(".question");
  for (const said of place?.querySelectorAll("[data-photo] .error") ?? []) said.remove();
  stands(page.about.words.here); // it may have been ready to be sent
  page.later();
}

/** What the server calls a photo of this phone, as far as is known. */
function nameOf({ item, sha256, pushed }) {
  return pushed || page.about.held[`${item}/${sha256}`];
}

/** Where the shopper wanted to go; without a network the pages are those that this phone holds. */
async function onward(event) {
  const { form, id, one } = page;
  const { submitter } = event;
  const go = submitter?.name === "remove" ? "remove" : (submitter?.value ?? "on");
  event.preventDefault();
  if (go === "remove") {
    const item = submitter.closest("[data-item]")?.dataset.item ?? ""; // none: of the visit as a whole
    submitter.closest("li").remove();
    return takeAway({ pushed: submitter.value, item }).catch(() => plainly(form, submitter));
  }
  if (submitter?.name === "language") return spoken(submitter);
  if (submitter?.name === "choose") return chosen(submitter.value) || plainly(form, submitter);
  await kept.change(id, page.ours).catch(() => {}); // also of a form that is still empty the network decides
  const went = await send();
  if (went.how === "unkept") return navigator.onLine && plainly(form, submitter); // without a network nothing is to be left
  if (went.how === "sent") return location.assign(`${page.about.home}/sent`); // it was wanted before, and went by itself
  if (went.how === "refused") return plainly(form, submitter); // the program words it better
  if (toChoose(went.reply)) return location.assign(toChoose(went.reply)); // on this page it only scrolls
  if (["signed out", "late"].includes(went.how) || went.said.length) return;
  const wrong = Object.entries(went.reply?.wrong ?? {}).filter(([control]) => inSight(form, control));
  if (went.reply && (go === "stay" || wrong.some(([control]) => !told.has(control)))) {
    for (const [control] of wrong) told.add(control);
    return faultsShown(form, wrong);
  }
  if (go === "stay") return;
  if (went.how === "kept") return location.assign(form.dataset.next);
  if (one?.next) return location.assign(one.next);
  if (form.dataset.last === undefined) return location.assign(form.dataset.next);
  return location.pathname === form.dataset.whole ? lookOver() : location.assign(`${form.dataset.whole}#look`);
}

/** Whether the page shows a control; of all sections on one page with no network it is one. */
function inSight(form, control) {
  const found = form.elements[control];
  return found && !(found[0] ?? found).closest?.("[data-part][hidden]");
}

/** The page in another language; what found no room on this phone is worth more. */
async function spoken(button) {
  const { form, unkept, about } = page;
  await page.written();
  if (unkept.size || left.size) return navigator.onLine ? plainly(form, button) : stands(about.words.full, "warn");
  return tongue(form, button, () => stands(about.words.language, "warn"));
}

/** Without a network: what is missing or may be asked about, with the way to it; then the button that has it sent once there is one. */
async function lookOver() {
  const { about, form, id, typed } = page;
  const away = page.ask();
  const { doubts, doubtsShown, faults } = await import("./looking.js");
  const pictures = Object.fromEntries(Object.keys(about.questions).map((code) => [code, picturesOf(form, code)]));
  const wrong = faults(about, typed, away, pictures);
  const asked = wrong.length ? [] : doubts(about, typed, away, pictures);
  doubtsShown(form, asked, about.doubts.words.heading);
  faultsShown(form, wrong);
  if (wrong.length) return;
  if ((await kept.read(id))?.wanted) return stands(about.words.leaves);
  return stands(about.words.ready, "done", null, [asked.length ? about.doubts.words.send : about.words.send, wantSent]);
}

async function wantSent() {
  await kept.change(page.id, (draft) => ({ ...page.ours(draft), wanted: true, changed: false, stopped: "" }));
  stands(page.about.words.leaves);
  const went = await send();
  if (went.how === "sent") location.assign(`${page.about.home}/sent`);
}

/** Whether the page shows a photo as the server's. */
function onPage(photo) {
  const name = nameOf(photo);
  return name && page.form.querySelector(`[name=remove][value="${CSS.escape(name)}"]`);
}

function inputOf({ item }) {
  return page.form.querySelector(`[type=file][name="p-${CSS.escape(item)}"]`);
}

async function showPhotos() {
  for (const photo of await album.photosOf(page.id)) {
    const input = inputOf(photo);
    if (input && !onPage(photo)) await pictureShown(input, photo, page.about.words, takeAway);
  }
}

/** Takes over what the form does besides keeping answers. */
export async function begin(handed) {
  page = handed;
  const { about, form, id } = page;
  choices = about.choices ?? {};
  page.asked = () => watches(form, id, about);
  page.asked();
  form.addEventListener("submit", onward);
  addEventListener("online", page.later);
  document.addEventListener("visibilitychange", send);
  await showPhotos();
  return { send, takePhotos, lookOver };
}

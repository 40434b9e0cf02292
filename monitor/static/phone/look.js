// Looking it over: what this phone still has goes first, photos too, and then all of it is sent as one.

import { waits } from "./album.js";
import * as kept from "./kept.js";
import { inTurn, push } from "./outbox.js";
import { stands } from "./told.js";

const about = JSON.parse(document.getElementById("phone").textContent);
const form = document.querySelector("form[data-send]");
const id = kept.idOf(about.person, about.audit);
let under_way = false;

/** The page is as new as the server was: this phone has seen that with its shopper. */
function looked(held, wanted) {
  const draft = kept.ofRound(held, about);
  return { ...draft, seen: Math.max(draft.seen, about.seen), wanted, ...(wanted ? { changed: false, stopped: "" } : {}) };
}

/** What is sent is what the page showed: what this phone had besides is there by now, and is to be looked at first. */
async function attempt() {
  await kept.change(id, (held) => looked(held, false));
  const first = await push(id);
  if (first.how === "kept" && first.draft.content !== form.elements.content.value) return { how: "changed" };
  if (!["kept", "waiting"].includes(first.how)) return first;
  if (first.how === "waiting" && (await differs(first.draft))) return { how: "unseen" };
  await kept.change(id, (held) => looked(held, true));
  return push(id);
}

/** With no network nobody can make the page anew: whether it showed all that this phone has. */
async function differs(draft) {
  return (await waits(draft)) || (draft.content && draft.content !== form.elements.content.value);
}

async function send(event) {
  event.preventDefault();
  if (under_way) return;
  under_way = true;
  try {
    const went = await inTurn("attempt", attempt); // another window's first look would take this one's wish back
    if (went.how === "sent") return location.assign(`${about.home}/sent`);
    if (went.how === "waiting") return stands(about.words.leaves);
    if (went.how === "unseen") return location.assign(`${about.home}/form/all#look`);
    if (went.how === "signed out") return stands(about.words.signedOut, "warn", location.pathname);
    location.assign(went.how === "late" ? about.home : location.pathname); // something is different: look at it again
  } catch {
    form.submit(); // this phone keeps nothing
  } finally {
    under_way = false;
  }
}

form.addEventListener("submit", send);

// What this phone holds besides the draft that is open: photos that have not been sent, and what waits of all drafts.
// A photo is { id, draft, item, sha256, blob, raw, tries, pushed, said }: `raw` until it has been made smaller in so many tries, `pushed` its name on the server,
// `said` why the server does not take it. It stays here until there is a receipt for the audit.

import { answered, unsent, within } from "./kept.js";

const REMEMBERED = 604_800_000; // milliseconds: a week in which a page that lies open learns that its audit was sent

export async function ofPerson(person) {
  const all = await within("drafts", "readonly", (store) => answered(store.getAll()));
  return all.filter((draft) => draft.person === person);
}

/** Forgets audits that head office has had whole for a while. */
export function tidy(person) {
  return within("drafts", "readwrite", async (store) => {
    const over = (draft) => draft.person === person && draft.ended && !draft.late && !unsent(draft).length && Date.now() - draft.ended > REMEMBERED;
    for (const draft of await answered(store.getAll())) if (over(draft)) store.delete(draft.id);
  });
}

/** Keeps a photo as it was chosen; it is made smaller in its own time. */
export function addPhoto(draft, item, sha256, blob) {
  return within("photos", "readwrite", async (store) => {
    const id = `${draft}/${item}/${sha256}`;
    const held = await answered(store.get(id));
    if (!held || held.said) store.put({ id, draft, item, sha256, blob, raw: true, pushed: "", said: "" });
    return id;
  });
}

export function photosOf(draft) {
  return within("photos", "readonly", (store) => answered(store.index("draft").getAll(draft)));
}

/** Writes to a photo, unless it has been taken away meanwhile. */
export function changePhoto(id, values) {
  return within("photos", "readwrite", async (store) => {
    const held = await answered(store.get(id));
    if (held) store.put({ ...held, ...values });
  });
}

/** Takes photos away here, by what `is` says of each. */
export function dropPhotos(draft, is) {
  return within("photos", "readwrite", async (store) => {
    for (const photo of await answered(store.index("draft").getAll(draft))) if (is(photo)) store.delete(photo.id);
  });
}

/** What the server did not take of one item may go there again. */
export async function askAgain(draft, item) {
  for (const photo of await photosOf(draft)) if (photo.said && photo.item === item) await changePhoto(photo.id, { said: "" });
}

/** Whether this phone has anything of a draft that the server has not, or that its shopper wanted and has not come about. */
export async function waits(draft) {
  if (draft.late && !draft.late.receipt) return false; // head office does not take it
  if (draft.wanted || draft.away?.length || unsent(draft).length) return true;
  return (await photosOf(draft.id)).some(({ pushed, said }) => !pushed && !said);
}

// Sending what this phone keeps: drafts as they stand, photos one by one, and the whole audit once its shopper wants it sent.

import * as kept from "./kept.js";

const PATIENCE = 20_000; // milliseconds for an answer
const PHOTO_PATIENCE = 120_000;
const VISITED = "@visited";

/** What became of an attempt: "kept", "sent", "waiting" (no network), "signed out", "late" (sent before) or "refused". */
class Stopped extends Error {
  constructor(how, said = "", status = 0) {
    super(how);
    Object.assign(this, { how, said, status });
  }
}

let token;
const other = new BroadcastChannel("drafts");

async function asked(path, options, patience = PATIENCE) {
  let response;
  const headers = { Accept: "application/json", ...options.headers };
  try {
    response = await fetch(path, { redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(patience), ...options, headers });
  } catch {
    throw new Stopped("waiting");
  }
  if (response.type === "opaqueredirect" || response.status === 401) throw new Stopped("signed out");
  let data;
  try {
    data = await response.json();
  } catch {
    throw new Stopped("waiting"); // a gateway's page in our place, or a reply that broke off
  }
  if (response.ok) return data;
  if (response.status >= 500 || response.status === 429) throw new Stopped("waiting");
  throw new Stopped(response.status === 409 ? "late" : "refused", data.sentence, response.status);
}

/** Sends with this session's token; a page that lay open for long fetches a new one and tries once more. */
async function posted(draft, path, options, patience) {
  token ??= document.querySelector("[name=csrf_token]")?.value;
  for (const last of [false, true]) {
    try {
      return await asked(path, { method: "POST", ...options, headers: { ...options.headers, "X-CSRFToken": token ?? "" } }, patience);
    } catch (stopped) {
      if (last || stopped.status !== 400) throw stopped;
      const fresh = await asked("/audits/fresh", {});
      if (fresh.person !== draft.person) throw new Stopped("signed out");
      token = fresh.token;
    }
  }
}

async function pushDraft(draft) {
  const entries = kept.unsent(draft);
  const typed = Object.fromEntries(entries.filter(([code]) => code !== VISITED).map(([code, { mark, comment }]) => [code, [mark, comment]]));
  const visited = entries.find(([code]) => code === VISITED)?.[1].mark ?? null;
  const body = JSON.stringify({ seen: draft.seen, typed, visited });
  const headers = { "Content-Type": "application/json" };
  const reply = await posted(draft, `/audits/${draft.audit}/draft`, { body, headers });
  const now = await kept.change(draft.id, (held) => received(held ?? draft, entries, reply));
  if (Object.keys(reply.changed).length) other.postMessage(draft.id);
  return { reply, draft: now };
}

/**
 * The draft as it is after the server's answer: what went is no longer this phone's alone, what others changed is here.
 * Whoever wanted it sent had not seen what others changed, and is asked again.
 */
function received(held, entries, reply) {
  for (const [code, { edit }] of entries) {
    const here = held.entries[code];
    if (here) here.sent = Math.max(here.sent, edit);
  }
  for (const [code, [mark, comment]] of Object.entries(reply.changed)) {
    const here = held.entries[code];
    if (!here || here.edit <= here.sent) held.entries[code] = { mark, comment, edit: here?.edit ?? 0, sent: here?.edit ?? 0 };
  }
  const alone = !Object.keys(reply.changed).length;
  return { ...held, seen: reply.saves, content: reply.content, undecided: reply.undecided.length, wanted: held.wanted && alone };
}

/** One request a photo; what the server cannot read is told and not sent again. */
async function pushPhotos(draft) {
  const photos = await kept.photosOf(draft.id);
  const said = [];
  const headers = { "Content-Type": "application/octet-stream" };
  for (const { id, item, sha256, blob } of photos) {
    const path = `/audits/${draft.audit}/photos/${sha256}?item=${encodeURIComponent(item)}`;
    try {
      await posted(draft, path, { body: blob, headers }, PHOTO_PATIENCE);
    } catch (stopped) {
      if (stopped.how !== "refused") throw stopped;
      said.push(stopped.said);
    }
    await kept.dropPhoto(id);
  }
  return { sent: photos.length - said.length, said };
}

async function commit(draft) {
  const body = new URLSearchParams({ key: draft.key, content: draft.content });
  const { receipt } = await posted(draft, `/audits/${draft.audit}/send`, { body });
  await kept.change(draft.id, (held) => ({ ...held, wanted: false, receipt }));
  return receipt;
}

/** One at a time on this phone, whichever page asks; whoever comes later finds the work done. */
function inTurn(work) {
  return navigator.locks ? navigator.locks.request("outbox", work) : work();
}

/** Sends what there is of one draft: how it went, what the server said, and the draft as it is now. */
export function push(id) {
  return inTurn(async () => {
    let draft = await kept.read(id);
    if (!draft) return { how: "kept", said: [] };
    try {
      let pushed = await pushDraft(draft);
      const photos = await pushPhotos(draft);
      if (photos.sent) pushed = await pushDraft(pushed.draft); // the digest of all that is kept now
      draft = pushed.draft;
      if (photos.said.length) draft = await kept.change(id, (held) => ({ ...held, wanted: false }));
      if (!draft.wanted || kept.unsent(draft).length || draft.undecided) return { how: "kept", reply: pushed.reply, said: photos.said, draft };
      return { how: "sent", said: [], draft, receipt: await commit(draft) };
    } catch (stopped) {
      if (!(stopped instanceof Stopped)) throw stopped;
      if (stopped.how === "refused") await kept.change(id, (held) => held && { ...held, wanted: false });
      return { how: stopped.how, said: stopped.said ? [stopped.said] : [], draft };
    }
  });
}

/** Sends all that waits on this phone; how each went, by draft. */
export async function flush(person) {
  const found = [];
  for (const draft of await kept.ofPerson(person)) {
    const photos = await kept.photosOf(draft.id);
    if (draft.wanted || kept.unsent(draft).length || photos.length) found.push({ draft, ...(await push(draft.id)) });
  }
  return found;
}

// Sending what this phone keeps: drafts as they stand, photos one by one, and the whole audit once its shopper wants it sent.

import * as album from "./album.js";
import * as kept from "./kept.js";
import { digest, shrunk } from "./photos.js";

const PATIENCE = 20_000; // milliseconds for an answer
const PHOTO_PATIENCE = 120_000;
const MOST_AWAY = 100; // photos, as the server takes them
const MOST_TRIES = 2; // at making one photo smaller
const heard = new Set(); // drafts that this page has looked at
const ATTEMPTS = 3; // at one sending, where something else came in between

/**
 * What became of an attempt: "kept", "sent", "waiting" (no network), "signed out", "late" (sent before, with something else in it),
 * "changed" (something else came in between) or "refused".
 */
class Stopped extends Error {
  constructor(how, data = {}, status = 0) {
    super(how);
    Object.assign(this, { how, data, said: data.sentence ?? "", status });
  }
}

let token;
const other = new BroadcastChannel("drafts");

async function asked(path, options, patience = PATIENCE) {
  let response;
  const headers = { Accept: "application/json", ...options.headers };
  try {
    response = await fetch(path, { redirect: "manual", cache: "no-store", signal: AbortSignal.timeout?.(patience), ...options, headers });
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
  if (response.status >= 500 || [408, 429].includes(response.status)) throw new Stopped("waiting");
  throw new Stopped(response.status === 409 ? "changed" : "refused", data, response.status);
}

/** Asks for this session's token; where somebody else is signed in, staff too, what was said was said to them. */
async function renewed(draft) {
  const fresh = await asked("/audits/fresh", {}).catch((stopped) => {
    throw stopped.status === 404 ? new Stopped("signed out") : stopped;
  });
  if (fresh.person !== draft.person) throw new Stopped("signed out");
  token = fresh.token;
}

/** Sends with this session's token; a page that lay open for long fetches a new one and tries once more. */
async function posted(draft, path, options, patience) {
  token ??= globalThis.document?.querySelector("[name=csrf_token]")?.value;
  for (const last of [false, true]) {
    try {
      return await asked(path, { method: "POST", ...options, headers: { ...options.headers, "X-CSRFToken": token ?? "" } }, patience);
    } catch (stopped) {
      if (last || ![400, 404].includes(stopped.status)) throw stopped;
      await renewed(draft);
      if (stopped.status === 404) throw stopped;
    }
  }
}

/** What only this phone has, with the numbers by which the server knows it again. */
function inWords(draft, entries) {
  const items = entries.filter(([code]) => code !== kept.VISITED);
  return JSON.stringify({
    seen: draft.seen,
    key: draft.key,
    typed: Object.fromEntries(items.map(([code, { mark, comment }]) => [code, [mark, comment]])),
    visited: entries.find(([code]) => code === kept.VISITED)?.[1].mark ?? null,
    edits: Object.fromEntries(entries.map(([code, { edit }]) => [code, edit])),
    away: goingAway(draft),
  });
}

/** As many as the server takes at once; the others go with the next. */
function goingAway(draft) {
  return (draft.away ?? []).slice(0, MOST_AWAY);
}

async function pushDraft(draft) {
  const entries = kept.unsent(draft);
  const headers = { "Content-Type": "application/json" };
  try {
    const reply = await posted(draft, `/audits/${draft.audit}/draft`, { body: inWords(draft, entries), headers });
    const now = await kept.change(draft.id, (held) => received(held ?? draft, entries, goingAway(draft), reply));
    if (Object.keys(reply.changed).length) other.postMessage(draft.id);
    return { reply, draft: now };
  } catch (stopped) {
    if (stopped.data?.differing) return { late: stopped.data, draft: await settled(draft, entries, stopped.data) };
    throw stopped;
  }
}

/**
 * The draft as it is after the server's answer: what went is no longer this phone's alone, what others changed is here.
 * Whoever wanted it sent had not seen what others changed, and is asked again.
 */
function received(held, entries, away, reply) {
  for (const [code, { edit }] of entries) {
    const here = held.entries[code];
    if (here) here.sent = Math.max(here.sent, edit);
  }
  let seen = reply.saves;
  for (const [code, [mark, comment]] of Object.entries(reply.changed)) {
    const here = held.entries[code];
    if (here?.edit > here?.sent) seen = held.seen; // typed meanwhile, by somebody who has not seen this
    else held.entries[code] = { mark, comment, edit: here?.edit ?? 0, sent: here?.edit ?? 0 };
  }
  const alone = !Object.keys(reply.changed).length;
  const left = (held.away ?? []).filter((name) => !away.includes(name));
  return { ...held, seen, content: reply.content, undecided: Object.keys(reply.choices).length, away: left, late: null, ...(alone ? {} : withdrawn(held, reply.look)) };
}

/** No longer to be sent as it is, and why; that is told on every page until its shopper has done something about it. */
function withdrawn(held, sentence) {
  return held.wanted ? { wanted: false, stopped: sentence } : {};
}

/** The draft of an audit that was sent before: what head office has as well is done with. */
function settled(draft, entries, late) {
  return kept.change(draft.id, (held) => {
    for (const [code, { edit }] of entries) {
      const here = held.entries[code];
      if (!late.differing.includes(code)) here.sent = Math.max(here.sent, edit);
    }
    return { ...held, wanted: false, changed: false, stopped: "", away: [], receipt: late.receipt };
  });
}

/** Makes photos smaller that were kept as they were chosen; whichever page does it, it is done once. */
export function shrinkPhotos(id) {
  if (!globalThis.document) return; // what works with no page open draws nothing: such a photo waits for one
  return inTurn("photos", async () => {
    for (const photo of await album.photosOf(id)) {
      if (!photo.raw) continue;
      await album.changePhoto(photo.id, { tries: (photo.tries ?? 0) + 1 }); // one that took the page down with it is left to the server
      const blob = photo.tries >= MOST_TRIES ? photo.blob : await shrunk(photo.blob).catch(() => photo.blob);
      await album.changePhoto(photo.id, { blob, sha256: await digest(blob), raw: false });
    }
  });
}

/** One request a photo; what the server cannot read is told, stays here and is not sent again. */
async function pushPhotos(draft) {
  const photos = (await album.photosOf(draft.id)).filter(({ raw, pushed, said }) => !raw && !pushed && !said);
  const headers = { "Content-Type": "application/octet-stream" };
  let sent = 0;
  for (const { id, item, sha256, blob } of photos) {
    const path = `/audits/${draft.audit}/photos/${sha256}?item=${encodeURIComponent(item)}`;
    try {
      const { photo } = await posted(draft, path, { body: blob, headers }, PHOTO_PATIENCE);
      await album.changePhoto(id, { pushed: photo });
      sent += 1;
    } catch (stopped) {
      if (stopped.how !== "refused") throw stopped;
      await album.changePhoto(id, { said: stopped.said });
    }
  }
  return sent;
}

/** The whole of it, with each photo by its name; what the server has lost of them is sent again. */
async function commit(draft) {
  const photos = (await album.photosOf(draft.id)).map(({ pushed }) => pushed);
  const body = new URLSearchParams([["key", draft.sending ?? draft.key], ["content", draft.content], ...photos.map((name) => ["photo", name])]);
  try {
    const { receipt } = await posted(draft, `/audits/${draft.audit}/send`, { body });
    return await done(draft, receipt);
  } catch (stopped) {
    for (const photo of await album.photosOf(draft.id)) {
      if (stopped.data?.absent?.includes(photo.pushed)) await album.changePhoto(photo.id, { pushed: "" });
    }
    throw stopped;
  }
}

/** Head office has all of it: the receipt takes the place of what was kept here. */
async function done(draft, receipt) {
  await kept.change(draft.id, (held) => ({ ...held, wanted: false, changed: false, stopped: "", receipt, ended: Date.now(), late: null, entries: Object.fromEntries(kept.unsent(held)) }));
  await album.dropPhotos(draft.id, ({ pushed }) => pushed);
  other.postMessage(draft.id);
  return receipt;
}

/** One at a time on this phone, whichever page asks; whoever comes later finds the work done. */
export function inTurn(name, work) {
  return navigator.locks ? navigator.locks.request(name, work) : work();
}

/** Sends what there is of one draft: how it went, what the server said, and the draft as it is now. No answer waits for a picture. */
export async function push(id) {
  const went = await pushNow(id);
  const raw = ["kept", "late"].includes(went.how) && (await album.photosOf(id)).some((photo) => photo.raw);
  if (!raw || !globalThis.document) return went;
  await shrinkPhotos(id);
  return pushNow(id);
}

function pushNow(id) {
  return inTurn("outbox", async () => {
    for (let left = ATTEMPTS; ; left -= 1) {
      const draft = await kept.read(id);
      if (!draft) return { how: "kept", said: [] };
      try {
        return await pushed(draft);
      } catch (stopped) {
        if (!(stopped instanceof Stopped)) throw stopped;
        if (stopped.how === "changed" && left > 1) continue;
        if (stopped.how === "refused") await kept.change(id, (held) => held && { ...held, ...withdrawn(held, stopped.said), ...gone(stopped) });
        const how = stopped.how === "changed" ? "waiting" : stopped.how;
        return { how, said: stopped.said ? [stopped.said] : [], draft };
      }
    }
  });
}

/** An audit that is not there for this person and will not be: its shopper is told, and may take it off this phone. */
function gone({ status, said }) {
  return status === 404 ? { late: { answers: 0, photos: 0, receipt: "", asked: false, said } } : {};
}

async function pushed(draft) {
  let now = await pushDraft(draft);
  if (now.late) return tooLate(now);
  if (await pushPhotos(draft)) now = await pushDraft(now.draft); // the digest of all that is kept now
  if (now.late) return tooLate(now);
  const photos = await album.photosOf(draft.id);
  const said = photos.filter((photo) => photo.said).map((photo) => photo.said);
  if (said.length && now.draft.wanted) now.draft = await kept.change(draft.id, (held) => ({ ...held, ...withdrawn(held, said[0]) }));
  const whole = photos.every((photo) => photo.pushed) && !kept.unsent(now.draft).length && !now.draft.away?.length;
  if (!now.draft.wanted || !whole || now.draft.undecided) return { how: "kept", reply: now.reply, said, draft: now.draft };
  return { how: "sent", said: [], draft: now.draft, receipt: await commit(now.draft) };
}

/** Sent before: by this phone, which has not heard of it, or from elsewhere. Only what differs is still to be spoken of. */
async function tooLate({ late, draft }) {
  try {
    if (await pushPhotos(draft)) return tooLate(await pushDraft(draft)); // the receipt names them as well
  } catch (stopped) {
    if (stopped.how !== "changed") throw stopped;
  }
  const photos = (await album.photosOf(draft.id)).filter((photo) => !photo.pushed).length;
  const answers = kept.unsent(draft).length;
  if (late.receipt && !answers && !photos) return { how: "sent", said: [], draft, receipt: await done(draft, late.receipt) };
  const now = await kept.change(draft.id, (held) => ({ ...held, late: { answers, photos, receipt: late.receipt, asked: late.asked, said: late.sentence } }));
  return { how: "late", said: [late.sentence], draft: now };
}

/** Sends all that waits on this phone; how each went, by draft. Whether one that was to be sent anew still is, is asked as well. */
export async function flush(person) {
  const found = [];
  for (const draft of await album.ofPerson(person)) {
    const anew = (draft.changed || draft.stopped) && !draft.late && !heard.has(draft.id);
    heard.add(draft.id);
    if (!anew && !(await album.waits(draft))) continue;
    try {
      found.push({ draft, ...(await push(draft.id)) });
    } catch (fault) {
      globalThis.reportError?.(fault); // one that fails holds up no other, and is not hidden
      found.push({ draft, how: "waiting", said: [] });
    }
  }
  return found;
}

/** The same with no page open: whose phone it is the server says. Fails where it could not be asked. */
export async function flushOwn() {
  const fresh = await asked("/audits/fresh", {});
  token = fresh.token;
  return flush(fresh.person);
}

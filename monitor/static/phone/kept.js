// What this phone keeps: of each audit the draft with all that was typed; photos are in album.js.
// A draft is { id, person, audit, branch, round, seen, edits, entries: { code: { mark, comment, edit, sent } }, away, key, sending, wanted, changed, stopped, content, undecided, receipt, ended, late };
// `key` is this phone's for this audit, `sending` goes with each attempt at one sending: what came back is another sending;
// `round` tells one sending from the next where an audit came back; an entry whose `edit` is above `sent` is known to this phone alone;
// `changed` where something was typed after it was to be sent; `away` names photos that the server is to take away; `late` says what differs from an audit that was sent from elsewhere.

export const VISITED = "@visited"; // stands among the items for the time of the visit
export const BEGUN = "@begun"; // and this for the moment of the first answer
const NAME = "audits";
const VERSION = 1;
let opening;

function opened() {
  opening ??= new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, VERSION);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("drafts", { keyPath: "id" });
      asked.result.createObjectStore("photos", { keyPath: "id" }).createIndex("draft", "draft");
    };
    asked.onsuccess = () => {
      asked.result.onclose = forget;
      asked.result.onversionchange = () => forget(asked.result.close()); // a newer page is not held up
      done(asked.result);
    };
    asked.onerror = () => failed(asked.error);
  });
  opening.catch(forget);
  return opening;
}

/** The next one asks anew: a browser may close what it has opened. */
function forget() {
  opening = undefined;
}

export function answered(request) {
  return new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
}

/** Runs `work` on one store, once more where the browser had closed it; what it writes is on disk when this returns. */
export function within(...what) {
  return once(...what).catch((fault) => {
    if (!/InvalidState|Unknown/.test(fault?.name)) throw fault;
    forget();
    return once(...what);
  });
}

async function once(store, mode, work) {
  const database = await opened();
  const transaction = database.transaction(store, mode, { durability: mode === "readwrite" ? "strict" : "default" });
  const over = new Promise((done, failed) => {
    transaction.oncomplete = done;
    transaction.onabort = () => failed(transaction.error);
  });
  over.catch(() => {}); // told where it is awaited
  const found = await work(transaction.objectStore(store));
  await over;
  return found;
}

export function idOf(person, audit) {
  return `${person}/${audit}`;
}

export function read(id) {
  return within("drafts", "readonly", (store) => answered(store.get(id)));
}

/** Reads a draft, lets `edit` change it and writes it back, as one step also where two pages do so at once. */
export function change(id, edit) {
  return within("drafts", "readwrite", async (store) => {
    const draft = await answered(store.get(id));
    const changed = edit(draft);
    if (changed === null) store.delete(id);
    else if (changed) store.put(changed);
    return changed;
  });
}

/** A draft where there was none yet; its keys are made here, once. */
export function fresh({ person, audit, branch, round, seen }) {
  const key = crypto.randomUUID();
  return { id: idOf(person, audit), person, audit, branch, round, seen, edits: 0, entries: {}, away: [], key, sending: crypto.randomUUID(), wanted: false };
}

/** The draft of this round: what was not sent before the audit came back goes on as it is, what was sent is history. */
export function ofRound(draft, about) {
  if (draft?.round === about.round) return draft;
  const left = draft ? unsent(draft) : [];
  const away = draft?.away ?? [];
  if (!left.length && !away.length) return fresh(about);
  return { ...fresh(about), key: draft.key, seen: Math.min(draft.seen, about.seen), edits: draft.edits, entries: Object.fromEntries(left), away };
}

/** Puts down what was typed for one item; what was `chosen` of two answers counts as typed anew, also where it is the same. What was to be sent was without it, and is to be sent anew. */
export function type(draft, code, mark, comment, chosen = false) {
  const before = draft.entries[code];
  if (!chosen && before && before.mark === mark && before.comment === comment) return draft;
  draft.edits += 1;
  draft.changed ||= draft.wanted;
  draft.wanted = false;
  draft.entries[code] = { mark, comment, edit: draft.edits, sent: before?.sent ?? 0 };
  return draft;
}

/** The draft as it is once something else was given: what was to be sent was without it. */
export function touched(draft) {
  return { ...draft, wanted: false, changed: draft.changed || draft.wanted, ended: 0 };
}

/** The entries that only this phone has. */
export function unsent(draft) {
  return Object.entries(draft.entries).filter(([, entry]) => entry.edit > entry.sent);
}

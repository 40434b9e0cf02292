// A watch beside each answer in seconds. When it was started is kept, so that it runs on over a reload; typing stays possible.

const TICK = 1_000; // milliseconds between two looks at the clock
const running = new Map();

function key(id, code) {
  return `watch/${id}/${code}`;
}

function startOf(id, code) {
  try {
    return Number(localStorage.getItem(key(id, code))) || 0;
  } catch {
    return running.get(code) ?? 0; // storage may be closed to us: it runs until the page is left
  }
}

function started(id, code, at) {
  if (at) running.set(code, at);
  else running.delete(code);
  try {
    if (at) localStorage.setItem(key(id, code), String(at));
    else localStorage.removeItem(key(id, code));
  } catch {
    // it runs until the page is left
  }
}

function passed(since) {
  const seconds = Math.max(0, Math.round((Date.now() - since) / 1000));
  return { seconds, shown: `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}` };
}

function equip(id, code, input, text, words) {
  const row = input.closest(".question").querySelector(".stopwatch"); // its place is kept, so that nothing moves
  const button = Object.assign(document.createElement("button"), { type: "button", className: "button quiet" });
  const leave = Object.assign(document.createElement("button"), { type: "button", className: "button plain", hidden: true });
  const face = document.createElement("span");
  face.setAttribute("aria-hidden", "true"); // a second is not worth a word; the end is
  const said = Object.assign(document.createElement("span"), { className: "unseen" });
  said.setAttribute("role", "status");
  row.append(button, leave, face, said);

  function show() {
    const since = startOf(id, code);
    const label = since ? words.stop : input.value ? words.again : words.start;
    if (button.textContent !== label) {
      button.textContent = label;
      button.setAttribute("aria-label", `${label}: ${text}`);
    }
    leave.hidden = !since || !input.value;
    leave.textContent = words.leave.replace("{seconds}", input.value);
    if (!document.hidden) face.textContent = since ? passed(since).shown : "";
    row.classList.toggle("running", since > 0);
    if (since) setTimeout(show, TICK);
  }
  button.addEventListener("click", () => {
    const since = startOf(id, code);
    if (!since) {
      started(id, code, Date.now());
      said.textContent = "";
      return show();
    }
    const { seconds } = passed(since);
    started(id, code, 0);
    input.value = String(seconds);
    input.dispatchEvent(new Event("input", { bubbles: true }));
    said.textContent = words.measured.replace("{seconds}", seconds);
    show();
  });
  leave.addEventListener("click", () => {
    started(id, code, 0); // what was measured before holds
    show();
    button.focus();
  });
  input.addEventListener("input", () => startOf(id, code) || show());
  addEventListener("storage", ({ key: changed }) => changed === key(id, code) && show()); // another tab of this form
  show();
}

/** Gives a watch to each answer in seconds that the page shows and that has none yet. */
export function watches(form, id, { questions, texts, words }) {
  for (const [code, { type }] of Object.entries(questions)) {
    const input = type === "seconds" && form.querySelector(`[name="m-${CSS.escape(code)}"]`);
    if (!input || input.dataset.watch !== undefined) continue;
    input.dataset.watch = "";
    equip(id, code, input, texts[code], words);
  }
}

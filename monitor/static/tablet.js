// A shared tablet that acts as somebody goes back to reading when its time is over. The server has locked it by then in any case; what
// somebody has begun to type stays on the page, and the PIN is asked for when it is sent.
const MINUTE = 60_000; // milliseconds
const USED = "tablet-used"; // when a page of this tablet was last opened, in whichever tab
const line = document.querySelector(".shared.acting");
const SETTLED = "input:not([type=hidden], [type=radio], [type=checkbox]), textarea";
localStorage.setItem(USED, String(Date.now()));

// A tab that went back earlier than the others are used would count as use itself, and two could keep each other open for ever.
function until() {
  return Number(localStorage.getItem(USED)) + Number(line.dataset.minutes) * MINUTE;
}

// What came back with a refusal stands there as if it had not been typed.
function typed() {
  return "sent" in line.dataset || [...document.querySelectorAll(SETTLED)].some((one) => one.value !== one.defaultValue);
}

function lock() {
  if (Date.now() < until()) return;
  clearInterval(watch);
  if (!typed()) {
    location.replace(line.dataset.here);
    return;
  }
  for (const one of line.querySelectorAll("[data-lent], form")) one.hidden = true;
  line.querySelector("[data-locked]").hidden = false;
}

const watch = setInterval(lock, 1000); // a tablet that slept looks again as soon as it wakes

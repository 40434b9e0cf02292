// A shared tablet that acts as somebody goes back to reading when its time is over. The server has locked it by then in any case; what
// somebody has begun to type stays on the page, and the PIN is asked for when it is sent.
const MINUTE = 60_000; // milliseconds
const line = document.querySelector(".shared.acting");
const until = Date.now() + Number(line.dataset.minutes) * MINUTE;
const SETTLED = "input:not([type=hidden], [type=radio], [type=checkbox]), textarea";

function typed() {
  return [...document.querySelectorAll(SETTLED)].some((one) => one.value !== one.defaultValue);
}

function lock() {
  if (Date.now() < until) return;
  clearInterval(watch);
  if (!typed()) {
    location.replace(line.dataset.here);
    return;
  }
  for (const one of line.querySelectorAll("[data-lent], form")) one.hidden = true;
  line.querySelector("[data-locked]").hidden = false;
}

const watch = setInterval(lock, 1000); // a tablet that slept looks again as soon as it wakes

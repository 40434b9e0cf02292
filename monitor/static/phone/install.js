// A quiet line in the list: these pages may stand on the home screen, where the browser offers that. Whoever declines is not asked again.

const DECLINED = "home-screen";
const line = document.querySelector("[data-install]");
const add = line?.querySelector("[data-add]");
const apple = line?.querySelector("[data-apple]");
let offer;

function declined() {
  try {
    return localStorage.getItem(DECLINED) !== null;
  } catch {
    return true; // where nothing can be remembered, nobody is asked each time
  }
}

function show() {
  line.hidden = declined() || !(offer || navigator.standalone === false);
  add.hidden = !offer;
  apple.hidden = Boolean(offer);
}

function decline() {
  try {
    localStorage.setItem(DECLINED, "no");
  } catch {
    // nothing is asked where nothing is remembered
  }
  show();
}

if (line) {
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault(); // no banner of the browser's own
    offer = event;
    show();
  });
  addEventListener("appinstalled", () => {
    offer = null;
    show();
  });
  add.addEventListener("click", async () => {
    const asked = offer;
    offer = null;
    show();
    await asked.prompt();
  });
  line.querySelector("[data-decline]").addEventListener("click", decline);
  show();
}

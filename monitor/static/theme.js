// Light or dark: the reader's own choice on this device; without one, the system's. Pages come dressed as the cookie says.
const YEAR = 31_536_000; // seconds
const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");
const button = document.querySelector("[data-theme-switch]");

function shown() {
  return root.dataset.theme ?? (system.matches ? "dark" : "light");
}

function wear(theme) {
  if (theme) root.dataset.theme = theme;
  button?.setAttribute("aria-pressed", String(shown() === "dark"));
}

wear(/(?:^|; )theme=(light|dark)(?:;|$)/.exec(document.cookie)?.[1]); // a page that this phone kept may be older than the choice
system.addEventListener("change", () => wear());

if (button) {
  button.hidden = false;
  button.addEventListener("click", () => {
    wear(shown() === "dark" ? "light" : "dark");
    const safe = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `theme=${root.dataset.theme}; path=/; max-age=${YEAR}; samesite=lax${safe}`;
  });
}

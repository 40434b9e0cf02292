// Light or dark: the reader's own choice on this device; without one, the system's.
const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");
const button = document.querySelector("[data-theme-switch]");

function kept() {
  try {
    return localStorage.getItem("theme");
  } catch {
    return null; // storage may be closed to us
  }
}

function shown() {
  return root.dataset.theme ?? (system.matches ? "dark" : "light");
}

function wear(theme) {
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  if (button) button.setAttribute("aria-pressed", String(shown() === "dark"));
}

wear(kept());
system.addEventListener("change", () => wear(kept()));

if (button) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const next = shown() === "dark" ? "light" : "dark";
    wear(next);
    try {
      localStorage.setItem("theme", next);
    } catch {
      // it lasts until the page is left
    }
  });
}

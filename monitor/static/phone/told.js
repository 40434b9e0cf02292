// What the form says to the shopper: how its answers stand.

/** How the answers stand, in the line that is always in sight; with a way on, or something to do. */
export function stands(sentence, kind = "", href = null, [words, act] = []) {
  const line = document.querySelector("[data-stands]");
  const look = kind ? `stands ${kind}` : "stands";
  if (!line || (line.textContent === sentence && line.className === look)) return; // each key would have all of it painted anew
  line.className = look;
  const said = document.createElement(href ? "a" : "span");
  said.textContent = sentence;
  if (href) said.href = href;
  line.replaceChildren(said);
  if (!words) return;
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "button", textContent: words });
  button.addEventListener("click", act);
  line.append(" ", button);
}

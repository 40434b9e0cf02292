// Another language while the form is open: all that was typed is kept first, and where it cannot be the page says so and stays.

/** Asks for the language that `button` names; `say` tells that there is no network. */
export async function tongue(form, button, say) {
  const body = new URLSearchParams([["csrf_token", form.elements.csrf_token.value], ["language", button.value]]);
  try {
    await fetch("/language", { method: "POST", body, redirect: "manual", cache: "no-store" });
  } catch {
    return say();
  }
  location.reload();
}

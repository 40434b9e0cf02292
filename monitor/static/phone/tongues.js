// Another language while the form is open: all that was typed is kept first, and with no network the page says so and stays.

/** `kept` waits until nothing typed is in memory alone; `say` tells that there is no network. */
export function tongues(kept, say) {
  const form = document.querySelector("form.languages");
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form));
    body.set("language", event.submitter.value);
    await kept();
    try {
      await fetch(form.action, { method: "POST", body, redirect: "manual", cache: "no-store" });
    } catch {
      return say();
    }
    location.reload();
  });
}

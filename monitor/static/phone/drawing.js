// Draws photos beside the page, which goes on answering meanwhile.

import { drawn } from "./drawn.js";

addEventListener("message", async ({ data }) => {
  try {
    postMessage({ blob: await drawn(data) });
  } catch {
    postMessage({}); // it cannot draw here
  }
});

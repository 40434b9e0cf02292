// Making a photo smaller beside the page, which goes on answering.

/** Drawn by a worker; fails where there is none, or none that draws. */
export function besides(file) {
  return new Promise((done, failed) => {
    const worker = new Worker(new URL("./drawing.js", import.meta.url), { type: "module" });
    const over = (end, value) => {
      worker.terminate();
      end(value);
    };
    worker.onmessage = ({ data: { blob } }) => (blob === undefined ? over(failed) : over(done, blob));
    worker.onerror = () => over(failed);
    worker.postMessage(file);
  });
}

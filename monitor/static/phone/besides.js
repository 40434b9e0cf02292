// Making a photo smaller beside the page, which goes on answering.

const PATIENCE = 30_000; // milliseconds

/** Drawn by a worker; fails where there is none, or none that draws in time. */
export function besides(file) {
  return new Promise((done, failed) => {
    const worker = new Worker(new URL("./drawing.js", import.meta.url), { type: "module" });
    const late = setTimeout(() => over(failed), PATIENCE);
    const over = (end, value) => {
      clearTimeout(late);
      worker.terminate();
      end(value);
    };
    worker.onmessage = ({ data: { blob } }) => (blob === undefined ? over(failed) : over(done, blob));
    worker.onerror = () => over(failed);
    worker.postMessage(file);
  });
}

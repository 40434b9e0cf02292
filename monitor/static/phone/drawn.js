// A photo drawn anew, no larger than needed; what a camera writes into its file is left behind.

const EDGE = 1600; // of the longer side, in pixels
const QUALITY = 0.85;

function canvas(width, height) {
  if (globalThis.OffscreenCanvas) return new OffscreenCanvas(width, height);
  return Object.assign(document.createElement("canvas"), { width, height });
}

function saved(drawn) {
  const options = { type: "image/jpeg", quality: QUALITY };
  if (drawn.convertToBlob) return drawn.convertToBlob(options);
  return new Promise((done, failed) => drawn.toBlob((blob) => (blob ? done(blob) : failed(new Error("not drawn"))), options.type, options.quality));
}

/** The photo as a JPEG; null where this browser cannot read it. */
export async function drawn(file) {
  let picture;
  try {
    picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return null;
  }
  const scale = Math.min(1, EDGE / Math.max(picture.width, picture.height));
  const [width, height] = [picture.width, picture.height].map((side) => Math.max(1, Math.round(side * scale)));
  const ground = canvas(width, height);
  const brush = ground.getContext("2d", { alpha: false });
  brush.fillStyle = "white";
  brush.fillRect(0, 0, width, height);
  brush.drawImage(picture, 0, 0, width, height);
  picture.close();
  return saved(ground);
}

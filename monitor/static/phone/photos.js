// Photos on this phone: made smaller before they are kept, and named by the digest of their bytes.

const EDGE = 1600; // of the longer side, in pixels
const QUALITY = 0.85;

/** The photo no larger than needed; as it is where this browser cannot read it: the server may. */
export async function shrunk(file) {
  let picture;
  try {
    picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return file;
  }
  const scale = Math.min(1, EDGE / Math.max(picture.width, picture.height));
  const [width, height] = [picture.width, picture.height].map((side) => Math.max(1, Math.round(side * scale)));
  const canvas = new OffscreenCanvas(width, height);
  const drawn = canvas.getContext("2d", { alpha: false });
  drawn.fillStyle = "white";
  drawn.fillRect(0, 0, width, height);
  drawn.drawImage(picture, 0, 0, width, height);
  picture.close();
  return canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
}

export async function digest(blob) {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

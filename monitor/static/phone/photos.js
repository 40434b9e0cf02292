// Photos on this phone: told apart from what is none, made smaller before they are sent, and named by the digest of their bytes.

import { drawn } from "./drawn.js";

const HEAD = 262_144; // bytes in which a file says how large its picture is
const SIGNS = [
  [/^\xff\xd8\xff/, ofJpeg],
  [/^\x89PNG\r\n\x1a\n/, ofPng],
  [/^RIFF....WEBP/s, () => 0],
  [/^....ftyp(heic|heix|hevc|hevx|heim|heis|mif1|msf1)/s, () => 0],
];

function ofPng(head) {
  return head.getUint32(16) * head.getUint32(20);
}

/** Width times height from the first frame's header; 0 where that lies further in. */
function ofJpeg(head) {
  let at = 2;
  while (at + 9 < head.byteLength && head.getUint8(at) === 0xff) {
    const mark = head.getUint8(at + 1);
    if (mark >= 0xc0 && mark <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(mark)) return head.getUint16(at + 5) * head.getUint16(at + 7);
    at += 2 + head.getUint16(at + 2);
  }
  return 0;
}

/** Why a file is not taken, in one word; empty where it is. What is only named a photo is seen by its first bytes. */
export async function refusal(file, { bytes, pixels }) {
  if (!file.size) return "empty";
  const head = await file.slice(0, HEAD).arrayBuffer();
  const text = String.fromCharCode(...new Uint8Array(head, 0, Math.min(16, head.byteLength)));
  const [, size] = SIGNS.find(([sign]) => sign.test(text)) ?? [];
  if (!size) return "unread";
  if (head.byteLength >= 24 && size(new DataView(head)) > pixels) return "pixels";
  return file.size > bytes ? "heavy" : "";
}

/** The photo no larger than needed; as it is where this browser cannot read it: the server may. */
export async function shrunk(file) {
  const made = await import("./besides.js").then(({ besides }) => besides(file)).catch(() => drawn(file));
  return made ?? file;
}

export async function digest(blob) {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

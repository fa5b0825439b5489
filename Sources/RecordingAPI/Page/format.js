// Names as people read them.

/** What people call a codec: "H.264" for "avc1.64001f". */
export function codecName(text) {
  return CODECS[text.split(".")[0]] ?? (text === "mp4a.6B" ? "MP3" : text.startsWith("mp4a") ? "AAC" : text);
}

const CODECS = { avc1: "H.264", hvc1: "H.265", vp8: "VP8", vp09: "VP9", av01: "AV1", opus: "Opus" };

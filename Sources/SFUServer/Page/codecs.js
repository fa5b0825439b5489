// What this browser can send and play, in the names the server uses.

/** "video/H264" and "h264" are both "H264". */
export function codecName(text) {
  const name = String(text ?? "").split("/").pop();
  return name.toLowerCase() === "opus" ? "Opus" : name.toUpperCase();
}

/** "H264" as people write it. */
export const codecLabel = (name) => ({ H264: "H.264", H265: "H.265" })[name] ?? name;

const carriers = new Set(["RTX", "RED", "ULPFEC", "FLEXFEC-03", "CN", "TELEPHONE-EVENT"]);

function codecs(endpoint, kind) {
  return endpoint.getCapabilities?.(kind)?.codecs ?? [];
}

/** The video codecs this browser can send, each once. */
export function sendable() {
  const names = codecs(RTCRtpSender, "video").map((codec) => codecName(codec.mimeType));
  return [...new Set(names)].filter((name) => !carriers.has(name));
}

/** Whether this browser decodes `codec`; an unknown codec, or a browser that does not say, is given a try. */
export function canPlay(kind, codec) {
  const known = codecs(RTCRtpReceiver, kind);
  if (!codec || known.length === 0) return true;
  return known.some((candidate) => codecName(candidate.mimeType) === codecName(codec));
}

/** Offers `codec` alone (and its retransmissions): what was chosen is sent, or the server says no. */
export function prefer(transceiver, codec) {
  if (!codec) return;
  const all = codecs(RTCRtpSender, "video");
  const chosen = all.filter((candidate) => codecName(candidate.mimeType) === codecName(codec));
  const rest = all.filter((candidate) => carriers.has(codecName(candidate.mimeType)));
  if (chosen.length) transceiver.setCodecPreferences?.([...chosen, ...rest]);
}

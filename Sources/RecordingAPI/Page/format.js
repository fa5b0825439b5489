// Names as people read them.

/** What people call a codec: "H.264" for "avc1.64001f". */
export function codecName(text) {
  return CODECS[text.split(".")[0]] ?? (text === "mp4a.6B" ? "MP3" : text.startsWith("mp4a") ? "AAC" : text);
}

const CODECS = {
  avc1: "H.264", hvc1: "H.265", vp8: "VP8", vp09: "VP9", av01: "AV1", opus: "Opus", g711: "G.711", h264: "H.264", h265: "H.265",
};

/** A moment to the second, as this place and language write it. */
export const dated = (milliseconds) => new Date(milliseconds).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });

/** The same as a field for dates wants it: of this place, without saying so. */
export function fieldDate(milliseconds) {
  const date = new Date(milliseconds);
  return new Date(milliseconds - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

/** How a recording that runs fares, by its condition. */
export const CONDITIONS = {
  connecting: "Connecting", recording: "Recording", degraded: "Key frames only", no_space: "No room", stalled: "Stalled",
  waiting: "Waiting", stopping: "Stopping",
};

/** Whether what comes is recorded. */
export const isRecorded = ({ condition }) => condition === "recording" || condition === "degraded";

/** Whether it runs, and somebody should know why nothing, or not all, is recorded. */
export const isInTrouble = ({ is_active: isActive, condition }) => isActive && condition !== "recording" && condition !== "stopping";

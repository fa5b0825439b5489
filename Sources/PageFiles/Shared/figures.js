// Figures as people read them.

/** "1:02:03", "2:03". */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] ? parts : parts.slice(1);
  return shown.map((part, i) => (i ? String(part).padStart(2, "0") : String(part))).join(":");
}

/** "1.9 GB", "48 KB". */
export function size(octets) {
  for (const [unit, scale] of [["GB", 1e9], ["MB", 1e6], ["KB", 1e3]]) {
    if (octets >= scale) return `${(octets / scale).toFixed(octets < 10 * scale ? 1 : 0)} ${unit}`;
  }
  return `${octets} B`;
}

/** A moment as this place and language write it. */
export function moment(text) {
  if (!text) return "";
  return new Date(text).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}

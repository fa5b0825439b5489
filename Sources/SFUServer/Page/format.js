// Figures as people read them.

/** "1.9 Mbit/s", "48 kbit/s". */
export function bitrateText(bitsPerSecond) {
  if (bitsPerSecond == null) return "–";
  if (bitsPerSecond >= 999_500) return `${(bitsPerSecond / 1e6).toFixed(2)} Mbit/s`;
  return `${Math.round(bitsPerSecond / 1000)} kbit/s`;
}

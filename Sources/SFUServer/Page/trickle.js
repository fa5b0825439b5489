// The two small texts that WHIP carries beside SDP.

/** An SDP fragment of candidates for the bundled transport (RFC 8840 §9); `null` ends the list. */
export function fragment(sdp, candidates) {
  const line = (pattern) => pattern.exec(sdp)?.[0];
  const lines = [
    line(/^a=group:BUNDLE.*$/m), line(/^a=ice-ufrag:.*$/m), line(/^a=ice-pwd:.*$/m),
    line(/^m=.*$/m), line(/^a=mid:.*$/m),
    ...candidates.filter((candidate) => candidate?.candidate).map(({ candidate }) => `a=${candidate}`),
    candidates.some((candidate) => !candidate?.candidate) ? "a=end-of-candidates" : undefined,
  ];
  return lines.filter(Boolean).map((text) => `${text.trim()}\r\n`).join("");
}

/** `Link: <stun:…>; rel="ice-server"; username="…"; credential="…"` (RFC 9725 §4.6), or `null`. */
export function iceServersOf(header) {
  if (!header) return null;
  const servers = [];
  for (const [, urls, rest] of header.matchAll(/<([^>]+)>((?:\s*;\s*[\w-]+="?[^",;]*"?)*)/g)) {
    const parameter = (name) => new RegExp(`;\\s*${name}="?([^";]*)"?`).exec(rest)?.[1];
    if (parameter("rel") !== "ice-server") continue;
    const username = parameter("username");
    servers.push(username ? { urls, username, credential: parameter("credential") } : { urls });
  }
  return servers.length ? servers : null;
}

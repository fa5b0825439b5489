// Calls to the recorder. Every failure is an Error with a sentence.

async function call(path, options) {
  let response;
  try { response = await fetch(path, { cache: "no-store", ...options }); }
  catch { throw new Error("The recorder cannot be reached."); }
  if (response.status === 204) return null;
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(body.detail ?? `The recorder answered ${response.status}.`);
  return body;
}

const base = "/api/v1/recordings";
const at = (id) => `${base}/${encodeURIComponent(id)}`;

export const list = () => call(`${base}?limit=200`);
export const recording = (id) => call(at(id));
export const remove = (id) => call(at(id), { method: "DELETE" });
export const stop = (id) => call(`${at(id)}/stop`, { method: "POST" });
export const thumbnail = (id, version) => `${at(id)}/thumbnail?v=${version}`;
export const picture = (id, seconds) => `${at(id)}/thumbnail?at=${seconds.toFixed(1)}`;
export const download = (id, file) => `${at(id)}/download?file=${encodeURIComponent(file)}`;
export const exported = (id, from, to) => `${at(id)}/export?from=${from.toFixed(3)}&to=${to.toFixed(3)}`;
export const whole = (id) => `${at(id)}/download`;

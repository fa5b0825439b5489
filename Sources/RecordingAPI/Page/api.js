// What is asked of the recorder.
import { ask, call } from "./call.js";
import { el } from "./dom.js";
import * as token from "./token.js";

export { ask, call };

async function json(path, options) {
  const response = await call(path, options);
  return response.status === 204 ? null : response.json();
}

const base = "/api/v1/recordings";
const at = (id) => `${base}/${encodeURIComponent(id)}`;

/** Two hundred recordings, those that run first, then those that can be started, from `offset` on; of one room where one is named. */
export const list = (offset, room) =>
  json(`${base}?limit=${PAGE}&offset=${offset}${room ? `&room_id=${encodeURIComponent(room)}` : ""}`);
export const PAGE = 200; // as many as the recorder gives at once
export const recording = (id) => json(at(id));
export const remove = (id) => json(`${at(id)}?permanent=true`, { method: "DELETE" });
/** Starts again what the recorder was told to record, by its name; answers at once. */
export const start = (id) => json(`${base}/start`, {
  method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ room_id: id, wait_seconds: 0 }),
});
export const stop = (id) => json(`${at(id)}/stop`, { method: "POST" });
export const thumbnail = (id, version) => `${at(id)}/thumbnail?v=${version}`;
export const picture = (id, seconds) => `${at(id)}/thumbnail?at=${seconds.toFixed(1)}`;
export const download = (id, file) => `${at(id)}/download?file=${encodeURIComponent(file)}`;
export const exported = (id, from, to) => `${at(id)}/export?from=${from.toFixed(3)}&to=${to.toFixed(3)}`;
/** The address of a part for a browser that saves it by itself: with a token in it, where one is wanted. */
export async function exportAddress(id, from, to) {
  const path = exported(id, from, to);
  if (!token.current()) return path;
  const [, query] = (await addresses(id)).url.split("?");
  return query ? `${path}&${query}` : path;
}
export const whole = (id) => `${at(id)}/download`;

/** Addresses of a recording for who cannot send the token: players, and a browser's downloads. They end in an hour. */
const addresses = (id) => json(`${at(id)}/download-url`);

/** The playlist's address, as a player elsewhere needs it. */
export const playlist = async (id) => new URL((await addresses(id)).playlist_url, location.href).href;

/** Shows in `image` the picture that `path` answers, once it is there; the newest that was asked for stays. */
export async function show(image, path) {
  image.dataset.path = path;
  const octets = await call(path, { cache: "default" }).then((response) => response.blob()).catch(() => null);
  if (image.dataset.path !== path) return;
  if (!octets) return delete image.dataset.path;
  const url = URL.createObjectURL(octets);
  image.addEventListener("load", () => URL.revokeObjectURL(url), { once: true });
  [image.src, image.hidden] = [url, false];
}

/** What a click on a link to a download does: with a token, it goes to an address that has one. */
export const followed = (id, file) => async (event) => {
  if (!token.current()) return;
  event.preventDefault();
  const { url, files } = await addresses(id);
  const named = ([path]) => decodeURIComponent(path).endsWith(`/${file}`);
  const href = file ? files.find((each) => named(each.split("?"))) ?? url : url;
  el("a", { href, download: file ?? "" }).click();
};

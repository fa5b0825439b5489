// What is asked of the server.
import { call, ServerError } from "./call.js";

export { call, ServerError };
export const health = () => getJSON("/health");
export const rooms = () => getJSON("/rooms");
export const room = (name) => getJSON(roomPath(name));
export const roomPath = (name) => `/rooms/${encodeURIComponent(name)}`;

async function getJSON(path) {
  const response = await call(path, { headers: { Accept: "application/json" } });
  try { return await response.json(); }
  catch { throw new ServerError(response.status, "The server's answer could not be read."); }
}

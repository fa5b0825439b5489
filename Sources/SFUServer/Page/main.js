// The page's door: the address decides the view, and the header says how the server is.
//
//   #/                              the rooms
//   #/room/demo                     one room
//   #/room/demo?watch=1             … and plays whoever publishes, at once
//   #/room/demo?watch=1&sound=1     … with sound, where the browser allows that unasked
//                                   (Chromium decodes no sound for a muted element)
//   #/room/demo?publish=1&name=alice&codec=H264&size=360   … and publishes at once (codec, size optional)
//
// A test may read `window.sluice`:
//   publication        null, or { state, reason, peerId, getStats() }
//   watchers           by the watched peer's id: { state, reason, peerId, stream, getStats() }
//   serverStatistics   the last `statistics` event of the room
// `state` is idle, connecting, live, waiting, reconnecting, failed or ended; `await getStats()` gives null or
//   { bitrate, roundTripTimeSeconds, availableBitrate,
//     video: { codec, bytes, bitrate, packetsReceived | packetsSent, packetsLost, lossPercent,
//       jitterSeconds, jitterBufferDelaySeconds, framesDecoded | framesEncoded, framesPerSecond,
//       width, height, freezeCount, … },
//     audio: { …, audioEnergy } }   (statistics.js names them all)
import * as api from "./api.js";
import { say } from "./dom.js";
import { showHome } from "./home.js";
import { showRoom } from "./room.js";

const sluice = { publication: null, watchers: {}, serverStatistics: null };
window.sluice = sluice;

const main = document.getElementById("main");
let leave = () => {};

function route() {
  leave();
  const [path, query] = location.hash.replace(/^#\/?/, "").split("?");
  const [view, name] = path.split("/");
  const room = view === "room" ? decoded(name) : "";
  document.title = room ? `${room} · Sluice` : "Sluice";
  leave = room ? showRoom(main, room, new URLSearchParams(query), sluice) : showHome(main);
  scrollTo(0, 0);
}

function decoded(text) {
  try { return decodeURIComponent(text ?? "").trim(); }
  catch { return ""; }
}

async function watchHealth() {
  const line = document.getElementById("health");
  const report = await api.health().catch((error) => ({ status: error.message, isGone: true }));
  const isReady = report.status === "ok" && (report.worker ?? "ready") === "ready";
  line.dataset.state = isReady ? "ready" : "away";
  say(line, isReady ? "Server ready" : report.isGone ? "Server away" : "Server not ready");
  setTimeout(watchHealth, isReady ? 10_000 : 3000);
}

// The hash is the address here, so this link moves the focus itself.
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
addEventListener("hashchange", route);
addEventListener("pageshow", ({ persisted }) => {
  if (persisted) location.reload(); // its sessions were ended when it was left
});
route();
watchHealth();

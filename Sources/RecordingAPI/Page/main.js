// The page: a list of recordings, or one of them at a time.
import { showList } from "./list.js";
import { showRecording } from "./watch.js";

const main = document.getElementById("main");
const health = document.getElementById("health");
let takeDown = () => {};

function route() {
  takeDown();
  const [, place, name] = location.hash.match(/^#\/(recording|room)\/(.+)$/) ?? [];
  const isOne = place === "recording";
  takeDown = isOne ? showRecording(main, decoded(name)) : showList(main, health, decoded(name ?? ""));
  main.focus({ preventScroll: true });
}

/** An address that somebody has cut off is still one: there is no such recording then. */
function decoded(text) {
  try { return decodeURIComponent(text); }
  catch { return text; }
}

addEventListener("hashchange", route);
route();

// Ways through a recording: to a date, to a file, to footage that the playlist does not list.
import { el, say } from "./dom.js";
import { dated, fieldDate } from "./format.js";

/**
 * A bar to go by. `player()` gives what plays; `open({ at, begin })` has the playlist around `at`, or the newest, played
 * from the time on that `begin` finds in it.
 */
export function placesBar(player, open) {
  const when = el("input", { type: "datetime-local", step: "1", "aria-label": "Date and time to go to" });
  const span = el("span", { class: "muted small span" });
  const earlier = el("button", { type: "button", class: "quiet", hidden: true, onclick: goEarlier }, "Earlier");
  const newest = el("button", { type: "button", class: "quiet", hidden: true, onclick: () => open({}) }, "Newest");
  const go = el("button", { type: "submit", class: "quiet" }, "Go to");
  const node = el("form", { class: "row places", novalidate: true, onsubmit }, when, go, earlier, newest, span);

  function onsubmit(event) {
    event.preventDefault();
    const date = new Date(when.value).getTime();
    if (!Number.isNaN(date)) goToDate(date);
  }

  function goToDate(date) {
    const { playlist } = player();
    if (!playlist.open) return; // not read yet
    const [from, to] = [playlist.date(playlist.first), playlist.date(playlist.end)];
    if (from == null) return say(span, "This recording has no dates.");
    if ((date < from && playlist.before) || (date > to && playlist.after)) {
      return open({ at: new Date(date).toISOString(), begin: (list) => list.timeOf(date) });
    }
    player().seek(playlist.timeOf(date));
  }

  /** To so many seconds of media in all files that are left. */
  function goToPosition(seconds) {
    const { playlist } = player();
    const time = playlist.time(seconds);
    if ((time < playlist.first && playlist.before) || (time > playlist.end && playlist.after)) {
      return open({ at: Math.max(seconds, 0).toFixed(3), begin: (list) => list.time(seconds) });
    }
    player().seek(time);
  }

  /** Shortly before what is listed. */
  function goEarlier() { goToPosition(player().playlist.before - 1); }

  /** Shows what can be gone to by now. */
  function tick() {
    const { playlist } = player();
    [earlier.hidden, newest.hidden] = [!playlist.before, !playlist.after];
    const [from, to] = [playlist.date(playlist.first), playlist.date(playlist.end)];
    if (from == null) return;
    if (!when.value) when.value = fieldDate(from);
    say(span, `${dated(from)} to ${playlist.isEnded ? dated(to) : "now"}`);
  }
  return { node, goToPosition, tick };
}

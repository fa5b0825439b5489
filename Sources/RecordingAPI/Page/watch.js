// One recording: a player with a line of time, its files, and what can be taken home.
import * as api from "./api.js";
import { el, say } from "./dom.js";
import { clock, moment, size } from "./format.js";
import { exportForm } from "./export.js";
import { Player } from "./player.js";

/** Shows the recording called `id` in `main`; returns what takes it down. */
export function showRecording(main, id) {
  let player = null, recording = null, isGone = false, timer = 0;
  const marks = { from: null, to: null };
  const video = el("video", { playsinline: true, autoplay: true, muted: true, "aria-label": `Recording ${id}` });
  video.muted = true;
  const notice = el("p", { class: "notice", role: "alert", hidden: true });
  const title = el("h1", {}, id);
  const facts = el("p", { class: "muted", role: "status" }, "Looking");
  const line = el("input", { type: "range", min: "0", max: "1", step: "0.1", value: "0", class: "line", "aria-label": "Position" });
  const preview = el("img", { class: "preview", alt: "", hidden: true });
  const time = el("span", { class: "time" }, "0:00");
  const live = button("Live", () => player?.goLive(), "live-button");
  const play = button("Pause", () => (video.paused ? video.play() : video.pause()));
  const sound = button("Unmute", () => { video.muted = !video.muted; });
  const files = el("ul", { class: "files" });
  const marked = el("span", { class: "muted" }, "Nothing marked");
  const actions = el("div", { class: "actions" });

  main.replaceChildren(el("div", { class: "page" },
    el("p", { class: "back" }, el("a", { href: "#/" }, "All recordings")),
    el("section", { class: "hero" }, el("div", {}, title, facts), actions), notice,
    el("div", { class: "stage card" }, video,
      el("div", { class: "controls" },
        el("div", { class: "track" }, preview, line),
        el("div", { class: "row" }, play, button("−10 s", () => player?.seek(video.currentTime - 10)), sound,
          button("Full screen", () => video.requestFullscreen?.()), time, live))),
    el("div", { class: "columns" },
      el("section", { class: "card panel" }, el("h2", {}, "Export a part"),
        el("p", { class: "muted small" }, "Go to where it begins and mark it, then to where it ends."),
        el("div", { class: "actions" }, button("Mark start", () => mark("from")), button("Mark end", () => mark("to")), marked),
        exportForm(range)),
      el("section", { class: "card panel" }, el("h2", {}, "Files"), files))));

  function button(text, onclick, extra = "") {
    return el("button", { type: "button", class: `quiet ${extra}`, onclick }, text);
  }

  function mark(which) {
    marks[which] = video.currentTime;
    if (which === "from" && marks.to != null && marks.to <= marks.from) marks.to = null;
    say(marked, `${marks.from == null ? "–" : clock(marks.from)} to ${marks.to == null ? "–" : clock(marks.to)}`);
  }

  /** The marks in the file where they lie; the player's line of time runs over all files. */
  function range() {
    let start = 0;
    const from = marks.from ?? NaN, to = marks.to ?? NaN;
    for (const file of recording?.files ?? []) {
      if (from < start + file.duration_seconds || file === recording.files.at(-1)) {
        return { id, file: file.file, from: from - start, to: to - start };
      }
      start += file.duration_seconds;
    }
    return { id, file: "", from, to };
  }

  function tick() {
    if (!player) return;
    const { playlist } = player;
    [line.min, line.max] = [playlist.first, playlist.end];
    if (!line.matches(":active")) line.value = video.currentTime;
    const date = playlist.date(video.currentTime);
    const wall = date == null ? "" : ` · ${new Date(date).toLocaleTimeString()}`;
    say(time, `${clock(video.currentTime)} of ${clock(playlist.end)}${wall}`);
    live.hidden = !player.isGrowing;
    live.classList.toggle("on", player.isLive);
    const behind = player.behind;
    live.title = behind == null ? "" : `${behind.toFixed(1)} s behind the camera`;
    say(play, video.paused ? "Play" : "Pause");
    say(sound, video.muted ? "Unmute" : "Mute");
    notice.hidden = !player.problem;
    say(notice, player.problem);
  }

  line.addEventListener("input", () => player?.seek(Number(line.value)));
  line.addEventListener("pointermove", (event) => {
    if (event.pointerType !== "mouse" || !player || !recording?.files.length) return;
    const box = line.getBoundingClientRect();
    const share = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1);
    const seconds = player.playlist.first + share * (player.playlist.end - player.playlist.first);
    preview.style.left = `${share * 100}%`;
    show(Math.floor(seconds / 2) * 2);
  });
  line.addEventListener("pointerleave", () => { preview.hidden = true; });

  function show(seconds) {
    let start = 0;
    const file = recording.files.find((file) => {
      if (seconds < start + file.duration_seconds) return true;
      start += file.duration_seconds;
      return false;
    });
    if (!file) return;
    preview.src = api.picture(id, file.file, seconds - start);
    preview.hidden = false;
  }
  for (const name of ["timeupdate", "play", "pause", "volumechange", "seeked"]) video.addEventListener(name, tick);

  async function refresh() {
    try {
      recording = await api.recording(id);
      if (isGone) return;
      describe();
      if (!player && recording.files.length) {
        const type = recording.files.at(-1).media_type;
        player = globalThis.player = new Player(video, recording.playlist_url, type, tick);
      }
    } catch (error) {
      if (isGone) return;
      say(facts, error.message);
    }
    if (!isGone) timer = setTimeout(refresh, recording?.status === "completed" ? 30_000 : 2500);
  }

  function describe() {
    say(title, recording.title);
    const codecs = recording.files.at(-1)?.codecs.join(", ") ?? "";
    say(facts, [moment(recording.started_at), clock(recording.duration_seconds), size(recording.file_size_bytes), codecs]
      .filter(Boolean).join(" · "));
    const isGrowing = recording.status === "recording" || recording.status === "pending";
    if (actions.dataset.state !== recording.status) {
      actions.dataset.state = recording.status;
      actions.replaceChildren(isGrowing
        ? el("button", { type: "button", class: "danger", onclick: () => act("stop", "Stop recording?") }, "Stop")
        : el("button", { type: "button", class: "danger", onclick: () => act("remove", "Delete all its files for good?") }, "Delete"));
    }
    const state = recording.files.map(({ file }) => file).join();
    if (files.dataset.state !== state) {
      files.dataset.state = state;
      files.replaceChildren(...recording.files.toReversed().map((file) => el("li", {},
        el("span", {}, el("b", {}, file.file), el("span", { class: "muted small" })),
        el("a", { class: "quiet", href: api.download(id, file.file), download: file.file }, "Download"))));
    }
    recording.files.toReversed().forEach((file, i) => say(files.children[i].querySelector(".small"),
      `${clock(file.duration_seconds)} · ${size(file.file_size_bytes)}${file.is_growing ? " · growing" : ""}`));
  }

  async function act(what, question) {
    if (!confirm(question)) return;
    try {
      await api[what](id);
      if (what === "remove") location.hash = "#/";
    } catch (error) {
      [notice.hidden, notice.textContent] = [false, error.message];
    }
  }

  refresh();
  return () => { isGone = true; clearTimeout(timer); player?.close(); };
}

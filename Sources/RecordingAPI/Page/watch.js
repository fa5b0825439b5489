// One recording: a player with a line of time, its files, and what can be taken home.
import * as api from "./api.js";
import { choice } from "./choice.js";
import { dress, el, iconButton, say } from "./dom.js";
import { clock, moment, size } from "./figures.js";
import { codecName, dated } from "./format.js";
import { exportForm } from "./export.js";
import { placesBar } from "./places.js";
import { Player } from "./player.js";

/** Shows the recording called `id` in `main`; returns what takes it down. */
export function showRecording(main, id) {
  let player = null, recording = null, isGone = false, timer = 0;
  let chosen = null, asked = {}; // what of it is played, and where it was begun
  let counted = 0;               // files when the playlist was read
  let base = null;               // seconds of media before the playlist's first time
  const unnamed = new Set();     // addresses of files that the recorder does not name one by one
  const marks = { from: null, to: null }; // each { playlist, time, text }
  const video = el("video", { playsinline: true, autoplay: true, muted: true, "aria-label": `Recording ${id}` });
  video.muted = true;
  const notice = el("p", { class: "notice", role: "alert", hidden: true });
  const title = el("h1", {}, id);
  const facts = el("p", { class: "muted", role: "status" }, "Looking");
  const line = el("input", { type: "range", min: "0", max: "1", step: "0.1", value: "0", class: "line", "aria-label": "Position" });
  const preview = el("img", { class: "preview", alt: "", hidden: true });
  const time = el("span", { class: "time" }, "0:00");
  const live = button("Live", () => player?.goLive(), "quiet live-button");
  const play = iconButton("pause", "Pause", () => (video.paused ? video.play() : video.pause()));
  const sound = iconButton("soundOff", "Unmute", () => { video.muted = !video.muted; });
  const whole = el("a", { class: "quiet", href: api.whole(id), download: true, hidden: true, onclick: api.followed(id) }, "Download all as one");
  const files = el("ul", { class: "files" });
  const silence = el("p", { class: "muted small silence", role: "status", hidden: true });
  const places = placesBar(() => player, open);
  const marked = el("span", { class: "muted" }, "Nothing marked");
  const actions = el("div", { class: "actions" });

  const stage = el("div", { class: "stage card", hidden: true }, video,
    el("div", { class: "controls" },
      el("div", { class: "track" }, preview, line),
      el("div", { class: "row" }, play, button("−10 s", () => player?.seek(video.currentTime - 10)), sound,
        iconButton("full", "Full screen", () => video.requestFullscreen?.()), time, live), silence, places.node));
  const columns = el("div", { class: "columns", hidden: true },
    el("section", { class: "card panel" }, el("h2", {}, "Export a part"),
      el("p", { class: "muted small" }, "Go to where it begins and mark it, then to where it ends."),
      el("div", { class: "actions" }, button("Mark start", () => mark("from")), button("Mark end", () => mark("to")), marked),
      exportForm(range)),
    el("section", { class: "card panel" }, el("div", { class: "head" }, el("h2", {}, "Files"), whole), files));

  main.replaceChildren(el("div", { class: "page" },
    el("p", { class: "crumb" }, el("a", { href: "#/" }, "Recordings")),
    el("section", { class: "hero" }, el("div", {}, title, facts), actions), notice,
    stage, columns));

  function button(text, onclick, look = "quiet") {
    return el("button", { type: "button", class: look, onclick }, text);
  }

  function mark(which) {
    const time = video.currentTime;
    marks[which] = { playlist: player.playlist, time, text: clock(shown(time)) };
    if (which === "from" && marks.to && place(marks.to) <= place(marks.from)) marks.to = null;
    say(marked, `${marks.from?.text ?? "–"} to ${marks.to?.text ?? "–"}`);
  }

  /** A time as it is shown: what lay before it when the playlist was first read is counted. */
  const shown = (seconds) => seconds + (base ?? 0);
  /** A mark as the recorder counts: from the beginning of the oldest file that is left. */
  const place = (mark) => (mark ? mark.playlist.position(mark.time) : NaN);

  /** The marks as the recorder counts now: files may have been deleted since the playlist was read. */
  async function range() {
    if (player && !player.isGrowing) await player.playlist.load();
    const kind = recording?.format === "webm" ? "webm" : "mp4";
    const [from, to] = [place(marks.from), place(marks.to)];
    return { id, from: from > -0.1 ? Math.max(from, 0) : from, to, kind };
  }

  /** Plays what the playlist lists around `at`, or of the newest, from where `begin` says. */
  function open(where) {
    player?.close();
    [asked, chosen, base, counted] = [where, choice(recording.files), null, recording.file_count];
    const url = new URL(recording.playlist_url, location.href);
    if (chosen.isMute) url.searchParams.set("tracks", "video");
    if (where.at) url.searchParams.set("at", where.at);
    [sound.disabled, silence.hidden] = [chosen.isMute, !chosen.isMute];
    say(silence, chosen.silence);
    player = globalThis.player = new Player(video, url, chosen.type, tick, {
      ask: api.ask, address: () => api.playlist(id), type: typeOf, refusal: chosen.refusal, begin: where.begin });
  }

  /** The same again, where something else of it can be played by now. */
  function reopen() {
    if (player.isLive || !player.playlist.open) return open(asked);
    const position = player.playlist.position(video.currentTime);
    open({ at: position.toFixed(3), begin: (list) => list.time(position) });
  }

  function tick() {
    if (!player) return;
    const { playlist } = player;
    if (playlist.open) settle(playlist);
    [line.min, line.max] = [playlist.first, playlist.end];
    if (!line.matches(":active")) line.value = video.currentTime;
    const date = playlist.date(video.currentTime);
    const wall = date == null ? "" : ` · ${dated(date)}`;
    say(time, `${clock(shown(video.currentTime))} of ${clock(shown(playlist.end) + playlist.after)}${wall}`);
    live.hidden = !player.isGrowing;
    live.classList.toggle("on", player.isLive);
    const behind = player.behind;
    live.title = behind == null ? "" : `${behind.toFixed(1)} s behind the camera`;
    dress(play, video.paused ? "play" : "pause", video.paused ? "Play" : "Pause");
    dress(sound, video.muted ? "soundOff" : "soundOn", video.muted ? "Unmute" : "Mute");
    places.tick();
    warn();
  }

  /** Marks of another playlist are moved onto the one that has been read. */
  function settle(playlist) {
    base ??= playlist.before;
    for (const mark of [marks.from, marks.to]) {
      if (!mark || mark.playlist === playlist) continue;
      [mark.time, mark.playlist] = [playlist.time(place(mark)), playlist];
    }
  }

  /** What is wrong with the picture, or why there is none. */
  function warn() {
    const some = recording?.condition === "degraded" && "Key frames alone are recorded: the disk fills up.";
    const waits = recording?.reason && `Nothing is recorded now: ${recording.reason}. It is tried again until it is stopped.`;
    const isOver = recording?.status === "failed" || recording?.condition === "stopped";
    const text = player?.problem || (isOver ? recording.reason : waits || some) || "";
    notice.hidden = !text;
    say(notice, text);
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
  line.addEventListener("pointerleave", () => {
    preview.hidden = true;
    delete preview.dataset.path; // what is still under way comes too late
  });

  function show(seconds) {
    const path = api.picture(id, Math.max(player.playlist.position(seconds), 0));
    if (preview.dataset.path !== path) api.show(preview, path);
    else preview.hidden = !preview.src;
  }
  for (const name of ["timeupdate", "play", "pause", "volumechange", "seeked"]) video.addEventListener(name, tick);

  /** What the file is whose head lies at an address; of one that has just begun the recorder is asked. */
  async function typeOf(url) {
    const names = new URL(url).pathname.split("/");
    const found = () => recording.files.find(({ file }) => names.includes(encodeURIComponent(file)));
    // Only the newest thousands are named; which of the others it is, is asked once.
    if (!found() && !unnamed.has(url)) recording = await api.recording(id);
    if (!found()) unnamed.add(url);
    return chosen.typeOf(found());
  }

  /** To the beginning of a file. */
  function watch(file) {
    const behind = recording.files.slice(recording.files.findIndex((each) => each.file === file));
    const seconds = behind.reduce((sum, each) => sum + each.duration_seconds, 0);
    places.goToPosition(recording.duration_seconds - seconds + 0.01);
  }

  async function refresh() {
    try {
      recording = await api.recording(id);
      if (isGone) return;
      describe();
      if (recording.files.length) await follow();
    } catch (error) {
      if (isGone) return;
      say(facts, error.message);
    }
    if (isGone) return;
    clearTimeout(timer); // another refresh may have been asked for meanwhile
    timer = setTimeout(refresh, recording?.status === "completed" ? 30_000 : 2500);
  }

  /** Has the player play what there is by now: other codecs, or files that were deleted or begun since it ended. */
  async function follow() {
    if (!player) return open({});
    const { isMute, type } = choice(recording.files);
    if (type && !chosen.type) return open({}); // what comes now can be played
    if (isMute !== chosen.isMute) return reopen();
    if (player.isGrowing || recording.file_count === counted) return;
    await player.playlist.load();
    counted = recording.file_count;
    if (!player.playlist.isEnded) reopen();
  }

  function describe() {
    say(title, recording.title);
    const codecs = recording.files.at(-1)?.codecs.map(codecName).join(", ");
    const held = recording.files.length
      ? [clock(recording.duration_seconds), size(recording.file_size_bytes), codecs]
      : [recording.can_start ? "nothing of it is kept" : "nothing has come yet"];
    say(facts, [moment(recording.started_at), ...held].filter(Boolean).join(" · "));
    stage.hidden = columns.hidden = recording.files.length === 0;
    whole.hidden = recording.files.length < 2;
    warn();
    const { condition, is_active: isActive, can_start: canStart, file_count: count } = recording;
    const state = `${condition} ${isActive} ${canStart} ${count > 0}`;
    if (actions.dataset.state !== state) {
      actions.dataset.state = state;
      actions.replaceChildren(...condition === "stopping" ? [] : isActive
        ? [button("Stop", () => act("stop", "Stop recording?"), "danger")]
        : [canStart && button("Start", () => act("start"), "primary"),
          (count || !canStart) && button("Delete", () => act("remove", "Delete all its files for good?"), "danger")].filter(Boolean));
    }
    const names = recording.files.map(({ file }) => file).join();
    if (files.dataset.state !== names) {
      files.dataset.state = names;
      files.replaceChildren(...recording.files.toReversed().map((file) => el("li", {},
        el("span", {}, el("b", {}, file.file), el("span", { class: "muted small" })),
        el("button", { type: "button", class: "quiet", onclick: () => watch(file.file) }, "Watch"),
        el("a", { class: "quiet", href: api.download(id, file.file), download: true, onclick: api.followed(id, file.file) }, "Download"))));
    }
    recording.files.toReversed().forEach((file, i) => say(files.children[i].querySelector(".small"),
      `${moment(file.started_at)} · ${clock(file.duration_seconds)} · ${size(file.file_size_bytes)}${file.is_growing ? " · growing" : ""}`));
  }

  async function act(what, question) {
    if (question && !confirm(question)) return;
    try {
      await api[what](id);
      if (what === "remove" || what === "stop" && recording.files.length === 0) location.hash = "#/";
      else refresh();
    } catch (error) {
      [notice.hidden, notice.textContent] = [false, error.message];
    }
  }

  refresh();
  return () => { isGone = true; clearTimeout(timer); player?.close(); };
}

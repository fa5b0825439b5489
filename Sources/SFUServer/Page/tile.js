// What is seen of one producing peer: the picture, its state, its controls, its numbers.
import { el, iconButton, say } from "./dom.js";
import { bitrateText } from "./format.js";
import { codecLabel, codecName } from "./codecs.js";
import { Metrics, WATCHING } from "./metrics.js";
import { Watcher } from "./watcher.js";

export class Tile {
  element; watcher;
  #video = el("video", { autoplay: true, playsinline: true });
  #badge = el("span", { class: "badge", role: "status" });
  #title = el("p", { class: "veil-title" });
  #why = el("p", { class: "veil-why" });
  #action = el("button", { type: "button", class: "primary", onclick: () => this.watcher.start() });
  #veil; #sound; #mute; #stop; #full; #notice; #line; #numbers; #metrics = new Metrics(WATCHING);
  #hasPicture = false; #frames = 0; #still = 0;

  constructor(room, peer, viewer) {
    this.watcher = new Watcher(room, peer.peerId, viewer, () => this.#render());
    this.#video.muted = true;
    this.#video.srcObject = this.watcher.stream;
    for (const sign of ["resize", "playing"]) this.#video.addEventListener(sign, () => this.#pictureCame());
    this.#video.addEventListener("volumechange", () => this.#render());
    this.#build(peer.fullName || peer.peerId);
    this.#render();
  }

  setProducers(producers) {
    this.watcher.setProducers(producers);
    this.#render();
  }

  /** Called each second. */
  async tick() {
    const summary = await this.watcher.getStats().catch(() => null);
    this.#metrics.update(summary);
    const frames = summary?.video?.framesDecoded;
    this.#still = frames != null && frames === this.#frames ? this.#still + 1 : 0;
    this.#frames = frames;
    if (frames > 0 && !this.#hasPicture) this.#pictureCame();
    const { video } = summary ?? {};
    say(this.#line, summary ? [
      bitrateText(summary.bitrate),
      video?.width && `${video.width}×${video.height}`,
      video?.framesPerSecond != null && `${Math.round(video.framesPerSecond)} fps`,
      codecLabel(codecName((video ?? summary.audio)?.codec)),
    ].filter(Boolean).join(" · ") : "");
    this.#render();
  }

  remove() {
    this.watcher.stop();
    this.#video.srcObject = null;
    this.element.remove();
  }

  #build(name) {
    this.#veil = el("div", { class: "veil" }, el("span", { class: "spinner", "aria-hidden": "true" }),
      this.#title, this.#why, this.#action);
    this.#sound = el("button", { type: "button", class: "sound", onclick: () => this.#setMuted(false) },
      "Tap for sound");
    this.#mute = iconButton("soundOn", "Sound off", () => this.#setMuted(true));
    this.#stop = iconButton("stop", "Stop watching", () => this.watcher.stop());
    this.#full = iconButton("full", "Full screen", () => this.#fullScreen());
    this.#notice = el("p", { class: "tile-notice" });
    this.#line = el("span", { class: "tile-line" });
    this.#numbers = el("details", { open: innerWidth >= 700 },
      el("summary", {}, el("span", {}, "Statistics"), this.#line), this.#metrics.element);
    this.element = el("article", { class: "tile", "aria-label": `${name}, live video` },
      el("div", { class: "stage" }, this.#video, this.#veil, this.#sound, this.#notice,
        el("div", { class: "tile-top" }, el("strong", { title: name }, name), this.#badge),
        el("div", { class: "tile-tools" }, this.#mute, this.#full, this.#stop)),
      this.#numbers);
  }

  #pictureCame() {
    this.#hasPicture = this.#video.videoWidth > 0;
    this.#render();
  }

  /** Starts watching; with `sound` unmuted, where the browser lets a page do that unasked. */
  watch(sound) {
    if (sound) this.#setMuted(false);
    this.watcher.start();
  }

  #setMuted(muted) {
    this.#video.muted = muted;
    this.#video.play().catch(() => { this.#video.muted = true; });
  }

  #fullScreen() {
    if (this.#video.requestFullscreen) this.#video.requestFullscreen().catch(() => {});
    else this.#video.webkitEnterFullscreen?.(); // iPhones know only this one
  }

  #render() {
    const { state, reason, hasAudio, hasVideo, lacking, isRunning } = this.watcher;
    const isLive = state === "live";
    if (!isLive) this.#hasPicture = false;
    const isShown = isLive && (this.#hasPicture || !hasVideo || Boolean(lacking));
    const stalled = isShown && hasVideo && !lacking && this.#still >= STALLED_TICKS;
    const words = WORDS[isLive ? (stalled ? "stalled" : isShown ? "live" : "picture") : state];
    this.element.dataset.state = stalled ? "stalled" : isShown || !isLive ? state : "connecting";
    say(this.#badge, words.badge);
    this.#veil.hidden = isShown && !(lacking || !hasVideo);
    say(this.#title, words.title);
    say(this.#why, isShown ? lacking : words.why ?? reason);
    this.#numbers.hidden = !isRunning;
    this.#action.hidden = isRunning;
    say(this.#action, state === "failed" ? "Try again" : "Watch");
    this.#sound.hidden = !(isShown && hasAudio && this.#video.muted);
    this.#mute.hidden = !(isShown && hasAudio && !this.#video.muted);
    this.#stop.hidden = !isRunning;
    this.#full.hidden = !this.#hasPicture;
    this.#notice.hidden = !lacking || isShown || state === "failed";
    say(this.#notice, lacking);
  }
}

const WORDS = {
  idle: { badge: "Ready", title: "" },
  ended: { badge: "Stopped", title: "You stopped watching" },
  connecting: { badge: "Connecting", title: "Connecting" },
  picture: { badge: "Starting", title: "Waiting for the first picture" },
  live: { badge: "Live", title: "Sound only" }, // the title shows where there is no picture to see
  stalled: { badge: "No picture arriving", title: "" },
  waiting: {
    badge: "Waiting", title: "Waiting for a publisher", why: "It starts by itself when the picture comes.",
  },
  reconnecting: { badge: "Reconnecting", title: "Reconnecting" },
  failed: { badge: "Failed", title: "This cannot be played" },
};
const STALLED_TICKS = 4;

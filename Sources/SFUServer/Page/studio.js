// The panel from which this browser publishes: choose, see yourself, go live, stop.
import { codecLabel, sendable } from "./codecs.js";
import { dress, el, iconButton, say } from "./dom.js";
import { Metrics, PUBLISHING } from "./metrics.js";
import { Publication, whyNoCapture } from "./publication.js";

export class Studio {
  element;
  publication = new Publication(() => this.#render());
  #room; #onClose; #problem = "";
  #preview = el("video", { autoplay: true, playsinline: true, "aria-label": "Your own picture" });
  #badge = el("span", { class: "badge", role: "status" });
  #message = el("p", { class: "message", role: "alert" });
  #name = el("input", {
    id: "s-name", required: true, maxlength: "64", autocomplete: "nickname", spellcheck: "false",
  });
  #camera = el("select", { id: "s-camera", onchange: () => this.#capture() });
  #microphone = el("select", { id: "s-microphone", onchange: () => this.#capture() });
  #codec = el("select", { id: "s-codec" });
  #height = el("select", { id: "s-height", onchange: () => this.#capture() });
  #go = el("button", { class: "primary wide" }, "Go live");
  #stop = el("button", {
    type: "button", class: "danger wide", onclick: () => this.publication.stop(),
  }, "Stop publishing");
  #cameraOff = iconButton("camera", "Camera off", () => this.#toggle("video"));
  #mute = iconButton("microphone", "Mute", () => this.#toggle("audio"));
  #metrics = new Metrics(PUBLISHING); #form; #numbers; #placeholder;

  /** `wishes` are a deep link's: name, codec, size, publish. */
  constructor(room, wishes, onClose) {
    this.#room = room;
    this.#onClose = onClose;
    this.#preview.muted = true;
    this.#build();
    this.#name.value = wishes.get("name") || localStorage.getItem("sluice.name")
      || `guest-${Math.random().toString(36).slice(2, 6)}`;
    options(this.#codec, [["", "Automatic"], ...sendable().map((name) => [name, codecLabel(name)])], "");
    options(this.#height, [["360", "360p"], ["720", "720p"], ["1080", "1080p"]], wishes.get("size") || "720");
    options(this.#camera, [["", "Default camera"]], "");
    options(this.#microphone, [["", "Default microphone"]], "");
    this.#open(wishes);
  }

  async tick() {
    if (this.publication.state !== "live") return;
    this.#metrics.update(await this.publication.getStats().catch(() => null));
  }

  close() {
    navigator.mediaDevices?.removeEventListener?.("devicechange", this.#listDevices);
    this.publication.close();
    this.element.remove();
  }

  async #open(wishes) {
    this.#problem = whyNoCapture();
    this.#render();
    if (this.#problem) return;
    navigator.mediaDevices.addEventListener?.("devicechange", this.#listDevices);
    await this.#capture();
    if (wishes.get("publish") !== "1" || this.#problem) return;
    this.#start(wishes.get("codec")?.toUpperCase() ?? "");
  }

  async #capture() {
    try {
      await this.publication.capture({
        camera: this.#camera.value, microphone: this.#microphone.value, height: Number(this.#height.value),
      });
      this.#problem = "";
      this.#preview.srcObject = this.publication.stream;
      this.#preview.play().catch(() => {});
      await this.#listDevices();
    } catch (error) { this.#problem = error.message; }
    this.#render();
  }

  // Names of devices are told only after the first permission, hence again after each capture.
  #listDevices = async () => {
    const all = await navigator.mediaDevices.enumerateDevices();
    const list = (kind, none) => [["", "Default"],
      ...all.filter((device) => device.kind === kind && device.deviceId && device.deviceId !== "default")
        .map((device) => [device.deviceId, device.label || "Unnamed"]), ["none", none]];
    options(this.#camera, list("videoinput", "No camera"), this.#camera.value);
    options(this.#microphone, list("audioinput", "No microphone"), this.#microphone.value);
  };

  #start(codec) {
    if ([...this.#codec.options].some(({ value }) => value === codec)) this.#codec.value = codec;
    localStorage.setItem("sluice.name", this.#name.value);
    try {
      this.publication.start(this.#room, this.#name.value.trim(), codec);
      this.#problem = "";
    } catch (error) { this.#problem = error.message; }
    this.#render();
  }

  #toggle(kind) { this.publication.setMuted(kind, !this.publication.isMuted(kind)); }

  #build() {
    const field = (input, text) => el("div", { class: "field" }, el("label", { for: input.id }, text), input);
    const submit = (event) => {
      event.preventDefault();
      this.#start(this.#codec.value);
    };
    this.#form = el("form", { onsubmit: submit },
      field(this.#name, "Your name in the room"),
      el("div", { class: "pair" }, field(this.#camera, "Camera"), field(this.#microphone, "Microphone")),
      el("div", { class: "pair" }, field(this.#height, "Picture size"), field(this.#codec, "Video codec")),
      this.#go);
    this.#placeholder = el("p", { class: "veil-why" },
      "The picture of your camera appears here. Nobody sees it until you go live.");
    this.#numbers = el("div", {}, this.#stop, this.#metrics.element);
    this.element = el("aside", { class: "studio card", "aria-labelledby": "s-title" },
      el("header", {}, el("h2", { id: "s-title" }, "Publish"),
        iconButton("close", "Close", () => this.#onClose())),
      el("div", { class: "stage" }, this.#preview, el("div", { class: "veil" }, this.#placeholder),
        el("div", { class: "tile-top" }, this.#badge),
        el("div", { class: "tile-tools" }, this.#cameraOff, this.#mute)),
      this.#message, this.#form, this.#numbers);
  }

  #render() {
    const { state, reason, isRunning, stream } = this.publication;
    this.element.dataset.state = state;
    const hasVideo = Boolean(this.publication.track("video"));
    this.#placeholder.parentElement.hidden = hasVideo;
    this.#badge.hidden = !stream.getTracks().length;
    say(this.#badge, WORDS[state] ?? "Preview");
    const words = this.#problem || (state === "failed" || isRunning ? reason : "");
    this.#message.hidden = !words;
    say(this.#message, words);
    this.#form.hidden = isRunning || Boolean(whyNoCapture());
    this.#numbers.hidden = !isRunning;
    this.#go.disabled = !stream.getTracks().length;
    say(this.#go, state === "failed" ? "Try again" : "Go live");
    for (const [button, kind, name, off, on] of [
      [this.#cameraOff, "video", "camera", "Turn camera off", "Turn camera on"],
      [this.#mute, "audio", "microphone", "Mute microphone", "Unmute microphone"],
    ]) {
      const muted = this.publication.isMuted(kind);
      button.hidden = !this.publication.track(kind);
      button.classList.toggle("off", muted);
      dress(button, muted ? `${name}Off` : name, muted ? on : off);
    }
  }
}

/** Fills a select and keeps its choice where it is still offered. */
function options(select, pairs, value) {
  select.replaceChildren(...pairs.map(([key, text]) => el("option", { value: key }, text)));
  if (pairs.some(([key]) => key === value)) select.value = value;
}

const WORDS = {
  connecting: "Connecting", live: "Live", waiting: "Waiting", reconnecting: "Reconnecting", failed: "Failed",
};

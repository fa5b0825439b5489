// Camera and microphone going out: what is captured, and the WHIP session that carries it.
import { roomPath } from "./api.js";
import { prefer, sendable } from "./codecs.js";
import { Session } from "./session.js";
import { StatisticsReader } from "./statistics.js";

/** Why no camera can be had on this page at all; empty when one can. */
export function whyNoCapture() {
  if (navigator.mediaDevices?.getUserMedia) return "";
  return isSecureContext
    ? "This browser has no access to cameras and microphones."
    : "Browsers lend a camera only to pages opened by https, or from the machine itself."
      + ` This page came from ${location.origin}.`
      + " Open it by https, or publish from another program with the address below.";
}

export class Publication {
  stream = new MediaStream();
  peerId = "";
  #session = null; #reader = new StatisticsReader(); #onChange; #capturing = 0;

  constructor(onChange) { this.#onChange = onChange; }

  get state() { return this.#session?.state ?? "idle"; }
  get reason() { return this.#session?.reason ?? ""; }
  get isRunning() { return !["idle", "ended", "failed"].includes(this.state); }
  track(kind) { return this.stream.getTracks().find((track) => track.kind === kind); }
  isMuted(kind) { return !this.track(kind)?.enabled; }
  getStats() { return this.#reader.read(this.#session?.pc); }

  /** Opens the devices; `camera` and `microphone` are an id, "" for any, "none". Throws a sentence. */
  async capture({ camera, microphone, height }) {
    const turn = ++this.#capturing;
    const device = (id) => (id ? { deviceId: { exact: id } } : {});
    const size = { height: { ideal: height }, width: { ideal: Math.round(height * 16 / 9) } };
    const video = camera !== "none" && { ...device(camera), ...size, frameRate: { ideal: 30 } };
    const audio = microphone !== "none" && { ...device(microphone), echoCancellation: true };
    if (!video && !audio) throw new Error("Choose a camera or a microphone.");
    this.track("video")?.stop(); // phones cannot open a second camera beside the first
    const fresh = await devices(video, audio);
    if (turn !== this.#capturing) return fresh.getTracks().forEach((track) => track.stop());
    this.#take(fresh);
  }

  /** Goes live in `room` as `name`. */
  start(room, name, codec) {
    if (codec && !sendable().includes(codec)) {
      throw new Error(`This browser cannot send ${codec}. It can send ${sendable().join(", ")}.`);
    }
    this.#session?.stop();
    this.peerId = name;
    const query = new URLSearchParams({ peer: name });
    this.#session = new Session(`${roomPath(room)}/whip?${query}`, {
      prepare: (pc) => this.#prepare(pc, codec), onChange: this.#onChange,
    });
    this.#session.start();
  }

  stop() { this.#session?.stop(); }

  /** Also lets go of the devices. */
  close() {
    this.#capturing += 1;
    this.stop();
    for (const track of this.stream.getTracks()) this.#discard(track);
  }

  setMuted(kind, muted) {
    const track = this.track(kind);
    if (track) track.enabled = !muted;
    this.#onChange();
  }

  #prepare(pc, codec) {
    for (const track of this.stream.getTracks()) {
      const transceiver = pc.addTransceiver(track, { direction: "sendonly", streams: [this.stream] });
      if (track.kind === "video") prefer(transceiver, codec);
    }
  }

  /** Takes new tracks in place of old ones; a live session goes on without a new offer. */
  #take(fresh) {
    const senders = this.#session?.pc?.getSenders() ?? [];
    for (const kind of ["video", "audio"]) {
      const [before, after] = [this.track(kind), fresh.getTracks().find((track) => track.kind === kind)];
      const sender = senders.find(({ track }) => track && track === before);
      if (after && before) after.enabled = before.enabled;
      sender?.replaceTrack(after ?? null);
      if (before) this.#discard(before);
      if (!after) continue;
      this.stream.addTrack(after);
      if (after.kind === "video") after.contentHint = "motion";
      after.addEventListener("ended", this.#onChange);
    }
    this.#onChange();
  }

  #discard(track) {
    track.stop();
    this.stream.removeTrack(track);
  }
}

/** A machine without one of the two still gives the other. */
async function devices(video, audio) {
  const open = (constraints) => navigator.mediaDevices.getUserMedia(constraints);
  try { return await open({ video, audio }); }
  catch (error) {
    if (error.name === "NotFoundError" && video && audio) {
      try { return await open({ video }); } catch { /* then perhaps the microphone */ }
      try { return await open({ audio }); } catch { /* neither */ }
    }
    throw new Error(WORDS[error.name] ?? `The camera could not be opened: ${error.message}`);
  }
}

const WORDS = {
  NotAllowedError: "This page was not allowed to use the camera. Allow it beside the address and try again.",
  NotFoundError: "No camera and no microphone was found on this device.",
  NotReadableError: "The camera or microphone is in use by another program.",
  OverconstrainedError: "The chosen device is no longer there.",
};

// One peer being watched: a WHEP session and the stream it fills.
import { roomPath } from "./api.js";
import { canPlay, codecLabel, codecName } from "./codecs.js";
import { Session } from "./session.js";
import { StatisticsReader } from "./statistics.js";

export class Watcher {
  peerId;
  stream = new MediaStream();
  /** What this browser cannot decode, in words; empty when it can. */
  lacking = "";
  #session; #reader = new StatisticsReader(); #producers = []; #onChange;

  constructor(room, peerId, viewer, onChange) {
    this.peerId = peerId;
    this.#onChange = onChange;
    const query = new URLSearchParams({ peer: viewer, from: peerId });
    this.#session = new Session(`${roomPath(room)}/whep?${query}`, {
      prepare: (pc) => this.#prepare(pc), onChange: () => this.#changed(),
    });
  }

  /** idle, connecting, live, waiting, reconnecting, failed, ended. */
  get state() { return this.#blocked ? "failed" : this.#session.state; }
  get reason() { return this.#blocked ? this.lacking : this.#session.reason; }
  get isRunning() { return !["idle", "ended", "failed"].includes(this.state); }
  get hasAudio() { return this.#producers.some(({ kind }) => kind === "audio"); }
  get hasVideo() { return this.#producers.some(({ kind }) => kind === "video"); }

  /** Takes the peer's producers as the room lists them; a running session is renewed when they changed. */
  setProducers(producers) {
    const names = (list) => list.map(({ id }) => id).sort().join(" ");
    const changed = names(producers) !== names(this.#producers);
    this.#producers = producers;
    const missing = producers.filter(({ kind, codec }) => !canPlay(kind, codec))
      .map(({ codec }) => codecLabel(codecName(codec)));
    this.lacking = missing.length ? `This browser cannot play ${missing.join(" and ")}.` : "";
    if (changed && this.isRunning) this.start();
  }

  start() {
    if (this.#blocked) this.#changed();
    else this.#session.start();
  }

  stop() { this.#session.stop(); }

  getStats() { return this.#reader.read(this.#session.pc); }

  /** Nothing of this peer can be played here. */
  get #blocked() {
    return this.#producers.length > 0 && this.#producers.every(({ kind, codec }) => !canPlay(kind, codec));
  }

  #prepare(pc) {
    this.#clear();
    // A peer whose producers are not listed yet gets the benefit of both kinds.
    const wanted = this.#producers.filter(({ kind, codec }) => canPlay(kind, codec)).map(({ kind }) => kind);
    for (const kind of ["video", "audio"]) {
      if (wanted.length === 0 || wanted.includes(kind)) pc.addTransceiver(kind, { direction: "recvonly" });
    }
    pc.addEventListener("track", ({ track }) => {
      this.stream.addTrack(track);
      this.#onChange();
    });
  }

  #changed() {
    if (!this.isRunning) this.#clear();
    this.#onChange();
  }

  #clear() { for (const track of this.stream.getTracks()) this.stream.removeTrack(track); }
}

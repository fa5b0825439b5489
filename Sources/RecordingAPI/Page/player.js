// Plays a recording through Media Source Extensions, at its growing end or anywhere in it.
import { Source } from "./choice.js";
import { key, Playlist } from "./playlist.js";

/** A video element fed from a playlist; `onchange` is told when there is more, or a problem. */
export class Player {
  problem = "";
  #abort = new AbortController();
  #buffer = null;
  #map = null;
  #wanted = null;   // the time from which on to fetch
  #isBeginning = true; // nothing before it has been fetched
  #last = null;     // what has been fetched last
  #jumped = 0;
  #start = null;    // where to begin, once there is something to show
  #isLive = true;   // follows the end
  #shown = 0;       // the time shown last
  #wake = () => {};

  /**
   * `server.ask` fetches; `server.address` gives the playlist's address for who has nothing else, `server.type`
   * the media type of what begins with the head at an address: both when they have asked for it. `server.refusal` says
   * why nothing is played where `type` is none; `server.begin`, where it is there, gives the time of the playlist to
   * begin at.
   */
  constructor(video, url, type, onchange, server) {
    Object.assign(this, { video, onchange, server, playlist: new Playlist(url, server.ask) });
    this.type = type;
    const { signal } = this.#abort; // another player may have the element after this one
    video.addEventListener("seeking", () => this.#sought(), { signal });
    video.addEventListener("timeupdate", () => { this.#passGap(); this.#wake(); }, { signal });
    video.addEventListener("waiting", () => this.#passHole(), { signal });
    // Sound had come to its end when the pictures before it were sought: they are played.
    video.addEventListener("ended", () => { if (!video.ended) video.play().catch(() => {}); }, { signal });
    video.playbackRate = 1;
    this.#run().catch((error) => this.#fail(error));
  }

  close() {
    this.#abort.abort();
    this.#wake();
    this.video.removeAttribute("src");
    this.video.load();
  }

  get isGrowing() { return !this.playlist.isEnded; }
  /** Seconds between what is shown and its recording, by the playlist's clock. */
  get behind() {
    const date = this.playlist.date(this.video.currentTime);
    return date == null ? null : (Date.now() - date) / 1000;
  }
  get isLive() { return this.#isLive && this.isGrowing; }

  seek(time) {
    this.#isLive = false;
    this.video.currentTime = Math.min(Math.max(time, this.playlist.first), this.playlist.end - 0.1);
    this.#sought(); // what is appended before the event would take this place for a hole, and pass it
  }

  goLive() {
    this.#isLive = true;
    this.video.currentTime = Math.max(this.playlist.first, this.playlist.end - BEHIND_END);
    this.video.play().catch(() => {});
  }

  async #run() {
    if (!this.type || !Source) return this.#native();
    await this.playlist.load(this.#abort.signal);
    const source = new Source();
    if (globalThis.ManagedMediaSource) this.video.disableRemotePlayback = true;
    this.video.src = URL.createObjectURL(source);
    await event(source, "sourceopen");
    URL.revokeObjectURL(this.video.src);
    this.#announce(source);
    this.#buffer = source.addSourceBuffer(this.type);
    const { begin } = this.server;
    if (begin) this.#isLive = false;
    const start = begin ? Math.min(begin(this.playlist), this.playlist.end - 0.1)
      : this.isGrowing ? this.playlist.end - BEHIND_END : this.playlist.first;
    this.#wanted = this.#start = Math.max(start, this.playlist.first);
    this.onchange();
    if (this.isGrowing) this.#follow(source).catch((error) => this.#fail(error));
    await this.#fill(source);
  }

  /** What the browser plays by itself, where it cannot be fed: whoever can be has no other decoders for that. */
  async #native() {
    const { refusal } = this.server;
    if (Source || !this.video.canPlayType("application/vnd.apple.mpegurl")) throw new Error(refusal);
    const { signal } = this.#abort;
    this.video.addEventListener("error", () => this.#fail(new Error(refusal)), { signal });
    this.video.src = await this.server.address();
  }

  /** Reads the playlist again and again: the recorder answers when there is another part. */
  async #follow(source) {
    let failures = 0;
    while (!this.#abort.signal.aborted && this.isGrowing) {
      const { end } = this.playlist;
      try {
        await this.playlist.load(this.#abort.signal);
        failures = 0;
      } catch (error) {
        if (this.#abort.signal.aborted) return;
        if (++failures > 20) throw error;
      }
      if (this.#isLive) this.#keepUp();
      this.#announce(source);
      this.onchange();
      this.#wake();
      // Whatever is answered at once, and is no news, is not asked for again at once.
      if (this.isGrowing && this.playlist.end === end) await pause(PAUSE << Math.min(failures, 4));
    }
  }

  /** Browsers go nowhere but where they are told that there is something. */
  #announce(source) {
    if (source.readyState !== "open") return;
    if (this.isGrowing) {
      if (source.duration !== Infinity) source.duration = Infinity;
      source.setLiveSeekableRange(this.playlist.first, this.playlist.end);
    } else if (!this.#buffer?.updating) {
      // Sound may last a little longer than is listed: the end of the stream tells the duration then.
      try { source.duration = this.playlist.end; } catch { return; }
    }
  }

  /** Plays a little faster or slower so as to stay near the end, and jumps where that is far away. */
  #keepUp() {
    const { video, playlist } = this;
    if (video.paused || video.seeking) return;
    const distance = playlist.end - video.currentTime;
    if (distance > 3 && performance.now() - this.#jumped > 2000) {
      this.#jumped = performance.now();
      video.currentTime = playlist.end - BEHIND_END;
    }
    const over = distance - BEHIND_END;
    video.playbackRate = over > 0.6 ? 1.25 : over > 0.15 ? 1.08 : over < -0.2 ? 0.96 : 1;
  }

  #sought() {
    const { video } = this;
    this.#shown = video.currentTime;
    const held = rangeAt(video.buffered, video.currentTime);
    if (!held) {
      [this.#wanted, this.#isBeginning] = [video.currentTime, true];
    } else if (this.#wanted < held[0] || this.#wanted > held[1] + LAST) { // what is fetched lies elsewhere
      [this.#wanted, this.#isBeginning] = [held[1], true];
    }
    if (this.playlist.end - video.currentTime > 5) {
      this.#isLive = false;
      video.playbackRate = 1;
    }
    this.#wake();
  }

  /** Fetches ahead of what is shown, one piece after the other. */
  async #fill(source) {
    while (!this.#abort.signal.aborted) {
      const { video, playlist } = this;
      const isAhead = this.#start == null && this.#wanted - video.currentTime > AHEAD;
      const piece = isAhead ? null : this.#isBeginning ? playlist.piece(this.#wanted, true) : playlist.following(this.#last);
      if (!piece) {
        const isOver = playlist.isEnded && this.#wanted >= playlist.end - 0.1;
        if (isOver && source.readyState === "open" && !isAhead) source.endOfStream();
        await new Promise((resolve) => { this.#wake = resolve; });
        continue;
      }
      const wanted = this.#wanted;
      if (this.#map !== piece.map.url || this.#isBeginning) {
        const type = await this.server.type(piece.map.url);
        if (this.#buffer.updating) await event(this.#buffer, "updateend");
        if (source.readyState === "open") this.#buffer.abort(); // "ended" it has nothing to give up
        this.#retype(type, source.constructor);
        await this.#append(await this.#fetch(piece.map));
        this.#map = piece.map.url;
      }
      const octets = await this.#take(piece);
      if (this.#wanted !== wanted) continue; // sought elsewhere meanwhile
      if (this.#buffer.timestampOffset !== piece.file) this.#buffer.timestampOffset = piece.file;
      const [before, isFirst] = [ranges(video.buffered), this.#isBeginning];
      await this.#append(octets);
      if (this.#wanted === wanted) {
        [this.#wanted, this.#isBeginning, this.#last] = [piece.start + piece.duration, false, piece];
      }
      this.#begin(isFirst ? added(before, ranges(video.buffered)) : null);
      await this.#forget();
    }
  }

  /** Another file may hold other codecs, or be another container: the buffer is told. */
  #retype(type, Source) {
    if (!type || type === this.type) return;
    if (!Source.isTypeSupported(type)) throw new Error("This browser cannot play what follows. It can be downloaded.");
    this.#buffer.changeType(type);
    this.type = type;
  }

  /** Sound goes on over a gap in the pictures; Chromium shows none behind it unless that place is sought. */
  #passGap() {
    const { video } = this;
    const passed = ranges(video.buffered).find(([start]) => start > this.#shown && start <= video.currentTime);
    this.#shown = video.currentTime;
    if (passed && !video.seeking) video.currentTime = passed[0] + 0.01;
  }

  /** Goes where there is something to be seen; what has been fetched first begins at `first`. */
  #begin(first) {
    const { video } = this;
    if (this.#start != null) [video.currentTime, this.#start] = [this.#start, null];
    this.#passHole();
    const isMissed = this.#isPast && !inside(video.buffered, video.currentTime);
    if (isMissed && first != null && video.currentTime - first > 1) video.currentTime = first + 0.01;
    if (video.autoplay && video.paused && !video.ended && !this.hasStarted) {
      this.hasStarted = true;
      video.play().catch(() => {});
    }
  }

  /** Whether all has been fetched that the playlist says of the present time. */
  get #isPast() { return !this.#isBeginning && this.#wanted > this.video.currentTime; }

  /** Goes on where there is something again: the source paused, or its times are others than the playlist's. */
  #passHole() {
    const { video } = this;
    const next = ranges(video.buffered).find(([start]) => start > video.currentTime);
    if (!this.#isPast || !next) return;
    // Where one track ends before the other the browser waits for good, sooner than it says that all ends.
    const held = rangeAt(video.buffered, video.currentTime);
    const isStuck = video.readyState < 3 && this.#wanted >= next[0];
    const isAtEnd = held && held[1] - video.currentTime < (video.seeking ? FEW : LAST);
    if (!held || (isStuck && isAtEnd)) video.currentTime = next[0] + 0.01;
  }

  /** The piece's octets; the next one is asked for meanwhile. */
  async #take(piece) {
    const { next } = this;
    this.next = null;
    const octets = await (next?.key === key(piece) ? next.octets : this.#fetch(piece));
    const following = this.playlist.following(piece);
    if (following && following.map.url === piece.map.url && key(following) !== key(piece)) {
      this.next = { key: key(following), octets: this.#fetch(following) };
      this.next.octets.catch(() => {}); // told when it is wanted
    }
    return octets;
  }

  async #fetch({ url, range }) {
    for (let attempt = 0; ; attempt++) {
      try {
        const response = await this.server.ask(url, { headers: range ? { range } : {}, signal: this.#abort.signal });
        if (response.ok) return await response.arrayBuffer();
        if (attempt >= 3) throw new Error(`The server answered ${response.status}.`);
      } catch (error) {
        if (this.#abort.signal.aborted || attempt >= 3) throw error;
      }
      await pause(200 << attempt);
    }
  }

  async #append(octets) {
    if (this.#buffer.updating) await event(this.#buffer, "updateend");
    this.#buffer.appendBuffer(octets);
    await event(this.#buffer, "updateend");
  }

  /** Half a minute behind what is shown is enough to go back to at once. */
  async #forget() {
    const { buffered, currentTime } = this.video;
    if (!buffered.length || buffered.start(0) > currentTime - 60) return;
    this.#buffer.remove(0, currentTime - 30);
    await event(this.#buffer, "updateend");
  }

  #fail(error) {
    if (this.#abort.signal.aborted) return;
    this.problem = error.message;
    this.onchange();
  }
}

const event = (target, name) => new Promise((resolve) => target.addEventListener(name, resolve, { once: true }));

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const ranges = (buffered) => Array.from({ length: buffered.length }, (_, i) => [buffered.start(i), buffered.end(i)]);

const rangeAt = (buffered, time) => ranges(buffered).find(([start, end]) => time >= start - 0.05 && time < end);

const inside = (buffered, time) => rangeAt(buffered, time) != null;

/** Where the ranges `after` hold something that was not in those `before`; `null` where they do not. */
function added(before, after) {
  for (const [start, end] of after) {
    const known = before.find(([from, to]) => from < end && to > start);
    if (!known || start < known[0] - 0.05) return start;
    if (end > known[1] + 0.05) return known[1];
  }
  return null;
}

const PAUSE = 500;       // milliseconds between two readings of the playlist that brought nothing
const AHEAD = 20;        // seconds fetched before they are shown
const LAST = 1;          // seconds by which one track of a file may end before the other
const FEW = 0.3;         // seconds with too few pictures for a browser to show the first of them
const BEHIND_END = 0.45; // seconds kept from the growing end: two parts and the way here

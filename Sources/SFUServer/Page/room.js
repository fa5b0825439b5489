// A room: a tile for every peer that publishes, and the studio beside them.
import * as api from "./api.js";
import { copyButton, el, say } from "./dom.js";
import { EventStream } from "./events.js";
import { records } from "./features.js";
import { counted, showProblem } from "./home.js";
import { RecordControl } from "./recording.js";
import { Studio } from "./studio.js";
import { Tile } from "./tile.js";
import { askAgain } from "./token.js";

/** Shows `room` in `main` as the deep link's `wishes` say; returns what takes it down. */
export function showRoom(main, room, wishes, sluice) {
  const view = new RoomView(main, room, wishes, sluice);
  return () => view.close();
}

class RoomView {
  #room; #wishes; #sluice;
  #tiles = new Map(); #studio = null; #events; #ticker; #poll = 0; #closed = false;
  #viewer = `viewer-${Math.random().toString(36).slice(2, 8)}`;
  #summary = el("p", { class: "muted", role: "status" }, "Entering");
  #notice = el("div", { class: "notice", role: "alert", hidden: true });
  #grid = el("div", { class: "grid" });
  #empty = el("div", { class: "empty card" }, el("span", { class: "ripple", "aria-hidden": "true" }),
    el("h2", {}, "Waiting for a publisher"),
    el("p", { class: "muted" }, "The picture appears here by itself as soon as somebody goes live."
      + " It can be you: Publish opens your camera."));
  #publish = el("button", {
    type: "button", class: "primary", onclick: () => this.#openStudio(new URLSearchParams()),
  }, "Publish");
  #recording = null;
  #layout;

  constructor(main, room, wishes, sluice) {
    this.#room = room;
    this.#wishes = wishes;
    this.#sluice = sluice;
    this.#empty.hidden = true;
    if (records) this.#recording = new RecordControl(room);
    this.#layout = el("div", { class: "layout" }, el("div", { class: "watching" }, this.#empty, this.#grid));
    main.replaceChildren(el("div", { class: "page" },
      el("section", { class: "room-bar" },
        el("div", {},
          el("p", { class: "crumb" }, el("a", { href: "#/" }, "Rooms")), el("h1", {}, room), this.#summary),
        el("div", { class: "actions" }, copyButton(this.#link(), "Copy link"), this.#recording?.button, this.#publish)),
      this.#notice, this.#recording?.element, this.#layout, this.#others()));
    if (wishes.get("publish") === "1") this.#openStudio(wishes);
    this.#events = new EventStream(`${api.roomPath(room)}/events`, (...event) => this.#happened(...event));
    this.#ticker = setInterval(() => this.#tick(), 1000);
    this.#refresh();
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#poll);
    clearInterval(this.#ticker);
    this.#events.close();
    for (const id of this.#tiles.keys()) this.#removeTile(id);
    this.#closeStudio();
    this.#recording?.close();
    this.#sluice.serverStatistics = null;
  }

  // Events say that something changed; the room's own listing says what it is now.
  #happened(name, data) {
    if (name === "statistics") this.#sluice.serverStatistics = data;
    else this.#schedule(150);
  }

  #schedule(milliseconds) {
    clearTimeout(this.#poll);
    this.#poll = setTimeout(() => this.#refresh(), milliseconds);
  }

  async #refresh() {
    try {
      const listing = await api.room(this.#room).catch((error) => {
        if (error.status === 404) return { peers: [], producers: [] }; // a room opens with its first peer
        throw error;
      });
      if (this.#closed) return;
      this.#notice.hidden = true;
      this.#show(listing);
      this.#recording?.look();
    } catch (error) {
      if (this.#closed) return;
      if (!this.#tiles.size) say(this.#summary, "");
      showProblem(this.#notice, error, async () => { await askAgain(error); this.#refresh(); });
    }
    this.#schedule(this.#events.isOpen && this.#notice.hidden ? POLL_MILLISECONDS : LONELY_POLL_MILLISECONDS);
  }

  #show({ peers = [], producers = [] }) {
    const { peerId: mine, state, isRunning } = this.#studio?.publication ?? {};
    const own = state === "failed" ? null : mine; // a refused name may be another's
    const shown = peers.filter(({ peerId, isProducer, producerCount }) =>
      peerId !== own && (producerCount > 0 || (producerCount == null && isProducer)));
    for (const id of this.#tiles.keys()) if (!shown.some(({ peerId }) => peerId === id)) this.#removeTile(id);
    for (const peer of shown) {
      const isNew = !this.#tiles.has(peer.peerId);
      if (isNew) this.#addTile(peer);
      this.#tiles.get(peer.peerId).setProducers(producers.filter(({ peerId }) => peerId === peer.peerId));
      if (isNew && this.#wishes.get("watch") === "1") {
        this.#tiles.get(peer.peerId).watch(this.#wishes.get("sound") === "1");
      }
    }
    this.#grid.dataset.count = Math.min(shown.length, 3);
    this.#empty.hidden = shown.length > 0;
    const publishing = shown.length + (isRunning ? 1 : 0);
    const watching = peers.filter(({ consumerCount }) => consumerCount > 0).length;
    say(this.#summary, publishing + watching === 0 ? "Nobody is here yet"
      : `${publishing || "Nobody"} publishing · ${watching || "nobody"} watching`);
  }

  #addTile(peer) {
    const tile = new Tile(this.#room, peer, this.#viewer);
    this.#tiles.set(peer.peerId, tile);
    this.#sluice.watchers[peer.peerId] = tile.watcher;
    this.#grid.append(tile.element);
  }

  #removeTile(id) {
    this.#tiles.get(id).remove();
    this.#tiles.delete(id);
    delete this.#sluice.watchers[id];
  }

  #tick() {
    for (const tile of this.#tiles.values()) tile.tick();
    this.#studio?.tick();
  }

  #openStudio(wishes) {
    this.#studio = new Studio(this.#room, wishes, () => this.#closeStudio());
    this.#sluice.publication = this.#studio.publication;
    this.#layout.append(this.#studio.element);
    this.#publish.hidden = true;
  }

  #closeStudio() {
    this.#studio?.close();
    this.#studio = this.#sluice.publication = null;
    this.#publish.hidden = false;
  }

  #link() { return `${location.origin}${location.pathname}#/room/${encodeURIComponent(this.#room)}?watch=1`; }

  /** Addresses for programs that are not this page: OBS, ffmpeg, GStreamer, players. */
  #others() {
    const row = (label, verb) => {
      const url = `${location.origin}${api.roomPath(this.#room)}/${verb}`;
      return el("div", {}, el("dt", {}, label), el("dd", {}, el("code", {}, url), copyButton(url, "Copy")));
    };
    return el("details", { class: "others" }, el("summary", {}, "Use OBS or another program"),
      el("dl", {}, row("Publish (WHIP)", "whip"), row("Watch (WHEP)", "whep")));
  }
}

const POLL_MILLISECONDS = 8000; // beside the events, should one be lost
const LONELY_POLL_MILLISECONDS = 2500; // without them

// One WHIP or WHEP session (RFC 9725): offer by POST, trickle by PATCH, end by DELETE, again when it breaks.
import { call, ServerError } from "./api.js";
import { fragment, iceServersOf } from "./trickle.js";

/** States: idle, connecting, live, waiting (nobody publishes), reconnecting, failed (see `reason`), ended. */
export class Session {
  state = "idle";
  reason = "";
  pc = null;
  #path; #prepare; #onChange;
  #resource = null; #wasLive = false; #failures = 0; #timer = 0; #stall = 0;

  /** `prepare(pc)` adds the transceivers of every new attempt; `onChange()` follows each change of state. */
  constructor(path, { prepare, onChange }) {
    this.#path = path;
    this.#prepare = prepare;
    this.#onChange = onChange;
  }

  start() {
    this.stop();
    open.add(this);
    this.#failures = 0;
    this.#wasLive = false;
    this.#connect("connecting");
  }

  stop() {
    open.delete(this);
    this.#drop();
    if (this.state !== "idle") this.#become("ended");
  }

  /** Ends the session while the page goes away: the request outlives it. */
  leave() { this.#drop(true); }

  async #connect(state) {
    this.#drop();
    const pc = this.pc = new RTCPeerConnection({ iceServers, bundlePolicy: "max-bundle" });
    this.#become(state, this.reason);
    pc.addEventListener("connectionstatechange", () => this.#connectionChanged(pc));
    this.#timer = setTimeout(() => this.#retry(pc, NO_MEDIA), CONNECT_MILLISECONDS);
    try {
      await this.#prepare(pc);
      await this.#exchange(pc);
    } catch (error) {
      if (this.pc === pc) this.#refused(pc, error);
    }
  }

  async #exchange(pc) {
    const candidates = [];
    let send = null;
    pc.addEventListener("icecandidate", ({ candidate }) => {
      candidates.push(candidate);
      send?.();
    });
    await pc.setLocalDescription();
    const response = await call(this.#path, {
      method: "POST", headers: { "Content-Type": "application/sdp" }, body: pc.localDescription.sdp,
    });
    const location = response.headers.get("Location");
    const etag = response.headers.get("ETag");
    const resource = location && { url: new URL(location, response.url).href, etag };
    const sdp = await response.text();
    if (this.pc !== pc) return end(resource);
    this.#resource = resource;
    iceServers = iceServersOf(response.headers.get("Link")) ?? iceServers;
    await pc.setRemoteDescription({ type: "answer", sdp });
    this.#watchGoodbye(pc);
    if (!resource) return;
    send = batched(() => trickle(pc, resource, candidates.splice(0)));
    if (candidates.length) send();
  }

  #connectionChanged(pc) {
    if (this.pc !== pc) return;
    clearTimeout(this.#stall);
    if (pc.connectionState === "connected") {
      clearTimeout(this.#timer);
      this.#wasLive = true;
      this.#failures = 0;
      this.#become("live");
    } else if (pc.connectionState === "failed") {
      this.#retry(pc, this.#wasLive ? LOST : NO_MEDIA);
    } else if (pc.connectionState === "disconnected") {
      this.#stall = setTimeout(() => this.#retry(pc, LOST), DISCONNECTED_MILLISECONDS);
    }
  }

  /** The server's DTLS goodbye comes seconds before ICE notices its silence. */
  #watchGoodbye(pc) {
    const transport = pc.getTransceivers()
      .map(({ sender, receiver }) => sender.transport ?? receiver.transport).find(Boolean);
    transport?.addEventListener("statechange", () => {
      if (transport.state === "closed" && pc.connectionState !== "closed") this.#retry(pc, LOST);
    });
  }

  #refused(pc, error) {
    if (!(error instanceof ServerError)) return this.#fail(`This browser refused: ${error.message}`);
    const { status, message } = error;
    if (status === 404) return this.#again("waiting", message);
    // After a break the server may still hold this peer's old session for a moment.
    if (status === 0 || status === 429 || status >= 500 || (status === 409 && this.#wasLive)) {
      return this.#retry(pc, message);
    }
    this.#fail(message);
  }

  #retry(pc, reason) {
    if (this.pc !== pc) return;
    if (!this.#wasLive && ++this.#failures >= FIRST_ATTEMPTS) return this.#fail(reason);
    this.#again("reconnecting", reason);
  }

  #again(state, reason) {
    if (this.#wasLive) this.#failures += 1;
    this.#drop();
    this.#become(state, reason);
    const wait = state === "waiting" ? 2000 : Math.min(15_000, 1000 * 2 ** this.#failures);
    this.#timer = setTimeout(() => this.#connect(state), wait * (0.8 + 0.4 * Math.random()));
  }

  #fail(reason) {
    open.delete(this);
    this.#drop();
    this.#become("failed", reason);
  }

  #drop(keepalive = false) {
    clearTimeout(this.#timer);
    clearTimeout(this.#stall);
    end(this.#resource, keepalive);
    this.pc?.close();
    this.pc = this.#resource = null;
  }

  #become(state, reason = "") {
    this.state = state;
    this.reason = reason;
    this.#onChange();
  }
}

function end(resource, keepalive = false) {
  if (resource) call(resource.url, { method: "DELETE", keepalive }).catch(() => {});
}

async function trickle(pc, resource, candidates) {
  if (resource.isDeaf || pc.signalingState === "closed") return;
  const headers = { "Content-Type": "application/trickle-ice-sdpfrag" };
  if (resource.etag) headers["If-Match"] = resource.etag;
  const body = fragment(pc.localDescription.sdp, candidates);
  // A server that takes no trickle finds this browser by its first check (RFC 8445 §7.3.1.3).
  await call(resource.url, { method: "PATCH", headers, body }).catch(() => { resource.isDeaf = true; });
}

/** Runs `work` once for all calls of the next 50 ms. */
function batched(work) {
  let pending = false;
  return () => {
    if (pending) return;
    pending = true;
    setTimeout(() => { pending = false; work(); }, 50);
  };
}

const open = new Set();
let iceServers = []; // as the last session's answer named them; the next attempt has them from its start
addEventListener("pagehide", () => { for (const session of open) session.leave(); });

const CONNECT_MILLISECONDS = 15_000;
const DISCONNECTED_MILLISECONDS = 5000; // ICE often heals by itself within this
const FIRST_ATTEMPTS = 3; // a session that has once been live is never given up
const NO_MEDIA = "No media path to the server: its UDP port cannot be reached from here.";
const LOST = "The connection to the server was lost.";

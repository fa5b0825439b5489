// Whether a room is recorded, and the button that begins and ends it.
import { call } from "./api.js";
import { el, say } from "./dom.js";
import { clock, size } from "./figures.js";
import { claims, current } from "./token.js";

const PATH = "/api/v1/recordings";

/** `button` and `element` are shown in the room; `look()` asks how it stands. */
export class RecordControl {
  button = el("button", { type: "button", class: "quiet record", onclick: () => this.#press() });
  #room; #timer = 0; #closed = false;
  #shown = null;   // the recording that is told of, as last heard
  #asked = "";     // what the button has asked for and is not answered: "start" or "stop"
  #problem = "";   // why it was refused
  #text = el("span", { role: "status" });
  #watch = el("a", { target: "_blank", rel: "opener" }, "Watch or download");
  element = el("p", { class: "recorded", hidden: true }, el("span", { class: "dot", "aria-hidden": "true" }), this.#text, this.#watch);

  constructor(room) {
    this.#room = room;
    this.#render();
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  /** Asks for the recording that is told of, or whether the room has one; not of who is refused anyway. */
  async look() {
    clearTimeout(this.#timer);
    if (this.#asked || current() && !claims().admin) return;
    try {
      const heard = this.#isRunning ? await this.#one() : await this.#running();
      if (this.#asked || this.#closed) return;
      if (heard) [this.#shown, this.#problem] = [heard, ""];
    } catch (error) {
      if (this.#closed) return;
      if (error.status === 404) this.#shown = null; // deleted
    }
    this.#render();
    this.#again();
  }

  get #isRunning() { return isRunning(this.#shown); }

  #again() {
    clearTimeout(this.#timer);
    if (this.#isRunning && !this.#closed) this.#timer = setTimeout(() => this.look(), 1000);
  }

  async #one() { return (await call(`${PATH}/${encodeURIComponent(this.#shown.recording_id)}`)).json(); }

  /** Those that run are listed first. */
  async #running() {
    const response = await call(`${PATH}?limit=1&room_id=${encodeURIComponent(this.#room)}`);
    const [newest] = (await response.json()).recordings;
    return isRunning(newest) ? newest : null;
  }

  async #press() {
    const isStop = this.#isRunning;
    this.#asked = isStop ? "stop" : "start";
    this.#problem = "";
    this.#render();
    try {
      const path = isStop ? `${PATH}/${encodeURIComponent(this.#shown.recording_id)}/stop` : `${PATH}/start`;
      const body = isStop ? undefined : JSON.stringify({ room_id: this.#room, title: this.#room, wait_seconds: 2 });
      const { recording_id } = await (await call(path, { method: "POST", body })).json();
      this.#shown = { ...this.#shown, recording_id };
      this.#shown = await this.#one();
    } catch (error) {
      this.#problem = `${isStop ? "It could not be stopped" : "Recording is refused"}: ${error.message}`;
      // Somebody else has begun it already: that one is told of.
      const other = error.status === 409 && !isStop ? await this.#running().catch(() => null) : null;
      if (other) [this.#shown, this.#problem] = [other, ""];
    }
    this.#asked = "";
    this.#render();
    this.#again();
  }

  #render() {
    const shown = this.#shown;
    say(this.button, { start: "Starting", stop: "Stopping" }[this.#asked] ?? (this.#isRunning ? "Stop recording" : "Record"));
    this.button.disabled = Boolean(this.#asked);
    this.button.classList.toggle("on", this.#isRunning);
    this.element.hidden = !shown && !this.#problem;
    this.element.dataset.state = this.#problem ? "refused" : shown?.status === "recording" && shown.reason ? "pending" : shown?.status ?? "";
    say(this.#text, this.#problem || (shown ? words(shown) : ""));
    this.#watch.hidden = !shown?.file_count;
    if (shown) this.#watch.href = `/recordings/#/recording/${encodeURIComponent(shown.recording_id)}`;
  }
}

const isRunning = (recording) => ["recording", "pending"].includes(recording?.status);

/** How a recording stands, in a line. */
function words({ status, reason, duration_seconds: seconds, file_size_bytes: octets, file_count: count }) {
  const held = count ? `${clock(seconds)} · ${size(octets)}` : "nothing has come yet";
  const because = reason ? `: ${reason}` : "";
  if (status === "pending") return `Waiting to record${because || `: ${held}`}`;
  if (status === "failed") return `Nothing was recorded${because}`;
  if (status !== "recording") return `Recorded ${held}`;
  return reason ? `Recording waits${because} · ${held} so far` : `Recording · ${held}`;
}

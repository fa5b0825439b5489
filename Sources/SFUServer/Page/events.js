// A room's server-sent events, read with fetch so that they can carry the token (EventSource cannot).
import { call } from "./api.js";

/** Follows `path` until closed. `onEvent(name, data)`; comes back by itself, slower each time. */
export class EventStream {
  /** Whether events are coming in; without them a caller must ask more often. */
  isOpen = false;
  #path; #onEvent; #abort = null; #closed = false;

  constructor(path, onEvent) {
    this.#path = path;
    this.#onEvent = onEvent;
    document.addEventListener("visibilitychange", this.#visibility);
    this.#visibility();
  }

  close() {
    this.#closed = true;
    document.removeEventListener("visibilitychange", this.#visibility);
    this.#abort?.abort();
  }

  // A hidden tab lets go: over HTTP/1.1 a browser has six connections a server, and each stream holds one.
  #visibility = () => {
    if (document.hidden) {
      this.#abort?.abort();
      this.#abort = null;
    } else if (!this.#abort && !this.#closed) {
      this.#abort = new AbortController();
      this.#follow(this.#abort.signal);
    }
  };

  async #follow(signal) {
    for (let wait = 1000; !signal.aborted; wait = Math.min(2 * wait, 15_000)) {
      try {
        const response = await call(this.#path, { headers: { Accept: "text/event-stream" }, signal });
        this.isOpen = true;
        this.#onEvent("open", null);
        wait = 1000;
        await this.#read(response.body.pipeThrough(new TextDecoderStream()).getReader());
      } catch { /* the room's poll says what is wrong; here it is enough to come back */ }
      this.isOpen = false;
      if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }

  async #read(reader) {
    let rest = "";
    let name = "message";
    let data = [];
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const lines = (rest + value).split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop();
      for (const line of lines) {
        const [, field, text] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
        if (line === "") {
          if (data.length) this.#deliver(name, data.join("\n"));
          name = "message";
          data = [];
        } else if (field === "event") name = text;
        else if (field === "data") data.push(text);
      }
    }
  }

  #deliver(name, text) {
    try { this.#onEvent(name, JSON.parse(text)); }
    catch { /* an event that is not JSON tells this page nothing */ }
  }
}

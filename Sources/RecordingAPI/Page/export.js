// Takes a range of a recording home as MP4, and shows how far it is.
import { ask, exported } from "./api.js";
import { el, say } from "./dom.js";
import { clock, size } from "./figures.js";

/** The form; `range()` gives { id, from, to, kind } in seconds of the recording, and what comes out. */
export function exportForm(range) {
  const bar = el("progress", { max: "1", value: "0", hidden: true, "aria-label": "Export" });
  const note = el("p", { class: "muted small", role: "status" });
  const button = el("button", { type: "button", class: "primary", onclick: run }, "Export");
  const cancel = el("button", { type: "button", class: "quiet", hidden: true }, "Cancel");
  const node = el("div", { class: "export" }, el("div", { class: "actions" }, button, cancel), bar, note);

  async function run() {
    const { id, from, to, kind } = range();
    if (!(to > from)) return say(note, "Mark a start and, later, an end.");
    const abort = new AbortController();
    cancel.onclick = () => abort.abort();
    [button.disabled, bar.hidden, cancel.hidden, bar.value] = [true, false, false, 0];
    try {
      const octets = await receive(exported(id, from, to), abort.signal);
      const link = el("a", { href: URL.createObjectURL(octets), download: `${id}_${clock(from)}-${clock(to)}.${kind}`.replaceAll(":", ".") });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
      say(note, `Saved ${size(octets.size)}: from the key frame at or before ${clock(from)}, nothing encoded again.`);
    } catch (error) {
      say(note, abort.signal.aborted ? "Cancelled." : error.message);
    }
    [button.disabled, bar.hidden, cancel.hidden] = [false, true, true];
  }

  async function receive(url, signal) {
    const response = await ask(url, { signal });
    if (!response.ok) throw new Error((await response.json().catch(() => ({}))).detail ?? "It could not be exported.");
    const total = Number(response.headers.get("content-length") ?? response.headers.get("x-source-length"));
    const [pieces, reader] = [[], response.body.getReader()];
    for (let count = 0; ;) {
      const { done, value } = await reader.read();
      if (done) return new Blob(pieces, { type: response.headers.get("content-type") });
      pieces.push(value);
      count += value.length;
      bar.value = total ? Math.min(count / total, 1) : 0;
      say(note, `${Math.round(bar.value * 100)} %, ${size(count)}`);
    }
  }
  return node;
}

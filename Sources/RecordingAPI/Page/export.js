// Takes a range of a recording home as MP4: never through this page's memory, for it may be a day long.
import { call, exportAddress, exported } from "./api.js";
import { el, say } from "./dom.js";
import { clock, size } from "./figures.js";

/** The form; `range()` comes to give { id, from, to, kind } in seconds of the recording, and what comes out. */
export function exportForm(range) {
  const bar = el("progress", { max: "1", value: "0", hidden: true, "aria-label": "Export" });
  const note = el("p", { class: "muted small", role: "status" });
  const button = el("button", { type: "button", class: "primary", onclick: run }, "Export");
  const cancel = el("button", { type: "button", class: "quiet", hidden: true }, "Cancel");
  const node = el("div", { class: "export" }, el("div", { class: "actions" }, button, cancel), bar, note);

  async function run() {
    const abort = new AbortController();
    cancel.onclick = () => abort.abort();
    button.disabled = true;
    try {
      const { id, from, to, kind } = await range();
      if (!(to > from)) throw new Error("Mark a start and, later, an end.");
      if (from < 0) throw new Error("What was marked has been deleted.");
      const name = `${id}_${clock(from)}-${clock(to)}.${kind}`.replaceAll(":", ".");
      const file = await place(name);
      const count = file ? await stream(file, exported(id, from, to), abort.signal) : await hand(id, from, to, name);
      const what = file ? `Saved ${size(count)}` : `Your browser saves ${count ? `about ${size(count)}` : "it"}, and shows how far it is`;
      say(note, `${what}: from the key frame at or before ${clock(from)}, nothing encoded again.`);
    } catch (error) {
      say(note, error.name === "AbortError" ? "Cancelled." : error.message);
    }
    [button.disabled, bar.hidden, cancel.hidden] = [false, true, true];
  }

  /** Into the file that was chosen, piece by piece; what was written of it is dropped where it fails. */
  async function stream(file, url, signal) {
    const response = await call(url, { signal });
    const total = announced(response);
    const out = await file.createWritable();
    [bar.hidden, cancel.hidden, bar.value] = [false, false, 0];
    let count = 0;
    const counting = new TransformStream({
      transform(piece, next) {
        count += piece.length;
        bar.value = total ? Math.min(count / total, 1) : 0;
        say(note, total ? `${Math.round(bar.value * 100)} %, ${size(count)}` : size(count));
        next.enqueue(piece);
      },
    });
    await response.body.pipeThrough(counting).pipeTo(out, { signal });
    return count;
  }
  return node;
}

/** The file that the user chooses; `null` where this browser, or its user's policy, has pages choose none. */
async function place(name) {
  if (!globalThis.showSaveFilePicker) return null;
  try {
    return await globalThis.showSaveFilePicker({ suggestedName: name });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    return null;
  }
}

/** Has the browser save it as any other download; gives the octets that are announced. */
async function hand(id, from, to, name) {
  const abort = new AbortController();
  const response = await call(exported(id, from, to), { signal: abort.signal }); // a refusal is told here, in words
  abort.abort();
  el("a", { href: await exportAddress(id, from, to), download: name }).click();
  return announced(response);
}

const announced = ({ headers }) => Number(headers.get("content-length") ?? headers.get("x-source-length"));

// A panel of live numbers with their last minute.
import { el, say } from "./dom.js";
import { bitrateText } from "./format.js";
import { codecLabel, codecName } from "./codecs.js";
import { Sparkline } from "./sparkline.js";

/** `rows` is `WATCHING` or `PUBLISHING`. */
export class Metrics {
  #rows; #facts;
  element;

  constructor({ graphs, facts }) {
    this.#rows = graphs.map((row) => ({ ...row, value: el("dd"), spark: new Sparkline(row.floor) }));
    this.#facts = facts.map((fact) => ({ ...fact, value: el("dd") }));
    this.element = el("div", { class: "metrics" },
      el("dl", { class: "graphs" }, this.#rows.map(({ label, hint, value, spark }) =>
        el("div", { title: hint }, el("dt", {}, label), value, spark.element))),
      el("dl", { class: "facts" }, this.#facts.map(({ label, value }) =>
        el("div", {}, el("dt", {}, label), value))));
  }

  update(summary) {
    for (const { read, text, value, spark } of this.#rows) {
      const number = summary ? read(summary) : undefined;
      spark.push(number);
      say(value, number == null ? "–" : text(number));
    }
    for (const { read, value } of this.#facts) say(value, String((summary && read(summary)) ?? "–"));
  }
}

const main = (summary) => summary.video ?? summary.audio ?? {};
const milliseconds = (seconds) => `${(1000 * seconds).toFixed(seconds < 0.01 ? 1 : 0)} ms`;
const percent = (value) => `${value < 10 ? value.toFixed(1) : Math.round(value)} %`;
const perSecond = (value) => `${Math.round(value)} fps`;
const count = (value) => value?.toLocaleString();
const size = ({ video }) => (video?.width ? `${video.width} × ${video.height}` : undefined);
const codecs = ({ video, audio }) =>
  [video, audio].map((stream) => stream?.codec && codecLabel(codecName(stream.codec)))
    .filter(Boolean).join(" + ") || undefined;

const bitrate = { label: "Bitrate", floor: 100_000, read: (s) => s.bitrate, text: bitrateText };
const roundTrip = {
  label: "Round trip", hint: "To the server and back", floor: 0.02,
  read: (s) => s.roundTripTimeSeconds, text: milliseconds,
};
const loss = {
  label: "Loss", hint: "Packets lost in the last second", floor: 2,
  read: (s) => main(s).lossPercent, text: percent,
};
const jitter = {
  label: "Jitter", hint: "How unevenly packets arrive", floor: 0.02,
  read: (s) => main(s).jitterSeconds, text: milliseconds,
};
const frameRate = {
  label: "Frame rate", hint: "Pictures each second", floor: 30,
  read: (s) => s.video?.framesPerSecond, text: perSecond,
};

const LIMITS = { none: "nothing", cpu: "this device", bandwidth: "the network" };

export const WATCHING = {
  graphs: [bitrate, loss, jitter, roundTrip, frameRate, {
    label: "Buffer", hint: "Time a frame waits in the jitter buffer", floor: 0.05,
    read: (s) => main(s).jitterBufferDelaySeconds, text: milliseconds,
  }],
  facts: [
    { label: "Picture", read: size },
    { label: "Codecs", read: codecs },
    { label: "Frames decoded", read: (s) => count(s.video?.framesDecoded) },
    { label: "Packets lost", read: (s) => count(main(s).packetsLost) },
    { label: "Freezes", read: (s) => count(s.video?.freezeCount) },
  ],
};

export const PUBLISHING = {
  graphs: [bitrate, { ...loss, hint: "As the server reports it" }, jitter, roundTrip, frameRate, {
    label: "Path carries", hint: "What the browser believes the network can take now", floor: 100_000,
    read: (s) => s.availableBitrate, text: bitrateText,
  }],
  facts: [
    { label: "Picture", read: size },
    { label: "Codecs", read: codecs },
    { label: "Frames encoded", read: (s) => count(s.video?.framesEncoded) },
    { label: "Packets lost", read: (s) => count(main(s).packetsLost) },
    { label: "Limited by", read: (s) => LIMITS[s.video?.limitedBy] },
  ],
};

// The last minute of one number, as a small line.
import { svg } from "./dom.js";

export class Sparkline {
  #values = [];
  #line = svg("polyline", { class: "spark-line", points: "" });
  #area = svg("polygon", { class: "spark-area", points: "" });
  element = svg("svg", {
    class: "spark", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true",
  }, this.#area, this.#line);
  #floor;

  /** The scale never shows less than 0…`floor`, so that noise around nothing looks like nothing. */
  constructor(floor) { this.#floor = floor; }

  push(value) {
    this.#values.push(Number.isFinite(value) ? value : 0);
    if (this.#values.length > SAMPLES) this.#values.shift();
    const top = Math.max(this.#floor, ...this.#values) * 1.1;
    const left = SAMPLES - this.#values.length;
    const points = this.#values.map((value, i) => {
      const x = (left + i) * WIDTH / (SAMPLES - 1);
      return `${x.toFixed(1)},${(HEIGHT - 1 - (HEIGHT - 2) * value / top).toFixed(1)}`;
    });
    const start = (left * WIDTH / (SAMPLES - 1)).toFixed(1);
    this.#line.setAttribute("points", points.join(" "));
    this.#area.setAttribute("points", `${start},${HEIGHT} ${points.join(" ")} ${WIDTH},${HEIGHT}`);
  }
}

const SAMPLES = 60;
const WIDTH = 120;
const HEIGHT = 28;

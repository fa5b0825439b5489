// Builds elements. Text is always text: nothing that a server or a peer says is parsed as HTML.

/** `el("button", { class: "primary", onclick: f, hidden: true }, "Go live")` */
export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child != null));
  return node;
}

/** Sets text only when it changed, so that screen readers are not told twice. */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** A line icon of 20 units; `name` is one of the shapes below. */
export function icon(name) {
  return svg("svg", { class: "icon", viewBox: "0 0 20 20", "aria-hidden": "true" },
    svg("path", { d: SHAPES[name] }));
}

/** A round button with an icon; its label is read out and shown as a tooltip. */
export function iconButton(name, label, onclick) {
  const button = el("button", { type: "button", class: "round", onclick });
  dress(button, name, label);
  return button;
}

/** Changes an icon button's face. */
export function dress(button, name, label) {
  if (button.dataset.face === name + label) return;
  button.dataset.face = name + label;
  button.setAttribute("aria-label", label);
  button.title = label;
  button.replaceChildren(icon(name));
}

/** A button that copies `text`; absent where the browser has no clipboard (plain http). */
export function copyButton(text, label) {
  if (!navigator.clipboard) return null;
  const button = el("button", { type: "button", class: "quiet", onclick: copy }, label);
  async function copy() {
    try { await navigator.clipboard.writeText(text); button.textContent = "Copied"; }
    catch { button.textContent = "Not allowed"; }
    setTimeout(() => { button.textContent = label; }, 1600);
  }
  return button;
}

const MICROPHONE = "M10 3a2 2 0 0 1 2 2v5a2 2 0 0 1-4 0V5a2 2 0 0 1 2-2zM5 9.5a5 5 0 0 0 10 0M10 14.5V17";
const CAMERA = "M3 6h9v8H3zM12 9l5-2.5v7L12 11z";
const SHAPES = {
  play: "M6.5 4.2v11.6L15.8 10z",
  pause: "M7 4.5v11M13 4.5v11",
  stop: "M5.5 5.5h9v9h-9z",
  soundOn: "M3 8v4h3l4 3.5v-11L6 8zM13 7.2a4 4 0 0 1 0 5.6M15.2 5a7 7 0 0 1 0 10",
  soundOff: "M3 8v4h3l4 3.5v-11L6 8zM13.5 8l4 4M17.5 8l-4 4",
  full: "M3.5 7.5v-4h4M16.5 7.5v-4h-4M3.5 12.5v4h4M16.5 12.5v4h-4",
  microphone: MICROPHONE,
  microphoneOff: `${MICROPHONE}M3 3l14 14`,
  camera: CAMERA,
  cameraOff: `${CAMERA}M3 3l14 14`,
  close: "M5 5l10 10M15 5L5 15",
};

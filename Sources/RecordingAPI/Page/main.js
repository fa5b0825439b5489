// The page: a list of recordings, and one of them at a time.
import * as api from "./api.js";
import { el, say } from "./dom.js";
import { clock, moment, size } from "./figures.js";
import { askAgain } from "./token.js";
import { showRecording } from "./watch.js";

const main = document.getElementById("main");
const health = document.getElementById("health");
let takeDown = () => {};

function route() {
  takeDown();
  const [, name] = location.hash.match(/^#\/recording\/(.+)$/) ?? [];
  takeDown = name ? showRecording(main, decoded(name)) : showList();
  main.focus({ preventScroll: true });
}

/** An address that somebody has cut off is still one: there is no such recording then. */
function decoded(text) {
  try { return decodeURIComponent(text); }
  catch { return text; }
}

function showList() {
  const summary = el("p", { class: "muted", role: "status" }, "Looking for recordings");
  const list = el("ul", { class: "cards" });
  const notice = el("div", { class: "notice", role: "alert", hidden: true });
  main.replaceChildren(el("div", { class: "page" },
    el("section", { class: "hero" }, el("div", {}, el("h1", {}, "Recordings"), summary)), notice, list));
  let timer = 0, drawn = "", isGone = false;
  async function refresh() {
    if (!document.hidden) {
      try {
        const { recordings, total } = await api.list();
        if (isGone) return;
        notice.hidden = true;
        const growing = recordings.filter(({ status }) => status === "recording").length;
        say(summary, total ? `${total} in all, ${growing} growing now` : "Nothing has been recorded yet");
        say(health, growing ? "recording" : "idle");
        health.dataset.state = growing ? "ready" : "";
        const state = JSON.stringify(recordings);
        if (state !== drawn) draw(list, recordings);
        drawn = state;
      } catch (error) {
        if (isGone) return;
        tell(notice, error, async () => { await askAgain(error); clearTimeout(timer); refresh(); });
        say(health, "away");
        health.dataset.state = "";
      }
    }
    if (!isGone) timer = setTimeout(refresh, 2500);
  }
  refresh();
  return () => { isGone = true; clearTimeout(timer); };
}

/** A refused call in words; who lacks the right token may enter another. */
function tell(notice, { status, message }, again) {
  if (!notice.hidden && notice.dataset.message === message) return;
  [notice.dataset.message, notice.hidden] = [message, false];
  const needsToken = status === 401 || status === 403;
  notice.replaceChildren(el("p", {}, needsToken ? message : `${message} It is tried again every few seconds.`));
  if (needsToken) notice.append(el("button", { type: "button", class: "quiet", onclick: again }, "Enter a token"));
}

function draw(list, recordings) {
  const kept = new Map([...list.querySelectorAll("[data-id]")].map((node) => [node.dataset.id, node]));
  const nodes = recordings.map((recording) => {
    const node = kept.get(recording.recording_id) ?? card(recording);
    update(node, recording);
    return node;
  });
  if (nodes.length === 0) {
    nodes.push(el("li", { class: "empty card" }, el("h2", {}, "Nothing here yet"),
      el("p", { class: "muted" }, "What is recorded appears here as soon as there is something of it.")));
  }
  list.replaceChildren(...nodes);
}

function card({ recording_id: id }) {
  return el("li", { "data-id": id },
    el("a", { class: "recording card", href: `#/recording/${encodeURIComponent(id)}` },
      el("span", { class: "still" }, el("img", { alt: "", loading: "lazy", hidden: true }), el("span", { class: "length" })),
      el("span", { class: "text" },
        el("span", { class: "head" }, el("h2", {}), el("span", { class: "badge" })),
        el("span", { class: "muted small" }))));
}

function update(node, recording) {
  const { recording_id: id, status, title, started_at, duration_seconds, file_size_bytes, file_count: count } = recording;
  say(node.querySelector("h2"), title);
  const badge = node.querySelector(".badge");
  say(badge, { recording: "Recording", pending: "Waiting", failed: "Failed" }[status] ?? "");
  badge.hidden = status === "completed";
  badge.classList.toggle("live", status === "recording");
  say(node.querySelector(".length"), clock(duration_seconds));
  node.querySelector(".length").hidden = !count;
  const several = count > 1 ? ` · ${count}\u00a0files` : "";
  const facts = count ? `${moment(started_at)} · ${size(file_size_bytes)}${several}` : recording.reason ?? "Nothing has come yet";
  say(node.querySelector(".small"), facts);
  const picture = node.querySelector("img");
  // Another picture now and then while it grows; the last one stays until it is there.
  const version = `${count}-${Math.floor(Math.log2(1 + duration_seconds) * 4)}`;
  if (count && node.dataset.version !== version) {
    node.dataset.version = version;
    api.show(picture, api.thumbnail(id, version));
  }
}

addEventListener("hashchange", route);
route();

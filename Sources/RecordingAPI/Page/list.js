// The list of recordings, of all rooms or of one.
import * as api from "./api.js";
import { el, say } from "./dom.js";
import { clock, moment, size } from "./figures.js";
import { CONDITIONS, isInTrouble, isRecorded } from "./format.js";
import { askAgain } from "./token.js";

/** Shows the recordings of `room`, or all, in `main`, and how they fare in `health`; returns what takes it down. */
export function showList(main, health, room) {
  const summary = el("p", { class: "muted", role: "status" }, "Looking for recordings");
  const list = el("ul", { class: "cards" });
  const notice = el("div", { class: "notice", role: "alert", hidden: true });
  const more = el("button", { type: "button", class: "quiet", hidden: true, onclick: showMore }, "Show more");
  const rooms = el("datalist", { id: "rooms" });
  const field = el("input", { type: "search", placeholder: "All rooms", "aria-label": "Room", value: room, list: "rooms", onchange: choose });
  main.replaceChildren(el("div", { class: "page" },
    el("section", { class: "hero" }, el("div", {}, el("h1", {}, "Recordings"), summary),
      el("form", { class: "filter", onsubmit: choose }, field, rooms)),
    notice, list, el("p", { class: "more" }, more)));
  let timer = 0, drawn = "", isGone = false, pages = 1, older = { state: "", recordings: [] };

  async function refresh() {
    if (!document.hidden) {
      try {
        const { recordings, total } = await all();
        if (isGone) return;
        notice.hidden = true;
        tell(recordings, total);
        const state = JSON.stringify(recordings);
        if (state !== drawn) draw(list, recordings, room);
        drawn = state;
      } catch (error) {
        if (isGone) return;
        refuse(notice, error, async () => { await askAgain(error); clearTimeout(timer); refresh(); });
        say(health, "away");
        health.dataset.state = "";
      }
    }
    if (isGone) return;
    clearTimeout(timer); // another refresh may have been asked for meanwhile
    timer = setTimeout(refresh, 2500);
  }

  /** The newest page, and those behind it that were asked for: these are read again when others begin there. */
  async function all() {
    const { recordings, total } = await api.list(0, room);
    const state = [total, pages, recordings.at(-1)?.recording_id].join();
    if (older.state !== state) {
      const found = [];
      for (let page = 1; page < pages; page++) found.push(...(await api.list(page * api.PAGE, room)).recordings);
      older = { state, recordings: found };
    }
    const named = new Map([...older.recordings, ...recordings].map((recording) => [recording.recording_id, recording]));
    const ids = new Set([...recordings, ...older.recordings].map(({ recording_id: id }) => id));
    return { recordings: [...ids].map((id) => named.get(id)), total };
  }

  function tell(recordings, total) {
    const [recorded, troubled] = [recordings.filter(isRecorded).length, recordings.filter(isInTrouble).length];
    const trouble = troubled ? `, ${troubled} in trouble` : "";
    const nothing = room ? `Nothing of ${room} has been recorded` : "Nothing has been recorded yet";
    say(summary, total ? `${total} in all, ${recorded} growing now${trouble}` : nothing);
    say(health, troubled ? `${troubled} in trouble` : recorded ? "recording" : "idle");
    health.dataset.state = recorded && !troubled ? "ready" : "";
    more.hidden = pages * api.PAGE >= total;
    const names = [...new Set(recordings.map(({ room_id: name }) => name))];
    if (rooms.dataset.names === names.join()) return;
    rooms.dataset.names = names.join();
    rooms.replaceChildren(...names.map((value) => el("option", { value })));
  }

  function showMore() {
    pages += 1;
    clearTimeout(timer);
    refresh();
  }

  function choose(event) {
    event.preventDefault();
    const name = field.value.trim();
    location.hash = name ? `#/room/${encodeURIComponent(name)}` : "#/";
  }

  refresh();
  return () => { isGone = true; clearTimeout(timer); };
}

/** A refused call in words; who lacks the right token may enter another. */
function refuse(notice, { status, message }, again) {
  if (!notice.hidden && notice.dataset.message === message) return;
  [notice.dataset.message, notice.hidden] = [message, false];
  const needsToken = status === 401 || status === 403;
  notice.replaceChildren(el("p", {}, needsToken ? message : `${message} It is tried again every few seconds.`));
  if (needsToken) notice.append(el("button", { type: "button", class: "quiet", onclick: again }, "Enter a token"));
}

function draw(list, recordings, room) {
  const kept = new Map([...list.querySelectorAll("[data-id]")].map((node) => [node.dataset.id, node]));
  const nodes = recordings.map((recording) => {
    const node = kept.get(recording.recording_id) ?? card(recording);
    update(node, recording);
    return node;
  });
  if (nodes.length === 0) {
    nodes.push(el("li", { class: "empty card" }, el("h2", {}, "Nothing here yet"),
      el("p", { class: "muted" }, `What is recorded${room ? ` of ${room}` : ""} appears here as soon as there is something of it.`)));
  }
  list.replaceChildren(...nodes);
}

function card({ recording_id: id }) {
  return el("li", { "data-id": id },
    el("a", { class: "recording card", href: `#/recording/${encodeURIComponent(id)}` },
      el("span", { class: "still" }, el("img", { alt: "", loading: "lazy", hidden: true }), el("span", { class: "length" })),
      el("span", { class: "text" },
        el("span", { class: "head" }, el("h2", {}), el("span", { class: "badge" })),
        el("span", { class: "muted small" }), el("span", { class: "why small" }))));
}

function update(node, recording) {
  const { recording_id: id, status, title, started_at, duration_seconds, file_size_bytes, file_count: count } = recording;
  say(node.querySelector("h2"), title);
  const badge = node.querySelector(".badge");
  say(badge, CONDITIONS[recording.condition] ?? (recording.can_start ? "Stopped" : recording.is_active || status === "failed" ? "Failed" : ""));
  badge.hidden = !badge.textContent;
  badge.classList.toggle("live", recording.condition === "recording");
  badge.classList.toggle("trouble", isInTrouble(recording));
  say(node.querySelector(".length"), clock(duration_seconds));
  node.querySelector(".length").hidden = !count;
  const several = count > 1 ? ` · ${count}\u00a0files` : "";
  say(node.querySelector(".small"), count ? `${moment(started_at)} · ${size(file_size_bytes)}${several}` : recording.can_start ? "Nothing of it is kept" : "Nothing has come yet");
  say(node.querySelector(".why"), recording.reason ?? "");
  node.querySelector(".why").hidden = !recording.reason;
  const picture = node.querySelector("img");
  // Another picture now and then while it grows; the last one stays until it is there.
  const version = `${count}-${Math.floor(Math.log2(1 + duration_seconds) * 4)}`;
  if (count && node.dataset.version !== version) {
    node.dataset.version = version;
    api.show(picture, api.thumbnail(id, version));
  }
}

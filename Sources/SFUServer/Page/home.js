// The first view: the rooms, who publishes in them, and a field to open one.
import * as api from "./api.js";
import { codecLabel, codecName } from "./codecs.js";
import { el, say } from "./dom.js";
import { records } from "./features.js";
import { askAgain } from "./token.js";

/** Shows the view in `main`; returns what takes it down. */
export function showHome(main) {
  const field = el("input", {
    id: "room-name", required: true, maxlength: "64", placeholder: "demo",
    autocomplete: "off", autocapitalize: "none", spellcheck: "false",
  });
  const list = el("ul", { class: "rooms" });
  const summary = el("p", { class: "muted", role: "status" }, "Looking for rooms");
  const notice = el("div", { class: "notice", role: "alert", hidden: true });
  main.replaceChildren(el("div", { class: "page" },
    el("section", { class: "hero" },
      el("div", {}, el("h1", {}, "Rooms"), summary,
        records ? el("p", { class: "small" }, el("a", { href: "/recordings/" }, "Recordings")) : null),
      el("form", { class: "opener", onsubmit: (event) => {
        event.preventDefault();
        const name = field.value.trim();
        if (name) location.hash = roomLink(name);
      } },
      el("label", { for: "room-name" }, "Open or create a room"),
      el("div", {}, field, el("button", { class: "primary" }, "Open")))),
    notice, list));

  let timer = 0;
  let gone = false;
  async function refresh() {
    clearTimeout(timer);
    if (!document.hidden) {
      try {
        const { rooms } = await api.rooms();
        const details = await Promise.all(
          rooms.slice(0, DETAILED).map(({ roomId }) => api.room(roomId).catch(() => null)));
        if (gone) return;
        notice.hidden = true;
        say(summary, rooms.length ? `${counted(rooms.length, "room")} open` : "No room is open yet");
        draw(list, rooms, details);
      } catch (error) {
        if (gone) return;
        showProblem(notice, error, async () => { await askAgain(error); refresh(); });
        say(summary, "");
      }
    }
    if (!gone) timer = setTimeout(refresh, POLL_MILLISECONDS);
  }
  refresh();
  return () => { gone = true; clearTimeout(timer); };
}

export const roomLink = (name) => `#/room/${encodeURIComponent(name)}?watch=1`;

/** A refused call in words, with the way out. */
export function showProblem(notice, { status, message }, again) {
  if (!notice.hidden && notice.dataset.message === message) return;
  notice.dataset.message = message;
  notice.hidden = false;
  const needsToken = status === 401 || status === 403;
  notice.replaceChildren(
    el("p", {}, message, status === 0 ? " It is tried again every few seconds." : ""),
    el("button", { type: "button", class: "quiet", onclick: again },
      needsToken ? "Enter a token" : "Try now"));
}

export const counted = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

let drawn = "";
function draw(list, rooms, details) {
  const state = JSON.stringify([rooms, details]);
  if (state === drawn && list.isConnected && list.childElementCount) return; // keeps focus where it is
  drawn = state;
  const focused = document.activeElement?.closest?.(".room-card")?.getAttribute("href");
  list.replaceChildren(...rooms.map((room, i) => el("li", {}, card(room, details[i]))));
  if (rooms.length === 0) list.append(el("li", { class: "empty card" },
    el("h2", {}, "Quiet for now"),
    el("p", { class: "muted" },
      "Name a room above, open it, and publish your camera. Anyone with the link can watch.")));
  if (focused) list.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus();
}

function card({ roomId, name, peerCount, createdAt }, detail) {
  const producers = detail?.producers ?? [];
  const peers = (detail?.peers ?? []).filter((peer) => peer.isProducer || peer.producerCount > 0);
  const codecsOf = (id) => producers.filter(({ peerId }) => peerId === id)
    .map(({ codec, kind }) => codecLabel(codecName(codec)) || kind).join(" + ");
  const rows = peers.slice(0, 4).map(({ peerId, fullName }) =>
    el("span", { class: "chip" }, el("b", {}, fullName || peerId), codecsOf(peerId)));
  if (peers.length > 4) rows.push(el("span", { class: "chip" }, `and ${peers.length - 4} more`));
  return el("a", { class: "room-card card", href: roomLink(roomId) },
    el("span", { class: "room-head" }, el("h2", {}, name || roomId),
      el("span", { class: peers.length ? "badge live" : "badge" }, peers.length ? "Live" : "Waiting")),
    el("span", { class: "chips" },
      rows.length ? rows : el("span", { class: "muted" }, "Nobody publishes here yet")),
    el("span", { class: "muted small" },
      [counted(peerCount, "peer"), age(createdAt)].filter(Boolean).join(" · ")));
}

function age(createdAt) {
  const minutes = Math.floor((Date.now() - createdAt) / 60_000);
  if (!Number.isFinite(minutes)) return "";
  if (minutes < 1) return "just opened";
  return minutes < 90 ? `open for ${minutes} min` : `open for ${Math.round(minutes / 60)} h`;
}

const POLL_MILLISECONDS = 2500;
const DETAILED = 24; // rooms whose producers are asked for, one call each

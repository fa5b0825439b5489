"""Chromium on the list of five hundred recordings, some of which are in trouble.

list_page.py SFU RECORDER [PICTURES]

The page is the recorder's; what it lists is told here. Prints as JSON what the page shows, and asks for.
"""
import json
import sys

from browser import Browser
from page_recorder import Recorder
from sfu import wait_for

LISTED = """
const body = (number) => ({
  recording_id: `cam-${number}`, room_id: number % 2 ? "yard" : "hall/1", title: `Camera ${number}`, status: "completed",
  condition: null, reason: null, is_active: false, can_start: false, format: "mpegts", started_at: "2026-11-20T10:00:00.000Z", stopped_at: null,
  duration_seconds: 60, file_size_bytes: 1e6, file_count: 1 });
const running = [["recording", null], ["degraded", null], ["no_space", "the disk is full"], ["stalled", "nothing comes from the source"],
  ["waiting", "the camera is away"], ["stopping", null]];
const all = Array.from({ length: 500 }, (_, number) => body(number));
running.forEach(([condition, reason], i) => Object.assign(all[i], { status: "recording", is_active: true, condition, reason }));
globalThis.asked = [];
globalThis.answered = 0;
globalThis.due = new Set(); // refreshes that are planned
const [plan, forget] = [globalThis.setTimeout, globalThis.clearTimeout];
globalThis.setTimeout = (body, time) => {
  const id = plan(() => { due.delete(id); body(); }, time);
  if (time === 2500) due.add(id);
  return id;
};
globalThis.clearTimeout = (id) => { due.delete(id); forget(id); };
const known = globalThis.fetch;
globalThis.fetch = async (path, options) => {
  const { pathname, searchParams } = new URL(path, location.href);
  if (pathname !== "/api/v1/recordings") return pathname.endsWith("/thumbnail") ? new Response("", { status: 404 }) : known(path, options);
  asked.push(searchParams.toString());
  await globalThis.gate;
  answered++;
  const [limit, offset, room] = [Number(searchParams.get("limit")), Number(searchParams.get("offset")), searchParams.get("room_id")];
  const found = all.filter(({ room_id }) => !room || room_id === room);
  const recordings = found.slice(offset, offset + limit);
  return new Response(JSON.stringify({ recordings, total: found.length, limit, offset }), { headers: { "content-type": "application/json" } });
};
"""
SEEN = """(() => {
  const text = (node, selector) => node.querySelector(selector)?.textContent ?? "";
  const cards = [...document.querySelectorAll("li[data-id]")];
  const more = document.querySelector(".more button");
  return { count: cards.length, summary: text(document, ".hero .muted"), health: text(document, "#health"), hasMore: !more.hidden,
    distinct: new Set(cards.map((card) => card.dataset.id)).size,
    badges: cards.slice(0, 7).map((card) => text(card, ".badge")), reasons: cards.slice(0, 7).map((card) => text(card, ".why")),
    hash: location.hash, asked: asked.splice(0), room: document.querySelector("input[type=search]").value };
})()"""

# More is asked for while a refresh is under way: both end, and one more may come of them.
OVERTAKEN = """(async () => {
  const turn = (time) => new Promise((resolve) => setTimeout(resolve, time));
  let open;
  [asked.length, answered] = [0, 0];
  globalThis.gate = new Promise((resolve) => { open = resolve; });
  while (!asked.length) await turn(20);
  document.querySelector(".more button").click();
  while (asked.length < 2) await turn(20);
  open();
  for (let calm = 0; calm < 5; calm = due.size && asked.length === answered ? calm + 1 : 0) await turn(20);
  return due.size;
})()"""


def cards(browser, count):
    wait_for(lambda: browser.evaluate(f"document.querySelectorAll('li[data-id]').length === {count}"), 20, f"{count} cards")
    return browser.evaluate(SEEN)


def main():
    with Recorder(sys.argv[2]) as recorder, Browser("chromium", recorder.url + "/health") as browser:
        browser.call("Page.enable", {})
        browser.call("Page.addScriptToEvaluateOnNewDocument", {"source": LISTED})
        browser.go(recorder.url + "/")
        found = {"first": cards(browser, 200)}
        if len(sys.argv) > 3:
            browser.screenshot(f"{sys.argv[3]}/list.png")
        more = "(document.querySelector('.more button').click(), true)"
        browser.evaluate(more)
        found["second"] = cards(browser, 400)
        browser.evaluate(more)
        found["all"] = cards(browser, 500)
        browser.evaluate("""(() => {
          const field = document.querySelector("input[type=search]");
          field.value = "hall/1";
          field.form.requestSubmit();
          return true;
        })()""")
        wait_for(lambda: browser.evaluate("location.hash.startsWith('#/room/')"), 10, "the room's address")
        found["room"] = cards(browser, 200)
        print(json.dumps({"seen": found, "planned": browser.evaluate(OVERTAKEN)}))


main()

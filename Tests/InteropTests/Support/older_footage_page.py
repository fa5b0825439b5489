"""Chromium on a recording of two files of which the playlist lists the newest alone, as with more than two days.

older_footage_page.py SFU RECORDER [PICTURES]

What stands before the recorder leaves files out of its playlists as it does itself where there are too many segments.
Prints as JSON what the page asked for, and where it went.
"""
import json
import sys

from browser import Browser
from page_recorder import Recorder
from sfu import wait_for

VIDEO = "document.querySelector('video')"
# A whole playlist is cut: its second file alone with what lies before it, or, where a time is asked for, its first.
CUT = """(() => {
  globalThis.calls = [];
  const known = globalThis.fetch;
  globalThis.fetch = async (url, options) => {
    calls.push(String(url));
    const response = await known(url, options);
    if (!String(url).includes("index.m3u8")) return response;
    const lines = (await response.text()).split("\\n");
    const first = lines.findIndex((line) => line.startsWith("#EXT-X-MAP")), gap = lines.indexOf("#EXT-X-DISCONTINUITY");
    const length = (some) => some.filter((line) => line.startsWith("#EXTINF")).reduce((sum, line) => sum + parseFloat(line.slice(8)), 0);
    const [head, older, newer] = [lines.slice(0, first), lines.slice(first, gap), lines.slice(gap + 1)];
    globalThis.lengths = [length(older), length(newer)];
    const at = new URL(url).searchParams.get("at"), second = newer.find((line) => line.includes("DATE-TIME:")).slice(25);
    const isOlder = at && (Number.isNaN(Number(at)) ? Date.parse(at) < Date.parse(second) : Number(at) < lengths[0]);
    const text = isOlder
      ? [...head, `#EXT-X-SLUICE-UNLISTED:BEFORE=0.000000,AFTER=${lengths[1]}`, ...older, "#EXT-X-ENDLIST"]
      : [...head, `#EXT-X-SLUICE-UNLISTED:BEFORE=${lengths[0]},AFTER=0.000000`, ...newer];
    return new Response(text.join("\\n"), { status: response.status });
  };
  return true;
})()"""
SEEK = """(async () => {
  const video = document.querySelector("video");
  video.pause(); // or it plays on until something is marked there
  player.seek(%s);
  await new Promise((resolve) => video.addEventListener("seeked", resolve, { once: true }));
  return true;
})()"""
SHOWN = f"""(() => {{
  const button = (text) => [...document.querySelectorAll("button")].find((each) => each.textContent === text);
  return {{ now: {VIDEO}.currentTime, end: player.playlist.end, before: player.playlist.before, after: player.playlist.after,
    time: document.querySelector(".time").textContent, span: document.querySelector(".span").textContent,
    isEarlier: !button("Earlier").hidden, isNewest: !button("Newest").hidden,
    marked: document.querySelector(".panel .actions span").textContent, problem: player.problem }};
}})()"""


def click(browser, text):
    assert browser.evaluate(f"(() => {{ [...document.querySelectorAll('button')].find((b) => b.textContent === {json.dumps(text)}).click(); return true; }})()")


def shown(browser, what, where):
    """What the page shows once `where` is true of it."""
    wait_for(lambda: browser.evaluate(f"player.playlist.open && {VIDEO}.readyState > 2 && !{VIDEO}.seeking && ({where})"), 40, what)
    return browser.evaluate(SHOWN)


def export(browser):
    """Seconds from which to which the page asks for."""
    browser.evaluate("(globalThis.showSaveFilePicker = undefined, calls.length = 0, true)")
    click(browser, "Export")
    return wait_for(lambda: browser.evaluate("""(() => {
      const call = calls.find((each) => each.includes("/export?"));
      if (!call) return null;
      const { searchParams } = new URL(call, location.href);
      return [Number(searchParams.get("from")), Number(searchParams.get("to"))];
    })()"""), 20, "an export")


def go(browser, date):
    """By the field for dates, to so many milliseconds since 1970."""
    assert browser.evaluate(f"""(async () => {{
      const {{ fieldDate }} = await import("/format.js");
      const field = document.querySelector("input[type=datetime-local]");
      field.value = fieldDate({date});
      field.form.requestSubmit();
      return true;
    }})()""")


def picture(browser, name):
    if len(sys.argv) > 3:
        size = {"width": 1280, "height": 1150, "deviceScaleFactor": 1, "mobile": False}
        browser.call("Emulation.setDeviceMetricsOverride", size)
        browser.screenshot(f"{sys.argv[3]}/{name}.png")


def watch(browser, files):
    found = {}
    found["newest"] = shown(browser, "the newest", "player.playlist.before > 0")
    for text, seconds in (("Mark start", 1), ("Mark end", 3)):
        browser.evaluate(SEEK % f"player.playlist.first + {seconds}")
        click(browser, text)
    browser.evaluate(f"{VIDEO}.play().then(() => true)")
    found["exported"] = export(browser)
    browser.evaluate("""(() => {
      const line = document.querySelector(".line"), box = line.getBoundingClientRect();
      const options = { clientX: box.left + box.width / 2, clientY: box.top + 2, pointerType: "mouse", bubbles: true };
      line.dispatchEvent(new PointerEvent("pointermove", options));
      return true;
    })()""")
    found["preview"] = browser.evaluate("Number(new URL(document.querySelector('.preview').dataset.path, location.href).searchParams.get('at'))")
    picture(browser, "newest")
    click(browser, "Earlier")
    found["earlier"] = shown(browser, "what was before", "player.playlist.after > 0")
    found["exportedThere"] = export(browser)
    picture(browser, "earlier")
    click(browser, "Newest")
    shown(browser, "the newest again", "player.playlist.before > 0")
    go(browser, f"Date.parse({json.dumps(files[0]['started_at'])}) + 2000")
    found["dated"] = shown(browser, "a date", f"player.playlist.after > 0 && {VIDEO}.currentTime >= 0.9")
    go(browser, f"Date.parse({json.dumps(files[1]['started_at'])}) + 2000")
    found["datedLater"] = shown(browser, "a later date", f"player.playlist.before > 0 && {VIDEO}.currentTime >= 0.9")
    browser.evaluate("([...document.querySelectorAll('.files button')].at(-1).click(), true)")
    found["file"] = shown(browser, "the oldest file", "player.playlist.after > 0")
    return found | {"lengths": browser.evaluate("lengths")}


def main():
    with Recorder(sys.argv[2]) as recorder:
        source = recorder.camera()
        for seconds in (6, 12):
            recorder.start("cam", source, seconds)
            recorder.stop("cam")
        files = recorder.described("cam")["files"]
        with Browser("chromium", recorder.url + "/") as browser:
            wait_for(lambda: browser.evaluate("document.querySelector('.cards') !== null"), 30, "the page")
            browser.evaluate(CUT)
            browser.evaluate("(location.hash = '#/recording/cam', true)")
            wait_for(lambda: browser.evaluate("typeof player === 'object' && player.playlist.open !== null"), 40, "a playlist")
            print(json.dumps(watch(browser, files)))


main()

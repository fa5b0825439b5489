"""Chromium on the recorder's pages: the list with its pictures, a recording of several files that grows, a download, an export.

recordings_list_page.py RECORDER

Records a camera twice under one name, the second time as long as it is looked at. Prints as JSON what the page showed,
and what ffprobe makes of what it saved.
"""
import base64
import json
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import urllib.request

from browser import Browser
from recorder_port import recorder_port
from sfu import wait_for

HERE = pathlib.Path(__file__).resolve().parent
VIDEO = "document.querySelector('video')"
CARD = """(() => {
  const card = document.querySelector('li[data-id="cam"]');
  if (!card) return null;
  const picture = card.querySelector("img");
  return { badge: card.querySelector(".badge").textContent, length: card.querySelector(".length").textContent,
    facts: card.querySelector("a .small").textContent, width: picture.hidden ? 0 : picture.naturalWidth };
})()"""
# Watched, so that a step that was shown and is gone is not missed.
WATCH_PROGRESS = """(() => {
  const bar = document.querySelector(".export progress"), note = document.querySelector(".export p");
  globalThis.shares = [];
  new MutationObserver(() => { if (!bar.hidden) shares.push(bar.value); }).observe(note, { childList: true, characterData: true, subtree: true });
  return true;
})()"""
# What a user would choose in a dialog, which a browser without a screen has not: a file to stream into.
PICKER = """(() => {
  globalThis.showSaveFilePicker = async ({ suggestedName }) => {
    globalThis.suggested = suggestedName;
    return globalThis.chosen = await (await navigator.storage.getDirectory()).getFileHandle("chosen", { create: true });
  };
  return true;
})()"""
CHOSEN = """(async () => {
  const octets = new Uint8Array(await (await chosen.getFile()).arrayBuffer());
  return btoa(Array.from(octets, (octet) => String.fromCharCode(octet)).join(""));
})()"""
SOUGHT = """(async () => {
  const video = document.querySelector("video");
  video.pause();
  player.seek(%s);
  await new Promise((resolve) => video.addEventListener("seeked", resolve, { once: true }));
  return true;
})()"""
PLAYED = """(async () => {
  const video = document.querySelector("video"), before = performance.now();
  video.pause(); // or it plays on until this reads the time
  player.seek(%s);
  await new Promise((resolve) => video.addEventListener("seeked", resolve, { once: true }));
  const seconds = (performance.now() - before) / 1000, start = video.currentTime;
  await video.play();
  for (let i = 0; i < 200 && video.currentTime < start + 1; i++) await new Promise((resolve) => setTimeout(resolve, 50));
  return { seconds, start, now: video.currentTime, isLive: player.isLive, buffered: video.buffered.length };
})()"""
# As a recorder would that is overloaded: at once, and with nothing new.
BUSY = """(async () => {
  const asked = globalThis.fetch;
  let count = 0;
  globalThis.fetch = (url, options) => String(url).includes("index.m3u8") ? (count++, Promise.resolve(new Response("", { status: 503 }))) : asked(url, options);
  await new Promise((resolve) => setTimeout(resolve, 4000));
  globalThis.fetch = asked;
  return count;
})()"""
# Times that are not the media's: as after a day of rounding, and more.
SCALE = """(() => {
  globalThis.known ??= globalThis.fetch;
  globalThis.fetch = async (url, options) => {
    const response = await known(url, options);
    if (!String(url).includes("index.m3u8")) return response;
    const text = (await response.text()).replace(/(#EXTINF:|DURATION=)([0-9.]+)/g, (_, tag, value) => tag + value * %s);
    return new Response(text, { status: response.status });
  };
  return true;
})()"""


def call(url, body=None):
    data = json.dumps(body).encode() if body is not None else None
    with urllib.request.urlopen(urllib.request.Request(url, data), timeout=30) as answer:
        return json.loads(answer.read() or b"null")


def recorded(base, source, seconds, whole):
    """Begins to record, and returns when the recording is so long in all."""
    call(base + "/api/recording/start", {"mint_id": "cam", "source": source, "wait_seconds": 15})
    wait_for(lambda: call(base + "/api/v1/recordings/cam")["duration_seconds"] >= whole, seconds, "a recording")


def pictures(path):
    found = subprocess.run(
        ["ffprobe", "-v", "error", "-count_frames", "-select_streams", "v:0", "-show_entries", "stream=nb_read_frames",
         "-of", "csv=p=0", str(path)], capture_output=True, text=True)
    numbers = re.findall(r"\d+", found.stdout)
    return int(numbers[-1]) if numbers and not found.stderr else 0


def saved(folder, suffix):
    """The file that the browser has saved, once it is whole."""
    files = lambda: [file for file in pathlib.Path(folder).iterdir() if file.suffix == suffix]
    return wait_for(lambda: files() and files()[0].stat().st_size and files()[0], 40, f"a {suffix} file")


def click(browser, text):
    assert browser.evaluate(f"(() => {{ [...document.querySelectorAll('button')].find((b) => b.textContent === {json.dumps(text)}).click(); return true; }})()")


def export(browser, downloads):
    for text, time in (("Mark start", 1.2), ("Mark end", 4.2)):
        browser.evaluate(SOUGHT % time)
        click(browser, text)
    browser.evaluate(f"{VIDEO}.play().then(() => true)")
    browser.evaluate(WATCH_PROGRESS)
    browser.evaluate(PICKER)
    click(browser, "Export")
    note = "document.querySelector('.export p').textContent"
    wait_for(lambda: "Saved" in (browser.evaluate(note) or ""), 40, "an export")
    chosen = pathlib.Path(downloads, "chosen")
    chosen.write_bytes(base64.b64decode(browser.evaluate(CHOSEN)))
    found = {"shares": browser.evaluate("shares"), "note": browser.evaluate(note), "pictures": pictures(chosen),
             "suggested": browser.evaluate("suggested")}
    # Where pages choose no files the browser saves it by itself.
    browser.evaluate("(globalThis.showSaveFilePicker = undefined, true)")
    click(browser, "Export")
    wait_for(lambda: "Your browser saves" in (browser.evaluate(note) or ""), 40, "a download")
    return found | {"handed": browser.evaluate(note), "handedPictures": pictures(saved(downloads, ".mp4"))}


def watch(browser, base, downloads):
    card = wait_for(lambda: (lambda seen: seen and seen["width"] and seen["badge"] == "Recording" and seen)(browser.evaluate(CARD)), 40, "a card with a picture")
    browser.evaluate("(document.querySelector('li[data-id=\"cam\"] a').click(), true)")
    wait_for(lambda: browser.evaluate(f"{VIDEO} && {VIDEO}.currentTime > 8 && {VIDEO}.readyState > 2"), 40, "the growing end")
    back = browser.evaluate(PLAYED % 0.5)
    exported = export(browser, downloads)
    asked = browser.evaluate(BUSY)
    browser.evaluate("(player.goLive(), true)")
    wait_for(lambda: browser.evaluate("player.isLive && player.behind < 2"), 40, "the end again")
    links = browser.evaluate("[...document.querySelectorAll('.files a')].map((link) => link.getAttribute('href'))")
    first = call(base + "/api/v1/recordings/cam")["files"][0]
    browser.evaluate("([...document.querySelectorAll('.files a')].at(-1).click(), true)")
    download = saved(downloads, ".ts")
    wait_for(lambda: download.stat().st_size == first["file_size_bytes"], 20, "all of it")
    whole = browser.evaluate("(() => { const link = document.querySelector('.panel .head a'); return { hidden: link.hidden, href: link.getAttribute('href') }; })()")
    return {"card": card, "back": back, "export": exported, "asked": asked, "links": links, "downloaded": download.name,
            "first": first["file"], "pictures": pictures(download), "whole": whole, "problem": browser.evaluate("player.problem")}


def skewed(browser, base, scale):
    """Seeks where the playlist's times are the media's times `scale`."""
    browser.evaluate("(location.hash = '#/', true)")
    wait_for(lambda: browser.evaluate(f"!{VIDEO}"), 10, "the list")
    browser.evaluate(SCALE % scale)
    browser.evaluate("(location.hash = '#/recording/cam', true)")
    wait_for(lambda: browser.evaluate(f"{VIDEO} && {VIDEO}.currentTime > 0.3 && player.playlist.isEnded"), 30, "a picture")
    return browser.evaluate(PLAYED % (4 * scale))


def main():
    with tempfile.TemporaryDirectory(prefix="sluice-list-") as folder, tempfile.TemporaryDirectory(prefix="sluice-saved-") as downloads:
        camera = subprocess.Popen(["/usr/bin/python3", str(HERE / "rtsp_camera.py")], stdout=subprocess.PIPE, text=True)
        recorder = subprocess.Popen(
            [sys.argv[2], "--output", folder, "--http", "127.0.0.1:0", "--log-format", "json"], stderr=subprocess.PIPE, text=True)
        try:
            port = recorder_port(recorder)
            base = f"http://127.0.0.1:{port}"
            source = f"rtsp://127.0.0.1:{int(camera.stdout.readline())}/live"
            recorded(base, source, 30, 6)
            call(base + "/api/recording/stop", {"mint_id": "cam"})
            recorded(base, source, 30, 10)
            with Browser("chromium", base + "/") as browser:
                browser.call("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": downloads})
                found = watch(browser, base, downloads)
                call(base + "/api/recording/stop", {"mint_id": "cam"})
                found["skewed"] = skewed(browser, base, 2)
            print(json.dumps(found))
        finally:
            for process in (recorder, camera):
                process.send_signal(signal.SIGTERM)
            recorder.communicate(timeout=30)
            camera.communicate(timeout=30)


signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGINT})  # tests' threads block them
main()

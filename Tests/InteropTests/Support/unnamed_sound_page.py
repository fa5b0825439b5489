"""Chromium on the page of cameras that it cannot play, or not all of: H.264 and G.711; H.265.

unnamed_sound_page.py SFU RECORDER [PICTURES]

Prints as JSON what was played, and what the page said. PICTURES is a folder for pictures of the pages.
"""
import json
import sys

from browser import Browser
from page_recorder import Recorder
from sfu import wait_for

VIDEO = "document.querySelector('video')"
SEEN = f"""(() => {{
  const quality = {VIDEO}.getVideoPlaybackQuality();
  return {{ width: {VIDEO}.videoWidth, frames: quality.totalVideoFrames, now: {VIDEO}.currentTime, isLive: player.isLive,
    behind: player.behind ?? -1, problem: player.problem, isSoundOff: document.querySelector("[aria-label=Unmute]").disabled,
    silence: document.querySelector(".silence").textContent, facts: document.querySelector(".hero .muted").textContent }};
}})()"""
BACK = """(async () => {
  const video = document.querySelector("video");
  player.seek(1);
  await new Promise((resolve) => video.addEventListener("seeked", resolve, { once: true }));
  const start = video.currentTime;
  for (let i = 0; i < 200 && video.currentTime < start + 1; i++) await new Promise((resolve) => setTimeout(resolve, 50));
  return video.currentTime - start;
})()"""


def leave(browser):
    browser.evaluate("(location.hash = '#/', true)")
    wait_for(lambda: browser.evaluate(f"!{VIDEO}"), 20, "the list")


def picture(browser, name):
    if len(sys.argv) > 3:
        size = {"width": 1280, "height": 1150, "deviceScaleFactor": 1, "mobile": False}
        browser.call("Emulation.setDeviceMetricsOverride", size)
        browser.screenshot(f"{sys.argv[3]}/{name}.png")


def played(browser, name):
    browser.evaluate(f"(location.hash = '#/recording/{name}', true)")
    wait_for(lambda: browser.evaluate(f"{VIDEO} && {VIDEO}.currentTime > 1 && {VIDEO}.readyState > 2"), 60, "a picture")
    return browser.evaluate(SEEN)


def main():
    with Recorder(sys.argv[2]) as recorder:
        recorder.start("cam", recorder.camera("--audio", "pcmu"), 6)
        with Browser("chromium", recorder.url + "/") as browser:
            wait_for(lambda: browser.evaluate("document.querySelector('.cards') !== null"), 30, "the page")
            growing = played(browser, "cam")
            wait_for(lambda: browser.evaluate("player.isLive && player.behind < 1.5"), 40, "the growing end")
            picture(browser, "unnamed-sound")
            growing["back"] = browser.evaluate(BACK)
            leave(browser)
            recorder.stop("cam")
            ended = played(browser, "cam")
            ended["back"] = browser.evaluate(BACK)
            leave(browser)
            recorder.start("door", recorder.camera("--video", "h265", "--audio", "none"), 3)
            browser.evaluate("(location.hash = '#/recording/door', true)")
            notice = "document.querySelector('.notice')"
            text = wait_for(lambda: browser.evaluate(f"{notice} && !{notice}.hidden && {notice}.textContent"), 30, "a line")
            picture(browser, "unknown-picture")
            files = recorder.described("cam")["files"]
        print(json.dumps({"growing": growing, "ended": ended, "refusal": text, "files": files}))


main()

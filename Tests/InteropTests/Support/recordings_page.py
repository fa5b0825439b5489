"""Chromium on the recorder's page: it plays a growing recording, goes back in it and to its end again.

    recordings_page.py BASE NAME

Prints as JSON how far behind the recording's clock the picture was, at the end and after going back.
"""
import json
import sys

from browser import Browser
from sfu import wait_for

VIDEO = "document.querySelector('video')"
AFTER_SEEKING = """(async () => {
  const video = document.querySelector("video");
  const before = performance.now();
  player.seek(1);
  await new Promise((resolve) => video.addEventListener("seeked", resolve, { once: true }));
  const seconds = (performance.now() - before) / 1000;
  const start = video.currentTime;
  while (video.currentTime < start + 1) await new Promise((resolve) => setTimeout(resolve, 50));
  return { seconds, start, isLive: player.isLive };
})()"""


def main(base, name):
    with Browser("chromium", f"{base}/#/recording/{name}") as browser:
        wait_for(lambda: browser.evaluate(f"{VIDEO}.currentTime > 1 && {VIDEO}.readyState > 2 && !{VIDEO}.seeking"), 60, "a picture")
        wait_for(lambda: browser.evaluate("player.isLive && player.behind < 1.0"), 40, "the growing end")
        behind = []
        for _ in range(40):
            behind.append(browser.evaluate("new Promise((go) => setTimeout(() => go(player.behind), 100))"))
        size = browser.evaluate(f"({{ width: {VIDEO}.videoWidth, frames: {VIDEO}.getVideoPlaybackQuality().totalVideoFrames }})")
        back = browser.evaluate(AFTER_SEEKING)
        browser.evaluate("player.goLive()")
        wait_for(lambda: browser.evaluate(f"player.isLive && !{VIDEO}.seeking && player.behind < 2"), 40, "the end again")
        behind.sort()
        print(json.dumps({
            "behindMedian": behind[len(behind) // 2], "behindMost": behind[-1], "width": size["width"],
            "frames": size["frames"], "seekSeconds": back["seconds"], "seekTime": back["start"],
            "problem": browser.evaluate("player.problem"),
        }))


main(*sys.argv[1:])

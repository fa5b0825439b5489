"""Chromium on the recorder's page: it plays a growing recording, goes back in it and to its end again.

    recordings_page.py BASE NAME SENDINGS

SENDINGS is what numbered_camera.py writes of its pictures. Prints as JSON how far behind the camera the pictures
were that it showed, by their numbers, how far the page says they were, and how it went back.
"""
import json
import sys
import time

from browser import Browser
from numbers_seen import Watch, read_sendings
from sfu import wait_for

VIDEO = "document.querySelector('video')"
AFTER_SEEKING = """(async () => {
  const video = document.querySelector("video");
  const before = performance.now();
  video.pause(); // or it plays on until this reads the time
  player.seek(1);
  await new Promise((resolve) => video.addEventListener("seeked", resolve, { once: true }));
  const seconds = (performance.now() - before) / 1000;
  const start = video.currentTime;
  await video.play();
  while (video.currentTime < start + 1) await new Promise((resolve) => setTimeout(resolve, 50));
  return { seconds, start, isLive: player.isLive };
})()"""


def main(base, name, sendings):
    with Browser("chromium", f"{base}/#/recording/{name}") as browser:
        wait_for(lambda: browser.evaluate(f"{VIDEO}.currentTime > 1 && {VIDEO}.readyState > 2 && !{VIDEO}.seeking"), 60, "a picture")
        wait_for(lambda: browser.evaluate("player.isLive && player.behind < 1.0"), 40, "the growing end")
        watch, begun = Watch(browser), time.monotonic_ns()
        behind = []
        for _ in range(80):
            behind.append(browser.evaluate("new Promise((go) => setTimeout(() => go(player.behind), 100))"))
        seen = watch.end(begun, time.monotonic_ns(), read_sendings(sendings))
        size = browser.evaluate(f"({{ width: {VIDEO}.videoWidth, frames: {VIDEO}.getVideoPlaybackQuality().totalVideoFrames }})")
        back = browser.evaluate(AFTER_SEEKING)
        browser.evaluate("player.goLive()")
        wait_for(lambda: browser.evaluate(f"player.isLive && !{VIDEO}.seeking && player.behind < 2"), 40, "the end again")
        behind.sort()
        print(json.dumps({
            **seen, "behindMedian": behind[len(behind) // 2], "behindMost": behind[-1], "width": size["width"],
            "frames": size["frames"], "seekSeconds": back["seconds"], "seekTime": back["start"],
            "problem": browser.evaluate("player.problem"),
        }))


main(*sys.argv[1:])

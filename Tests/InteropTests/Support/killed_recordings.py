"""Chromium plays recordings of killed recorders to their ends.

    killed_recordings.py BASE FILE=PICTURES...

MP4 is played as the file it is, a transport stream on the recorder's page; of each at least so many pictures, ten at
most. Prints, as JSON, of each file what is wrong with it, or nothing.
"""
import json
import sys

from browser import Browser

PLAY_FILE = """(async () => {
  const video = document.createElement("video");
  video.muted = true;
  video.src = %s;
  return await PLAY(video, PICTURES);
})()"""
PLAY_PAGE = """(async () => {
  for (let tries = 0; tries < 100 && !document.querySelector("video")?.duration; tries += 1)
    await new Promise((go) => setTimeout(go, 100));
  const video = document.querySelector("video");
  if (!video) return "the page has no video";
  return await PLAY(video, PICTURES) || player.problem;
})()"""
FUNCTION = """window.PLAY = async (video, pictures) => {
  const failed = () => video.error?.message ?? "";
  const until = async (condition) => {
    for (let tries = 0; tries < 200 && !condition() && !video.error; tries += 1)
      await new Promise((go) => setTimeout(go, 100));
    return condition();
  };
  if (!await until(() => video.readyState >= 2)) return failed() || "no picture comes";
  video.playbackRate = 4;
  await video.play();
  const end = () => video.seekable.length ? video.seekable.end(video.seekable.length - 1) : video.duration;
  const shown = () => video.getVideoPlaybackQuality().totalVideoFrames;
  if (!await until(() => video.ended || video.currentTime > end() - 0.25 && shown() >= pictures)) {
    return failed() || `stops at ${video.currentTime} of ${end()}`;
  }
  return failed() || (shown() < pictures ? `${shown()} pictures of ${pictures}` : "");
}"""


def main(base, *files):
    found = {}
    with Browser("chromium", base + "/") as browser:
        for word in files:
            file, _, pictures = word.rpartition("=")
            name = file.rsplit("_", 2)[0]
            isPage = file.endswith(".ts")
            browser.go("about:blank")
            browser.go(f"{base}/#/recording/{name}" if isPage else f"{base}/")
            while browser.evaluate("document.readyState === 'complete' && location.href.startsWith('http')") is not True:
                pass
            browser.evaluate(f"({FUNCTION}) && ''")
            play = PLAY_PAGE if isPage else PLAY_FILE % json.dumps("/recordings/" + file)
            found[file] = browser.evaluate(play.replace("PICTURES", str(min(int(pictures), 10))))
            if found[file] is None:
                found[file] = "no answer"
    print(json.dumps(found))


main(*sys.argv[1:])

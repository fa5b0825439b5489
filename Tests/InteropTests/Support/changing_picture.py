"""A camera whose picture changes its size while it is recorded as MPEG-TS, on the recorder's page and by its playlist.

changing_picture.py RECORDER

The camera shows 640x480 for four seconds and 1280x720 for the next four, again and again. Prints as JSON what the playlist
lists, what Chromium shows while it plays over a change, back in the recording and at its growing end, and how large
thumbnails are.
"""
import json
import pathlib
import re
import signal
import struct
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

from browser import Browser
from recorder_port import recorder_port
from sfu import wait_for

ROOT = pathlib.Path(__file__).resolve().parents[3]
VIDEO = "document.querySelector('video')"
SHOWN = f"{VIDEO}.getVideoPlaybackQuality().totalVideoFrames"
# Every size that is shown from now on.
WATCH = """(() => {
  const video = document.querySelector("video");
  globalThis.sizes = [[video.videoWidth, video.videoHeight]];
  video.addEventListener("resize", () => {
    if (sizes.at(-1)[0] !== video.videoWidth) sizes.push([video.videoWidth, video.videoHeight]);
  });
  return true;
})()"""
BACK = """(async () => {
  const video = document.querySelector("video");
  player.seek(%s);
  await new Promise((resolve) => video.addEventListener("seeked", resolve, { once: true }));
  await video.play();
  return video.currentTime;
})()"""


def clip(folder):
    """Two sizes one behind the other, and sound."""
    video = pathlib.Path(folder, "clip.h264")
    with open(video, "wb") as whole:
        for size in ("640x480", "1280x720"):
            whole.write(subprocess.run(
                ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", f"testsrc2=size={size}:rate=30", "-t", "4", "-c:v", "libx264",
                 "-preset", "ultrafast", "-tune", "zerolatency", "-bf", "0", "-g", "30",
                 "-x264-params", "aud=1:slices=1:keyint=30:scenecut=0:repeat-headers=1", "-pix_fmt", "yuv420p", "-f", "h264", "-"],
                check=True, capture_output=True).stdout)
    audio = pathlib.Path(folder, "clip.aac")
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=sample_rate=48000", "-t", "8", "-c:a", "aac", "-ac", "2",
                    "-b:a", "64k", "-f", "adts", str(audio)], check=True)
    return str(video), str(audio)


def call(url, body=None):
    data = json.dumps(body).encode() if body is not None else None
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data), timeout=30) as answer:
            octets = answer.read()
            return answer.status, json.loads(octets) if "json" in answer.headers["content-type"] else octets
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def picture_size(jpeg):
    """Width and height, out of the frame's header."""
    at = 2
    while jpeg[at + 1] not in (0xC0, 0xC1, 0xC2):
        at += 2 + struct.unpack(">H", jpeg[at + 2:at + 4])[0]
    height, width = struct.unpack(">HH", jpeg[at + 5:at + 9])
    return [width, height]


def sizes_of(path):
    """The sizes of the pictures that ffprobe decodes, in their order."""
    found = subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "frame=width,height", "-of", "csv=p=0", path],
        capture_output=True, text=True)
    sizes = []
    for line in found.stdout.split():
        size = [int(number) for number in line.strip(",").split(",")[:2]]
        if not sizes or sizes[-1] != size:
            sizes.append(size)
    return sizes, found.stderr


def look(browser, base):
    wait_for(lambda: browser.evaluate(f"{VIDEO} && {VIDEO}.currentTime > 0 && {VIDEO}.readyState > 2"), 40, "a picture")
    # At the growing end, over the next change.
    browser.evaluate(WATCH)
    wait_for(lambda: browser.evaluate("sizes.length > 2"), 30, "another size at the growing end")
    wait_for(lambda: browser.evaluate("player.isLive && player.behind < 2"), 30, "it stays at the growing end")
    result = {"live": browser.evaluate("sizes")}
    browser.evaluate(BACK % 2)
    browser.evaluate(WATCH)
    before = browser.evaluate(SHOWN)
    wait_for(lambda: browser.evaluate(f"{VIDEO}.currentTime > 10"), 40, "it is played over both changes")
    return result | {"back": browser.evaluate("sizes"), "shown": browser.evaluate(SHOWN) - before,
                     "problem": browser.evaluate("player.problem")}


def judge(base, folder):
    playlist = call(base + "/hls/cam/index.m3u8")[1].decode()
    files = call(base + "/api/v1/recordings/cam")[1]["files"]
    thumbnails = [picture_size(call(f"{base}/api/v1/recordings/cam/thumbnail?at={second}")[1]) for second in (1, 5, 9)]
    exports = [call(f"{base}/api/v1/recordings/cam/export?from={start}&to={end}")[0] for start, end in ((0, 3), (4.5, 7), (2, 6))]
    played, errors = sizes_of(base + "/hls/cam/index.m3u8")
    return {
        "maps": re.findall(r'#EXT-X-MAP:URI="([^"]+)', playlist), "discontinuities": playlist.count("#EXT-X-DISCONTINUITY\n"),
        "files": [each["media_type"] for each in files], "seconds": [each["duration_seconds"] for each in files], "thumbnails": thumbnails,
        "exports": exports, "played": played, "errors": errors,
    }


def main():
    with tempfile.TemporaryDirectory(prefix="sluice-size-") as folder, tempfile.TemporaryDirectory(prefix="sluice-clip-") as clips:
        camera = subprocess.Popen([sys.executable, str(ROOT / "Scripts/stamped-camera"), *clip(clips)], stdout=subprocess.PIPE, text=True)
        recorder = subprocess.Popen([sys.argv[2], "--output", folder, "--http", "127.0.0.1:0", "--log-format", "json"], stderr=subprocess.PIPE, text=True)
        try:
            port = recorder_port(recorder)
            base = f"http://127.0.0.1:{port}"
            source = f"rtsp://127.0.0.1:{int(camera.stdout.readline())}/live"
            call(base + "/api/recording/start", {"mint_id": "cam", "source": source, "wait_seconds": 15})
            wait_for(lambda: call(base + "/api/v1/recordings/cam")[1]["duration_seconds"] > 5, 30, "a recording")
            with Browser("chromium", base + "/#/recording/cam") as browser:
                found = look(browser, base)
            call(base + "/api/recording/stop", {"mint_id": "cam"})
            print(json.dumps(found | judge(base, folder)))
        finally:
            for process in (recorder, camera):
                process.send_signal(signal.SIGTERM)
                process.communicate(timeout=30)


signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGINT})  # tests' threads block them
main()

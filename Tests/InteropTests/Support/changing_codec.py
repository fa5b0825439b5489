"""A recording that begins in VP8, lacks some pictures before a key frame, and goes on in H.264, played from its beginning on the
recorder's page.

changing_codec.py RECORDER

Prints as JSON the files' suffixes, how many pictures Chromium has shown of the second one, how many that has, and
whether it came to the end.
"""
import json
import pathlib
import re
import signal
import subprocess
import sys
import tempfile

from browser import Browser
from plain_rtp import free_ports, ffmpeg
from recorded import probe
from recorder_port import recorder_port
from sfu import wait_for

VP8 = ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-g", "25", "-keyint_min", "25",
       "-bsf:v", "noise=drop=between(n\\,65\\,74)"]
H264 = ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "25", "-pix_fmt", "yuv420p"]
PLAY = """(async () => {
  const video = document.querySelector("video");
  player.seek(0);
  await new Promise((resolve) => video.addEventListener("seeked", resolve, { once: true }));
  await video.play();
  return true;
})()"""
VIDEO = "document.querySelector('video')"
SHOWN = f"{VIDEO}.getVideoPlaybackQuality().totalVideoFrames"


def record(program, folder, video, container):
    """What ffmpeg sends in seven seconds, from when the recorder is there."""
    port = free_ports()
    with tempfile.TemporaryDirectory(prefix="sluice-codec-") as scratch:
        sdp = pathlib.Path(scratch) / "session.sdp"
        sender = subprocess.Popen(ffmpeg(port, sdp, video, ["-c:a", "libopus"], 7))
        wait_for(lambda: sdp.exists() and sdp.stat().st_size, 20, "a description")
        recorder = subprocess.Popen([program, "--source", str(sdp), "--output", folder, "--name", "cam", "--format",
                                     container, "--http", "127.0.0.1:0", "--log-level", "error"])
        sender.wait(timeout=60)
        recorder.send_signal(signal.SIGTERM)
        recorder.wait(timeout=30)


def look(base):
    with Browser("chromium", base + "/#/recording/cam") as browser:
        wait_for(lambda: browser.evaluate(f"{VIDEO} && {VIDEO}.duration > 0"), 40, "a recording")
        browser.evaluate(PLAY)
        joint = browser.evaluate("player.playlist.segments.find((each) => each.file > 0).start")
        wait_for(lambda: browser.evaluate(f"{VIDEO}.currentTime >= {joint}"), 40, "the second file")
        before = browser.evaluate(SHOWN)
        wait_for(lambda: browser.evaluate(f"{VIDEO}.ended || player.problem"), 40, "an end")
        return {"shown": browser.evaluate(SHOWN) - before, "ended": browser.evaluate(f"{VIDEO}.ended"),
                "problem": browser.evaluate("player.problem")}


def main(program):
    with tempfile.TemporaryDirectory(prefix="sluice-codecs-") as folder:
        record(program, folder, VP8, "webm")
        record(program, folder, H264, "fmp4")
        files = sorted(path for path in pathlib.Path(folder).iterdir() if path.suffix in (".webm", ".mp4"))
        recorder = subprocess.Popen(
            [program, "--output", folder, "--http", "127.0.0.1:0", "--log-format", "json"], stderr=subprocess.PIPE, text=True)
        try:
            port = recorder_port(recorder)
            found = look(f"http://127.0.0.1:{port}")
        finally:
            recorder.send_signal(signal.SIGTERM)
            recorder.communicate(timeout=30)
        print(json.dumps(found | {"files": [path.suffix for path in files], "pictures": probe(files[-1])["frames"][0]}))


signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGINT})  # tests' threads block them
main(sys.argv[2])

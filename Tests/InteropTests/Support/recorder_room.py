"""What Chromium publishes, recorded from the room. recorder_room.py SFU RECORDER CODEC FORMAT"""
import json
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

from browser import Browser
from recorded import probe
from recorder_port import recorder_port
from sfu import Server, wait_for


def frames(source, *options):
    """Pictures that ffprobe decodes of a file or a URL."""
    found = subprocess.run(
        ["ffprobe", "-v", "error", *options, "-count_frames", "-select_streams", "v:0", "-show_entries", "stream=nb_read_frames",
         "-of", "csv=p=0", source], capture_output=True, text=True)
    numbers = re.findall(r"\d+", found.stdout)
    return int(numbers[-1]) if numbers and not found.stderr else 0


def served(program, folder):
    """What the recorder's API makes of the recording once it has ended."""
    recorder = subprocess.Popen(
        [program, "--output", folder, "--http", "127.0.0.1:0", "--log-format", "json"], stderr=subprocess.PIPE, text=True)
    try:
        port = recorder_port(recorder)
        base = f"http://127.0.0.1:{port}"
        exported = base + "/api/v1/recordings/room/export?from=2&to=4"
        with urllib.request.urlopen(base + "/api/v1/recordings/room/thumbnail") as answer:
            thumbnail = answer.read()
        with urllib.request.urlopen(exported) as answer:
            kind = answer.headers["content-type"]
        return {"listed": frames(base + "/hls/room/index.m3u8", "-allowed_segment_extensions", "webm"), "exported": frames(exported), "exportedAs": kind,
                "hasThumbnail": thumbnail[:2] == b"\xff\xd8"}
    finally:
        recorder.terminate()
        recorder.communicate(timeout=30)


def main():
    sfu, program, codec, container = sys.argv[1:5]
    with tempfile.TemporaryDirectory(prefix="sluice-room-") as folder, Server(sfu, "--rtc", "127.0.0.1:0") as server:
        page = f"{server.url}/#/room/demo?publish=1&name=alice&codec={codec}&size=360"
        with Browser("chromium", page):
            wait_for(lambda: "sluice_sfu_received_packets_total 0\n" not in server.get("/metrics"), 60, "media")
            recorder = subprocess.Popen(
                [program, "--source", server.url + "/rooms/demo/whep", "--output", folder, "--name", "room",
                 "--format", container, "--http", "127.0.0.1:0"], stderr=subprocess.PIPE, text=True)
            media = lambda: [file for file in pathlib.Path(folder).iterdir() if file.suffix not in (".index", ".json")]
            wait_for(lambda: media() and media()[0].stat().st_size > 20_000, 40, "a file that grows")
            time.sleep(12)
            recorder.terminate()
            _, log = recorder.communicate(timeout=30)
        files = sorted(media())
        found = [probe(file) for file in files]
        after = served(program, folder) | {"held": sum(frames(str(file)) for file in files)}
    print(json.dumps(after | {
        "files": [file.name for file in files], "codecs": [each["codecs"] for each in found],
        "frames": min(sum(each["frames"][track] for each in found) for track in (0, 1)), "log": log,
        "step": min(each["step"][0] for each in found), "exit": recorder.returncode}))


signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGINT})  # tests' threads block them
main()

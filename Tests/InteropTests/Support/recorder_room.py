"""What Chromium publishes, recorded from the room. recorder_room.py SFU RECORDER CODEC FORMAT"""
import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

from browser import Browser
from sfu import Server, wait_for


def main():
    sfu, program, codec, container = sys.argv[1:5]
    with tempfile.TemporaryDirectory(prefix="sluice-room-") as folder, Server(sfu, "--rtc", "127.0.0.1:0") as server:
        page = f"{server.url}/#/room/demo?publish=1&name=alice&codec={codec}&size=360"
        with Browser("chromium", page):
            wait_for(lambda: "sluice_sfu_received_packets_total 0\n" not in server.get("/metrics"), 60, "media")
            recorder = subprocess.Popen(
                [program, "--source", server.url + "/rooms/demo/whep", "--output", folder, "--name", "room",
                 "--format", container, "--http", "127.0.0.1:0"], stderr=subprocess.PIPE, text=True)
            media = lambda: [file for file in pathlib.Path(folder).iterdir() if file.suffix != ".index"]
            wait_for(lambda: media() and media()[0].stat().st_size > 20_000, 40, "a file that grows")
            time.sleep(6)
            recorder.terminate()
            _, log = recorder.communicate(timeout=30)
        files = sorted(media())
        found = subprocess.run(
            ["ffprobe", "-v", "error", "-count_frames", "-show_entries", "stream=codec_name,nb_read_frames",
             "-of", "json", str(files[0])], capture_output=True, text=True)
        streams = json.loads(found.stdout)["streams"]
    print(json.dumps({
        "files": [file.name for file in files], "codecs": [stream["codec_name"] for stream in streams],
        "frames": min(int(stream["nb_read_frames"]) for stream in streams), "log": log,
        "exit": recorder.returncode}))


signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGINT})  # tests' threads block them
main()

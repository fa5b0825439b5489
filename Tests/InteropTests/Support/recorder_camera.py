"""A camera over RTSP, recorded. recorder_camera.py SFU RECORDER h265|bframes FORMAT"""
import json
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

from recorded import probe

FRAMES = 150  # six seconds, if nothing holds up camera and recorder
PATIENCE = 90  # seconds: on a busy machine both begin late, and an encoder falls behind


def written(port):
    """Pictures in the recording's files, or on their way there."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/recording/status/camera", timeout=10) as answer:
            return int(re.search(r'"video_frames_written":\s*(\d+)', answer.read().decode()).group(1))
    except urllib.error.HTTPError:  # it listens before it knows its source
        return 0


def main():
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGINT})  # tests' threads block them
    program, video, container = sys.argv[2:5]
    with tempfile.TemporaryDirectory(prefix="sluice-camera-") as folder:
        clip = pathlib.Path(folder) / "clip.mkv"
        options = ["--video", video, "--audio", "none"]
        if video == "bframes":
            subprocess.run(
                ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25", "-t", "30", "-c:v",
                 "libx264", "-preset", "veryfast", "-bf", "2", "-g", "25", "-pix_fmt", "yuv420p", str(clip)], check=True)
            options += ["--clip", str(clip)]
        camera = subprocess.Popen(
            ["/usr/bin/python3", str(pathlib.Path(__file__).parent / "rtsp_camera.py"), *options],
            stdout=subprocess.PIPE, text=True)
        port = camera.stdout.readline().strip()
        recorder = subprocess.Popen(
            [program, "--source", f"rtsp://127.0.0.1:{port}/live", "--output", folder, "--name", "camera", "--format",
             container, "--http", "127.0.0.1:0", "--log-format", "json"], stderr=subprocess.PIPE, text=True)
        try:
            http = int(re.search(r"port (\d+)", recorder.stderr.readline()).group(1))
            deadline = time.monotonic() + PATIENCE
            while written(http) < FRAMES and time.monotonic() < deadline:
                time.sleep(0.05)
            recorder.terminate()
            _, log = recorder.communicate(timeout=30)
        finally:  # what is left would hold whoever reads this script's output
            for child in (recorder, camera):
                child.kill()
                child.wait()
        files = sorted(file for file in pathlib.Path(folder).iterdir() if file.suffix not in (".index", ".mkv"))
        found = probe(files[0]) if files else {}
        print(json.dumps({
            "files": [file.suffix for file in files], "log": log, "exit": recorder.returncode, **found}))


main()

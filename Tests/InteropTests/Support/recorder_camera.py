"""A camera over RTSP, recorded. recorder_camera.py SFU RECORDER h264|h265|bframes|none FORMAT [AUDIO]"""
import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

from recorded import probe
from recorder_port import recorder_port

FRAMES = 150  # six seconds, if nothing holds up camera and recorder
PATIENCE = 90  # seconds: on a busy machine both begin late, and an encoder falls behind


def status(port):
    """How the recording stands."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/recording/status/camera", timeout=10) as answer:
            return json.load(answer)
    except urllib.error.HTTPError:  # it listens before it knows its source
        return {"stats": {"video_frames_written": 0, "audio_frames_written": 0}, "warnings": []}


def main():
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGINT})  # tests' threads block them
    program, video, container = sys.argv[2:5]
    sound = sys.argv[5] if len(sys.argv) > 5 else "none"
    counted = "audio_frames_written" if video == "none" else "video_frames_written"
    with tempfile.TemporaryDirectory(prefix="sluice-camera-") as folder:
        clip = pathlib.Path(folder) / "clip.mkv"
        options = ["--video", video, "--audio", sound]
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
            http = recorder_port(recorder)
            deadline = time.monotonic() + PATIENCE
            while (found := status(http))["stats"][counted] < FRAMES and time.monotonic() < deadline:
                time.sleep(0.05)
            warnings = found["warnings"]
            recorder.terminate()
            _, log = recorder.communicate(timeout=30)
        finally:  # what is left would hold whoever reads this script's output
            for child in (recorder, camera):
                child.kill()
                child.wait()
        files = sorted(file for file in pathlib.Path(folder).iterdir() if file.suffix not in (".index", ".mkv"))
        found = probe(files[0]) if files else {}
        print(json.dumps({
            "files": [file.suffix for file in files], "log": log, "exit": recorder.returncode,
            "warnings": warnings, **found}))


main()

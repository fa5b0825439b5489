"""A camera over RTSP, recorded. recorder_camera.py SFU RECORDER h265|bframes FORMAT"""
import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

from recorded import probe


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
             container, "--http", "127.0.0.1:0"], stderr=subprocess.PIPE, text=True)
        try:
            time.sleep(8)
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

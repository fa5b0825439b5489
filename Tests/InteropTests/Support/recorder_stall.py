"""A camera that stops in its tracks, and goes on; how the recorder shows it, as JSON.

recorder_stall.py RECORDER
"""
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

from recorder_port import recorder_port

ROOT = pathlib.Path(__file__).resolve().parents[3]


def get(port, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        return answer.read().decode()


def streak(port):
    return int(re.search(r"^recording_zero_packet_streak (\d+)", get(port, "/metrics"), re.M).group(1))


def state(port):
    try:
        return json.loads(get(port, "/api/recording/status/cam"))["state"]
    except urllib.error.HTTPError:  # it listens before it knows its source
        return "connecting"


def until(condition, seconds):
    start = time.monotonic()
    while not condition():
        if time.monotonic() - start > seconds:
            return None
        time.sleep(0.05)
    return time.monotonic() - start


def main():
    with tempfile.TemporaryDirectory(prefix="sluice-stall-") as scratch:
        scratch = pathlib.Path(scratch)
        video, audio = str(scratch / "clip.h264"), str(scratch / "clip.aac")
        subprocess.run(
            ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=320x240:r=30", "-t", "4", "-c:v",
             "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-x264-params",
             "aud=1:slices=1:keyint=30:scenecut=0", "-pix_fmt", "yuv420p", "-f", "h264", video], check=True)
        subprocess.run(
            ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=r=48000", "-t", "4", "-c:a", "aac", "-ac",
             "2", "-f", "adts", audio], check=True)
        camera = subprocess.Popen(
            [sys.executable, str(ROOT / "Scripts/stamped-camera"), video, audio], stdout=subprocess.PIPE,
            text=True)
        port = int(camera.stdout.readline())
        recorder = subprocess.Popen(
            [sys.argv[1], "--source", f"rtsp://127.0.0.1:{port}/cam", "--output", str(scratch), "--name",
             "cam", "--http", "127.0.0.1:0", "--log-format", "json"], stderr=subprocess.PIPE, text=True)
        try:
            http = recorder_port(recorder)
            files = lambda: sorted(path for path in scratch.glob("cam_*.ts"))
            first = until(lambda: files() and files()[0].stat().st_size > 0, 20)
            time.sleep(2)
            found = {"normalStreak": streak(http), "firstOctets": first}
            camera.send_signal(signal.SIGSTOP)
            found["shownSeconds"] = until(lambda: state(http) != "recording", 15)
            found["state"] = state(http)
            found["streak"] = streak(http)
            index = pathlib.Path(str(files()[0]) + ".index")
            found["closedSeconds"] = until(lambda: index.read_bytes().endswith(b"whole\r\n"), 20)
            found["errors"] = subprocess.run(
                ["ffmpeg", "-v", "error", "-i", str(files()[0]), "-f", "null", "-"], capture_output=True,
                text=True).stderr
            camera.send_signal(signal.SIGCONT)
            found["resumedSeconds"] = until(lambda: len(files()) > 1 and state(http) == "recording", 60)
            recorder.send_signal(signal.SIGTERM)
            recorder.communicate(timeout=30)
            found["exit"] = recorder.returncode
        finally:
            camera.kill()
            recorder.kill()
    print(json.dumps(found))


signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGINT})  # tests' threads block them
main()

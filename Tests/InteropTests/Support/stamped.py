"""A camera whose every picture says which it is (Scripts/stamped-camera), a recorder of it, and what is in the
files: by ffprobe, and by the numbers in the pictures."""
import json
import pathlib
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

from recorder_port import recorder_port

ROOT = pathlib.Path(__file__).resolve().parents[3]
STAMP = re.compile(re.escape(bytes.fromhex("5175696365207374616d702066726d65")) + rb"(\d{10})")


def clip(folder, rate="4M"):
    """Six seconds of noise of that bit rate, a key frame each second, and tone, as elementary streams."""
    video, audio = str(folder / "clip.h264"), str(folder / "clip.aac")
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "nullsrc=s=320x240:r=30,noise=alls=100:allf=t+u",
         "-t", "6", "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-b:v", rate,
         "-maxrate", rate, "-bufsize", "1M", "-x264-params", "aud=1:slices=1:keyint=30:scenecut=0",
         "-pix_fmt", "yuv420p", "-f", "h264", video], check=True)
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=f=440:r=48000", "-t", "6", "-c:a", "aac",
         "-ac", "2", "-f", "adts", audio], check=True)
    return video, audio


def first_line(stream, whose):
    """What a program says first, within half a minute."""
    if not select.select([stream], [], [], 30)[0]:
        raise SystemExit(f"{whose} said nothing for half a minute")
    return stream.readline()


class Camera:
    """The camera, for as long as the block."""

    def __init__(self, video, audio):
        self.command = [sys.executable, str(ROOT / "Scripts/stamped-camera"), video, audio]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True)
        self.url = f"rtsp://127.0.0.1:{int(first_line(self.process.stdout, 'the camera'))}/cam"
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


class Recorder:
    """A recorder of the camera, with what it says of itself."""

    def __init__(self, program, source, folder, *more, name="cam", listed=None):
        self.name = name
        what = ["--cameras", listed] if listed else ["--source", source, "--name", name]
        self.process = subprocess.Popen(
            [program, *what, "--output", str(folder), "--http", "127.0.0.1:0", "--log-format", "json", *more], stderr=subprocess.PIPE, text=True)
        self.port = recorder_port(self.process)
        self.seen = []

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return answer.read().decode()

    def state(self):
        try:
            state = json.loads(self.get(f"/api/recording/status/{self.name}"))["state"]
        except urllib.error.HTTPError:  # it listens before it knows its source
            state = "connecting"
        if not self.seen or self.seen[-1] != state:
            self.seen.append(state)
        return state

    def described(self):
        """The recording as the API tells of it; nothing before its first file."""
        try:
            return json.loads(self.get(f"/api/v1/recordings/{self.name}"))
        except urllib.error.HTTPError:
            return {"files": [], "file_count": 0, "duration_seconds": 0}

    def deleted(self):
        return int(re.search(r"^recording_deleted_files_total (\d+)", self.get("/metrics"), re.M).group(1))

    def wait(self, condition, seconds):
        """How long it took until `condition`; None when it did not come."""
        start = time.monotonic()
        while time.monotonic() - start < seconds:
            if condition():
                return time.monotonic() - start
            time.sleep(0.05)
        print(f"{self.name}: waited {seconds} s in vain; {self.described()}", file=sys.stderr, flush=True)
        return None

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        _, log = self.process.communicate(timeout=30)
        return self.process.returncode, log


def plays(path):
    """Whether ffmpeg decodes a file, its pictures to the end without an error; a stream cut after a part
    may end with part of a frame of sound."""
    pictures = subprocess.run(
        ["ffmpeg", "-v", "error", "-xerror", "-i", str(path), "-map", "0:v", "-f", "null", "-"],
        capture_output=True, text=True, timeout=60)
    whole = subprocess.run(["ffmpeg", "-v", "quiet", "-i", str(path), "-f", "null", "-"], timeout=60)
    return pictures.returncode == 0 and not pictures.stderr and whole.returncode == 0


def recordings(folder, name="cam"):
    """The files of a recording, oldest first."""
    return sorted(path for path in folder.glob(f"{name}_*") if path.suffix != ".index")


def numbers(path):
    """What the pictures of a file say which they are."""
    with tempfile.TemporaryDirectory() as scratch:
        pictures = pathlib.Path(scratch) / "pictures.h264"
        subprocess.run(
            ["ffmpeg", "-v", "error", "-i", str(path), "-map", "0:v", "-c", "copy", "-f", "h264", str(pictures)],
            check=True, timeout=60)
        return [int(number) for number in STAMP.findall(pictures.read_bytes())]


def packets(path):
    """A file's packets as ffprobe finds them: whether of pictures, whether a key frame, its octets."""
    found = subprocess.run(
        ["ffprobe", "-v", "error", "-show_entries", "packet=codec_type,flags,size", "-of", "json", str(path)],
        capture_output=True, text=True, check=True, timeout=60)
    return [(packet["codec_type"] == "video", packet["flags"].startswith("K"), int(packet["size"]))
            for packet in json.loads(found.stdout)["packets"]]


def unblock_signals():
    """Threads of the tests block them, and what they start inherits that."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGINT})

"""A recorder on a small disk that fills up; run in a mount namespace of its own, as root.

recorder_disk.py RECORDER stop|evict
Prints as JSON which states were seen, how long recording took to go on once there was room, whether all
files play, and how the process ended.
"""
import ctypes
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

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "Tests/InteropTests/Support"))
RECORDER, SCENARIO = sys.argv[1:3]
MB = 1 << 20


def mount(folder, megabytes):
    """A file system of so many megabytes, for this process and its children."""
    libc = ctypes.CDLL(None, use_errno=True)
    private = libc.mount(b"none", b"/", None, (1 << 18) | (1 << 14), None)  # MS_PRIVATE, MS_REC
    mounted = libc.mount(b"tmpfs", str(folder).encode(), b"tmpfs", 0, f"size={megabytes}m".encode())
    if private or mounted:
        raise SystemExit("cannot mount")


def clip(folder):
    """Six seconds of noise at 4 Mbit/s and tone, as elementary streams."""
    video, audio = str(folder / "clip.h264"), str(folder / "clip.aac")
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "nullsrc=s=320x240:r=30,noise=alls=100:allf=t+u",
         "-t", "6", "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-b:v", "4M",
         "-maxrate", "4M", "-bufsize", "1M", "-x264-params", "aud=1:slices=1:keyint=30:scenecut=0",
         "-pix_fmt", "yuv420p", "-f", "h264", video], check=True)
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=f=440:r=48000", "-t", "6", "-c:a", "aac",
         "-ac", "2", "-f", "adts", audio], check=True)
    return video, audio


class Recorder:
    """A recorder of the camera, with what it says of itself."""

    def __init__(self, source, folder, *more):
        self.process = subprocess.Popen(
            [RECORDER, "--source", source, "--output", str(folder), "--name", "cam", "--http",
             "127.0.0.1:0", "--log-format", "json", *more], stderr=subprocess.PIPE, text=True)
        line = self.process.stderr.readline()
        self.port = int(re.search(r"port (\d+)", line).group(1))
        self.seen = []

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return answer.read().decode()

    def state(self):
        try:
            state = json.loads(self.get("/api/recording/status/cam"))["state"]
        except urllib.error.HTTPError:  # it listens before it knows its source
            state = "connecting"
        if not self.seen or self.seen[-1] != state:
            self.seen.append(state)
        return state

    def wait(self, condition, seconds):
        """How long it took until `condition`; None when it did not come."""
        start = time.monotonic()
        while time.monotonic() - start < seconds:
            if condition():
                return time.monotonic() - start
            time.sleep(0.05)
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
        capture_output=True, text=True)
    whole = subprocess.run(["ffmpeg", "-v", "quiet", "-i", str(path), "-f", "null", "-"])
    return pictures.returncode == 0 and not pictures.stderr and whole.returncode == 0


def recordings(folder):
    return sorted(path for path in folder.glob("cam_*") if path.suffix != ".index")


def fill(path):
    """Somebody else takes all the room that is left."""
    with open(path, "wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            pass


def stop(source, folder):
    """The disk fills, recording stops; room is made, it goes on."""
    ballast = folder / "ballast"
    ballast.write_bytes(b"x" * (16 * MB))
    recorder = Recorder(source, folder)
    recorder.wait(lambda: recorder.state() == "degraded", 30)
    fill(folder / "more")
    recorder.wait(lambda: recorder.state() == "no_space", 20)
    metrics = recorder.get("/metrics")
    time.sleep(1)
    before = {path: path.stat().st_size for path in recordings(folder)}
    ballast.unlink()
    (folder / "more").unlink()
    resumed = recorder.wait(
        lambda: {path: path.stat().st_size for path in recordings(folder)} != before, 20)
    recorder.wait(lambda: recorder.state() == "recording", 5)
    time.sleep(2)
    return recorder, {"alarm": "recording_disk_full 1\n" in metrics, "resumedSeconds": resumed}


def evict(source, folder):
    """Old recordings give way as they may, and recording never stops."""
    for day in range(1, 7):
        (folder / f"cam_2020010{day}_000000.ts").write_bytes(b"x" * 3 * MB)
        (folder / f"cam_2020010{day}_000000.ts.index").write_bytes(b"")  # without one it is nobody's recording
        subprocess.run(["touch", "-d", f"2020-01-0{day}", folder / f"cam_2020010{day}_000000.ts"], check=True)
    (folder / "holiday.ts").write_bytes(b"x" * MB)
    recorder = Recorder(source, folder, "--keep-free-megabytes", "4")
    recorder.wait(lambda: recorder.state() == "no_space", 15)
    old = [path.name for path in recordings(folder) if "_2020" in path.name]
    deleted = re.search(r"recording_deleted_files_total (\d+)", recorder.get("/metrics")).group(1)
    for path in recordings(folder):
        if "_2020" in path.name:
            path.unlink()
    return recorder, {"left": old, "deleted": int(deleted), "others": (folder / "holiday.ts").exists()}


def main():
    with tempfile.TemporaryDirectory(prefix="sluice-disk-") as scratch:
        scratch = pathlib.Path(scratch)
        folder = scratch / "disk"
        folder.mkdir()
        video, audio = clip(scratch)
        mount(folder, 24)
        camera = subprocess.Popen(
            [sys.executable, str(ROOT / "Scripts/stamped-camera"), video, audio], stdout=subprocess.PIPE,
            text=True)
        try:
            port = int(camera.stdout.readline())
            scenario = {"stop": stop, "evict": evict}[SCENARIO]
            recorder, found = scenario(f"rtsp://127.0.0.1:{port}/cam", folder)
            code, log = recorder.end()
            files = recordings(folder)
            found |= {"exit": code, "states": recorder.seen, "files": len(files),
                      "playing": sum(plays(path) for path in files), "log": log.split("\n")}
        finally:
            camera.terminate()
            subprocess.run(["umount", "-l", folder], check=False)
    print(json.dumps(found))


signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGINT})  # tests' threads block them
main()

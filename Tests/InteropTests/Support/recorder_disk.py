"""A recorder on a small disk that fills up; run in a mount namespace of its own, as root.

recorder_disk.py RECORDER stop|evict|first
Prints as JSON which states were seen, how long recording took to go on once there was room, whether all
files play, and how the process ended.
"""
import ctypes
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time

from stamped import Camera, Recorder, clip, plays, recordings, unblock_signals

PROGRAM, SCENARIO = sys.argv[1:3]
MB = 1 << 20
INODES = 64


def mount(folder, megabytes, inodes=0):
    """A file system of so many megabytes and perhaps so many files, for this process and its children."""
    libc = ctypes.CDLL(None, use_errno=True)
    private = libc.mount(b"none", b"/", None, (1 << 18) | (1 << 14), None)  # MS_PRIVATE, MS_REC
    mounted = libc.mount(b"tmpfs", str(folder).encode(), b"tmpfs", 0, f"size={megabytes}m,nr_inodes={inodes}".encode())
    if private or mounted:
        raise SystemExit("cannot mount")


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
    recorder = Recorder(PROGRAM, source, folder)
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
    recorder = Recorder(PROGRAM, source, folder, "--keep-free-megabytes", "4")
    recorder.wait(lambda: recorder.state() == "no_space", 15)
    old = [path.name for path in recordings(folder) if "_2020" in path.name]
    deleted = re.search(r"recording_deleted_files_total (\d+)", recorder.get("/metrics")).group(1)
    for path in recordings(folder):
        if "_2020" in path.name:
            path.unlink()
    return recorder, {"left": old, "deleted": int(deleted), "others": (folder / "holiday.ts").exists()}


def first(source, folder):
    """There is room, and no file can be made: that of a list's camera begins by itself when one can."""
    for number in range(INODES):
        try:
            (folder / f"other-{number}").touch()
        except OSError:
            break
    with tempfile.NamedTemporaryFile("w", suffix=".json") as listed:
        json.dump([{"name": "cam", "source": source}], listed)
        listed.flush()
        recorder = Recorder(PROGRAM, source, folder, listed=listed.name)
    recorder.wait(lambda: recorder.state() == "no_space", 20)
    for _ in range(40):  # it is tried, and seen, again and again
        recorder.state()
        time.sleep(0.1)
    metrics = recorder.get("/metrics")
    for path in folder.glob("other-*"):
        path.unlink()
    begun = recorder.wait(lambda: any(path.stat().st_size for path in recordings(folder)), 20)
    recorder.wait(lambda: recorder.state() == "recording", 5)
    time.sleep(1)
    alarm = "recording_disk_full 1\n" in metrics and "recording_stopped 0\n" in metrics
    return recorder, {"alarm": alarm, "resumedSeconds": begun}


def main():
    with tempfile.TemporaryDirectory(prefix="sluice-disk-") as scratch:
        scratch = pathlib.Path(scratch)
        folder = scratch / "disk"
        folder.mkdir()
        video, audio = clip(scratch)
        mount(folder, 24, INODES if SCENARIO == "first" else 0)
        try:
            with Camera(video, audio) as camera:
                recorder, found = {"stop": stop, "evict": evict, "first": first}[SCENARIO](camera.url, folder)
                code, log = recorder.end()
            files = recordings(folder)
            found |= {"exit": code, "states": recorder.seen, "files": len(files),
                      "playing": sum(plays(path) for path in files), "log": log.split("\n")}
        finally:
            subprocess.run(["umount", "-l", folder], check=False)
    print(json.dumps(found))


unblock_signals()
main()

"""A recorder on a disk that refuses to take what the kernel has taken for it; run in a mount namespace of its own, as root.

lost_sync.py RECORDER

The disk is a loop device whose file has no room: its `fsync` fails once, and the kernel goes on showing what is lost.
Prints as JSON how the index ended then and after the next start, how many blocks of the file are zeros once it is read
from the disk, and whether it plays.
"""
import ctypes
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

from stamped import Camera, Recorder, clip, plays, recordings, unblock_signals

PROGRAM = sys.argv[1]
MB = 1 << 20
BLOCK = 4096


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def end(path):
    """How the index beside a file ends."""
    return pathlib.Path(f"{path}.index").read_bytes()[-8:].decode("latin-1")


def zero_blocks(path):
    octets = path.read_bytes()
    return sum(not any(octets[start:start + BLOCK]) for start in range(0, len(octets), BLOCK))


def refused(recorder):
    return "recording_disk_refusals_total 0\n" not in recorder.get("/metrics")


def fail(source, folder, ballast):
    """Records until a sync fails; then the process is killed, and the disk has room again."""
    recorder = Recorder(PROGRAM, source, folder)
    recorder.wait(lambda: refused(recorder), 30)
    time.sleep(0.5)
    recorder.process.kill()
    recorder.process.communicate()
    first = recordings(folder)[0]
    found = {"refused": end(first), "octets": first.stat().st_size}
    ballast.unlink()
    return first, found


def start_again(folder):
    """The next start, which goes through the folder."""
    recorder = subprocess.Popen(
        [PROGRAM, "--output", str(folder), "--http", "127.0.0.1:0"], stderr=subprocess.PIPE, text=True)
    for line in recorder.stderr:
        if "whole" in line:
            break
    recorder.terminate()
    recorder.communicate(timeout=30)


def main():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"none", b"/", None, (1 << 18) | (1 << 14), None):  # MS_PRIVATE, MS_REC
        raise SystemExit("cannot mount")
    with tempfile.TemporaryDirectory(prefix="sluice-lost-") as scratch:
        scratch = pathlib.Path(scratch)
        store, disk = scratch / "store", scratch / "disk"
        store.mkdir()
        disk.mkdir()
        video, audio = clip(scratch)
        run("mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(store))
        image = store / "image"
        with open(image, "wb") as file:
            file.truncate(200 * MB)
        run("mkfs.ext4", "-q", "-O", "^has_journal", "-E", "nodiscard,lazy_itable_init=1", str(image))
        loop = run("losetup", "--show", "-f", str(image))
        try:
            run("mount", "-o", "errors=continue", loop, str(disk))
            folder = disk / "recordings"
            folder.mkdir()
            run("sync", "-f", str(disk))
            room = os.statvfs(store)
            ballast = store / "ballast"
            ballast.write_bytes(bytes(room.f_bavail * room.f_frsize - 4 * MB))
            with Camera(video, audio) as camera:
                first, found = fail(camera.url, folder, ballast)
            start_again(folder)
            found["recovered"] = end(first)
            run("umount", str(disk))  # and with it what the kernel remembers of it
            run("mount", loop, str(disk))
            found |= {"left": first.stat().st_size, "zeroBlocks": zero_blocks(first), "plays": plays(first)}
        finally:
            subprocess.run(["umount", "-l", str(disk)], check=False)
            subprocess.run(["losetup", "-d", loop], check=False)
            subprocess.run(["umount", "-l", str(store)], check=False)
    print(json.dumps(found))


unblock_signals()
main()

"""A recorder whose files are cut and kept as its flags say; what the files are, as JSON.

recorder_cutting.py RECORDER octets|clock|keep|age FORMAT

octets: another file after so many octets.
clock: another at whole multiples on the clock.
keep: the oldest go beyond so many octets, or where less is free than was asked for.
age: what is old goes.
"""
import datetime
import json
import os
import pathlib
import sys
import tempfile
import time

from stamped import Camera, Recorder, clip, numbers, packets, plays, recordings, unblock_signals

PROGRAM, SCENARIO, FORMAT = sys.argv[1:4]
LIMIT = 600_000  # octets of a file: more than a second of picture
PERIOD = 3  # seconds from one cut to the next on the clock


def facts(files):
    """Which pictures are in the files, and whether each begins with a key frame and plays."""
    found = [numbers(file) for file in files]
    joined = [number for each in found for number in each]
    first = [next(isKey for isPicture, isKey, _ in packets(file) if isPicture) for file in files]
    return {"files": len(files), "playing": sum(plays(file) for file in files), "keyframesFirst": all(first),
            "first": joined[0], "consecutive": joined == list(range(joined[0], joined[0] + len(joined))),
            "pictures": len(joined)}


def largest_group(files):
    """Octets from one key frame to the next, sound included, where they are most."""
    groups = []
    for file in files:
        for isPicture, isKey, size in packets(file):
            if isPicture and isKey or not groups:
                groups.append(0)
            groups[-1] += size
    return max(groups)


def octets(source, folder):
    recorder = Recorder(PROGRAM, source, folder, "--format", FORMAT, "--segment-bytes", str(LIMIT))
    took = recorder.wait(lambda: recorder.described()["file_count"] >= 5, 60)
    code, _ = recorder.end()
    files = recordings(folder)
    sizes = [file.stat().st_size for file in files[:-1]]
    # It goes on to the next key frame; tables, headers and what of a part waits to be written come on top.
    return facts(files) | {"exit": code, "took": took, "least": min(sizes), "most": max(sizes), "limit": LIMIT,
                           "bound": int((LIMIT + 2 * largest_group(files)) * 1.1)}


def clock(source, folder):
    recorder = Recorder(
        PROGRAM, source, folder, "--format", FORMAT, "--segment", str(PERIOD), "--segment-align")
    recorder.wait(lambda: recorder.described()["file_count"] >= 4, 60)
    starts = [file["started_at"] for file in recorder.described()["files"]]
    code, _ = recorder.end()
    seconds = [datetime.datetime.fromisoformat(start.replace("Z", "+00:00")).timestamp() for start in starts]
    return facts(recordings(folder)) | {"exit": code, "period": PERIOD,
                                        "behind": [round(second % PERIOD, 3) for second in seconds[1:]],
                                        "apart": [round(b - a, 3) for a, b in zip(seconds[1:], seconds[2:])]}


def free_megabytes(folder):
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize // 1_000_000


def keep(source, folder):
    """Two megabytes are kept; then, with all the room on the disk asked for, nothing but what grows."""
    before = Recorder(PROGRAM, source, folder, "--format", FORMAT, name="before")
    before.wait(lambda: before.described()["duration_seconds"] > 1, 30)
    before.end()
    recorder = Recorder(
        PROGRAM, source, folder, "--format", FORMAT, "--segment-bytes", str(LIMIT), "--keep-megabytes", "2")
    recorder.wait(lambda: recorder.deleted() >= 4, 60)
    deleted = recorder.deleted()
    code, _ = recorder.end()
    result = {"deleted": deleted, "keptOctets": sum(file.stat().st_size for file in recordings(folder)),
              "oldestGone": not recordings(folder, "before")}
    result |= facts(recordings(folder)) | {"exit": code}
    # One that grows beyond all that may be kept stays, and is whole.
    other = folder / "free"
    other.mkdir()
    for file in folder.glob("cam_*"):
        file.rename(other / file.name)
    least = str(free_megabytes(other) + 100_000)
    alone = Recorder(
        PROGRAM, source, other, "--format", FORMAT, "--keep-free-megabytes", least, "--keep-megabytes", "1",
        name="alone")
    gone = alone.wait(lambda: not recordings(other), 30)
    alone.wait(lambda: sum(file.stat().st_size for file in recordings(other, "alone")) > 2_000_000, 30)
    swept = alone.wait(lambda: alone.described()["duration_seconds"] > 12, 40)  # it is looked each ten seconds
    aloneCode, _ = alone.end()
    files = recordings(other, "alone")
    return result | {"othersGone": gone is not None, "grewOn": swept is not None, "alone": len(files),
                     "alonePlays": sum(plays(file) for file in files), "aloneExit": aloneCode}


def age(source, folder):
    for name in ("old", "young"):
        recorder = Recorder(PROGRAM, source, folder, "--format", FORMAT, name=name)
        recorder.wait(lambda: recorder.described()["duration_seconds"] > 1, 30)
        recorder.end()
    for name, hours in (("old", 3), ("young", 1)):
        then = time.time() - hours * 3600
        for file in folder.glob(name + "_*"):
            os.utime(file, (then, then))
    recorder = Recorder(PROGRAM, source, folder, "--format", FORMAT, "--keep-hours", "2")
    gone = recorder.wait(lambda: not list(folder.glob("old_*")), 30)
    recorder.wait(lambda: recorder.described()["duration_seconds"] > 1, 30)
    deleted = recorder.deleted()
    code, _ = recorder.end()
    return {"gone": gone is not None, "deleted": deleted, "young": len(recordings(folder, "young")), "exit": code,
            "playing": sum(plays(file) for file in recordings(folder) + recordings(folder, "young"))}


def main():
    with tempfile.TemporaryDirectory(prefix="sluice-cutting-") as scratch:
        scratch = pathlib.Path(scratch)
        folder = scratch / "files"
        folder.mkdir()
        with Camera(*clip(scratch)) as camera:
            found = {"octets": octets, "clock": clock, "keep": keep, "age": age}[SCENARIO](camera.url, folder)
    print(json.dumps(found))


unblock_signals()
main()

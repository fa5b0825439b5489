"""Runs of one recording of a camera over RTSP with AAC, each killed or stopped, taken home as one transport stream.

joined_runs.py RECORDER RUNS kill|stop

Prints what ffmpeg and GStreamer make of it, as JSON.
"""
import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

from recorder_port import recorder_port

PATIENCE = 60  # seconds


def recorder(program, folder, *options):
    """A recorder, and the port of its API."""
    process = subprocess.Popen(
        [program, "--output", folder, "--http", "127.0.0.1:0", "--log-format", "json", *options],
        stderr=subprocess.PIPE, text=True)
    return process, recorder_port(process)


def octets(folder):
    """In all its files; the recorder may delete one meanwhile, which a kill has left empty."""
    total = 0
    for file in pathlib.Path(folder).glob("*.ts"):
        try:
            total += file.stat().st_size
        except FileNotFoundError:
            continue
    return total


def run(program, folder, camera, seconds, isKilled):
    """One run of the recording, ended so long after something has been written."""
    before = octets(folder)
    process, _ = recorder(program, folder, "--source", f"rtsp://127.0.0.1:{camera}/live", "--name", "cam",
                          "--segment", "2")
    deadline = time.monotonic() + PATIENCE
    while octets(folder) <= before and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(seconds)
    process.kill() if isKilled else process.terminate()
    process.communicate(timeout=PATIENCE)


def areWhole(folder):
    """Whether recovery has been at all files: what was killed before its first part has an empty index."""
    indexes = [file.read_bytes() for file in pathlib.Path(folder).glob("*.index")]
    return all(index.endswith(b"\x7fwhole\r\n") or not index for index in indexes)


def taken(program, folder, stream):
    """What the API says of the recording, which it has all as one."""
    process, port = recorder(program, folder)
    try:
        deadline = time.monotonic() + PATIENCE
        while not areWhole(folder) and time.monotonic() < deadline:
            time.sleep(0.1)
        base = f"http://127.0.0.1:{port}/api/v1/recordings/cam"
        with urllib.request.urlopen(base, timeout=PATIENCE) as answer:
            found = json.load(answer)
        with urllib.request.urlopen(base + "/download", timeout=PATIENCE) as answer:
            stream.write_bytes(answer.read())
        return found
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)


def said(*command):
    found = subprocess.run(command, capture_output=True, text=True)
    return (found.stderr + ("" if found.returncode == 0 else f"ended with {found.returncode}")).strip()


def packets(path):
    """The decode times of a file's tracks, in seconds."""
    found = subprocess.run(
        ["ffprobe", "-v", "error", "-show_entries", "packet=stream_index,dts_time", "-of", "json", str(path)],
        capture_output=True, text=True)
    times = {}
    for packet in json.loads(found.stdout)["packets"]:
        times.setdefault(packet["stream_index"], []).append(float(packet["dts_time"]))
    return list(times.values())


def main():
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGINT})  # tests' threads block them
    program, runs, ending = sys.argv[1:4]
    camera = subprocess.Popen(
        ["/usr/bin/python3", str(pathlib.Path(__file__).parent / "rtsp_camera.py"), "--video", "h264", "--audio",
         "aac"], stdout=subprocess.PIPE, text=True)
    try:
        port = camera.stdout.readline().strip()
        with tempfile.TemporaryDirectory(prefix="sluice-joined-") as folder:
            for number in range(int(runs)):
                run(program, folder, port, 1.3 + 0.77 * number, ending == "kill")
            stream, movie = pathlib.Path(folder) / "joined", pathlib.Path(folder) / "joined.mp4"
            listed = taken(program, folder, stream)
            copying = said("ffmpeg", "-v", "warning", "-y", "-i", str(stream), "-c", "copy", str(movie))
            decoding = said("ffmpeg", "-v", "error", "-i", str(stream), "-f", "null", "-")
            playing = said(
                "gst-launch-1.0", "-q", "filesrc", f"location={stream}", "!", "tsdemux", "name=d", "d.", "!", "queue",
                "!", "h264parse", "!", "fakesink", "d.", "!", "queue", "!", "aacparse", "!", "fakesink")
            (before, after) = (packets(stream), packets(movie))
            print(json.dumps({
                "files": listed["file_count"], "seconds": listed["duration_seconds"], "copying": copying,
                "decoding": decoding, "playing": playing,
                "rising": all(later > earlier for times in before for earlier, later in zip(times, times[1:])),
                "gap": max(later - earlier for times in before for earlier, later in zip(times, times[1:])),
                "span": before[0][-1] - before[0][0], "packets": [len(times) for times in before],
                "copied": [len(times) for times in after]}))
    finally:
        camera.kill()
        camera.wait()


main()

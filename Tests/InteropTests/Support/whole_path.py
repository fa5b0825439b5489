"""A camera through relay into sfu, watched by Chromium and recorded; prints what arrived, as JSON.

    whole_path.py SFU --seconds 20

relay and recorder lie beside SFU. The camera is GStreamer's server with a clip of H.264 and AAC, behind a
password; its pictures are numbered, and the delay is from the moment at which the camera sends a number to
the moment at which Chromium shows it. The recorder is killed at the end, and what it has written until then
must decode.
"""
import argparse
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

from browser import Browser
from numbers_seen import Watch, last_recorded, read_sendings
from sfu import Server, wait_for

HERE = pathlib.Path(__file__).resolve().parent
WATCHER = "window.sluice?.watchers.camera && window.sluice.watchers.camera.getStats().then(s => ({state: window.sluice.watchers.camera.state, ...s}))"


class Child:
    """A process that ends with the block."""

    def __init__(self, *command, **options):
        self.process = subprocess.Popen([str(word) for word in command], text=True, **options)

    def __enter__(self):
        return self.process

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def fetch(url):
    with urllib.request.urlopen(url, timeout=5) as response:
        return response.read().decode()


def web_port(process):
    """The port in a door's first records on standard error."""
    for line in process.stderr:
        record = json.loads(line)
        if "http" in record:
            os.set_blocking(process.stderr.fileno(), False)
            return int(record["http"].split()[-1])
    raise SystemExit(f"{process.args[0]} ended with {process.wait()}")


def probe(path):
    """Whether a recording decodes without error, how long it is, and what is in it."""
    decoded = subprocess.run(["ffmpeg", "-v", "error", "-xerror", "-i", path, "-f", "null", "-"], capture_output=True, text=True)
    facts = json.loads(subprocess.check_output(["ffprobe", "-v", "error", "-show_entries", "format=duration:stream=codec_name", "-of", "json", path]))
    return decoded.stderr, float(facts["format"]["duration"]), [stream["codec_name"] for stream in facts["streams"]]


def hurry():
    """What else runs on this machine is then felt less; without the right to it, more."""
    try:
        os.setsid()
        os.setpriority(os.PRIO_PROCESS, 0, -10)
        pathlib.Path("/proc/self/autogroup").write_text("-10")
    except OSError:
        pass


def walk(server, beside, camera_port, folder, seconds):
    quiet = ["--http", "127.0.0.1:0", "--log-format", "json"]
    secret = dict(os.environ, SLUICE_SOURCE=f"rtsp://cam:secret@127.0.0.1:{camera_port}/live")
    publish = f"{server.url}/rooms/demo/whip?peer=camera"
    with Child(beside / "relay", "--publish", publish, *quiet, env=secret, stderr=subprocess.PIPE) as relay:
        relay_url = f"http://127.0.0.1:{web_port(relay)}"
        wait_for(lambda: "camera" in server.peers("demo"), 20, "the camera is in the room")
        source = f"{server.url}/rooms/demo/whep?from=camera"
        with Child(beside / "recorder", "--source", source, "--output", folder, "--name", "room", *quiet, stderr=subprocess.PIPE) as recorder:
            web_port(recorder)
            wait_for(lambda: list(pathlib.Path(folder).glob("room_*.ts")), 20, "the recording begins")
            recorded_since = time.monotonic()
            with Browser("chromium", f"{server.url}/#/room/demo?watch=1&sound=1") as viewer:
                wait_for(lambda: (viewer.evaluate(WATCHER) or {}).get("video", {}).get("framesDecoded", 0) > 0, 30, "the first picture is decoded")
                watch = Watch(viewer)
                begun, first = time.monotonic_ns(), viewer.evaluate(WATCHER)
                time.sleep(seconds)
                ended, last = time.monotonic_ns(), viewer.evaluate(WATCHER)
                seen = watch.end(begun, ended, read_sendings(f"{folder}/sendings"))
            recording = next(pathlib.Path(folder).glob("room_*.ts"))
            growing = probe(recording)
            age, killed_at = time.monotonic() - recorded_since, time.monotonic_ns()
            recorder.kill()
            recorder.wait()
        killed = probe(recording)
        sent = read_sendings(f"{folder}/sendings")[last_recorded(recording)]
        lost = (killed_at - max(at for at in sent if at < killed_at)) / 1e6
        health = json.loads(fetch(relay_url + "/health"))
        cameras = fetch(relay_url + "/api/cameras") + fetch(relay_url + "/metrics")
    return {
        **seen, "decoded": last["video"]["framesDecoded"] - first["video"]["framesDecoded"],
        "audioEnergy": last["audio"]["audioEnergy"], "codec": last["video"]["codec"],
        "recordingErrors": growing[0] + killed[0], "recorded": killed[1], "growing": growing[1], "age": age, "lost": lost,
        "tracks": killed[2], "published": health["cameras"]["camera"]["published"],
        "relayExit": relay.returncode, "leaks": "secret" in cameras,
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sfu")
    parser.add_argument("--seconds", type=float, default=20)
    arguments = parser.parse_args()
    beside = pathlib.Path(arguments.sfu).parent
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # a session of its own gets no signal of the group's
    hurry()
    with tempfile.TemporaryDirectory() as folder:
        camera = ["/usr/bin/python3", HERE / "numbered_camera.py", folder]
        result = film(camera, arguments, beside, folder)
    print(json.dumps(result))


def film(camera, arguments, beside, folder):
    with Child(*camera, stdout=subprocess.PIPE) as source:
        port = int(source.stdout.readline().split(":")[2].split("/")[0])
        with Server(arguments.sfu, "--rtc", "127.0.0.1:0") as server:
            result = walk(server, beside, port, folder, arguments.seconds)
    return {**result, "exit": server.code}


main()

"""A recorder and its cameras, for tests that look at its page."""
import json
import pathlib
import signal
import subprocess
import tempfile
import urllib.request

from recorder_port import recorder_port
from sfu import wait_for

HERE = pathlib.Path(__file__).resolve().parent


def call(url, body=None):
    data = json.dumps(body).encode() if body is not None else None
    with urllib.request.urlopen(urllib.request.Request(url, data), timeout=30) as answer:
        return json.loads(answer.read() or b"null")


class Recorder:
    """A recorder on a port of its own choice, recording what it is told to; gone with its cameras and files."""

    def __init__(self, program, *options):
        self.command, self.cameras = [program, *options], []

    def __enter__(self):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGINT})  # tests' threads block them
        self.folder = tempfile.TemporaryDirectory(prefix="sluice-page-")
        options = ["--output", self.folder.name, "--http", "127.0.0.1:0", "--log-format", "json"]
        self.process = subprocess.Popen([*self.command, *options], stderr=subprocess.PIPE, text=True)
        self.url = f"http://127.0.0.1:{recorder_port(self.process)}"
        return self

    def camera(self, *options):
        """The URL of a camera that begins now."""
        command = ["/usr/bin/python3", str(HERE / "rtsp_camera.py"), *options]
        self.cameras.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        return f"rtsp://127.0.0.1:{int(self.cameras[-1].stdout.readline())}/live"

    def start(self, name, source, seconds):
        """Begins to record, and returns when the recording is so long in all."""
        call(self.url + "/api/recording/start", {"mint_id": name, "source": source, "wait_seconds": 15})
        wait_for(lambda: self.described(name)["duration_seconds"] >= seconds, 60, "a recording")

    def stop(self, name):
        call(self.url + "/api/recording/stop", {"mint_id": name})

    def described(self, name):
        return call(f"{self.url}/api/v1/recordings/{name}")

    def __exit__(self, *_):
        for process in (self.process, *self.cameras):
            process.send_signal(signal.SIGTERM)
        for process in (self.process, *self.cameras):
            process.communicate(timeout=30)
        self.folder.cleanup()

"""A running sfu, in this network namespace or one that the test made; and the namespaces."""
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request


class Namespaces:
    """Two hosts on one cable, gone when the test ends. Needs root."""

    def __init__(self):
        tag = f"sluice{os.getpid()}"
        self.names = [f"{tag}a", f"{tag}b"]
        self.addresses = ["10.78.0.1", "10.78.0.2"]

    def __enter__(self):
        a, b = self.names
        for name in self.names:
            run("ip", "netns", "add", name)
            run("ip", "-n", name, "link", "set", "lo", "up")
        run("ip", "link", "add", "left", "netns", a, "type", "veth", "peer", "name", "right", "netns", b)
        for name, link, own, other in ((a, "left", 0, 1), (b, "right", 1, 0)):
            run("ip", "-n", name, "addr", "add", f"{self.addresses[own]}/24", "dev", link)
            run("ip", "-n", name, "link", "set", link, "up")
            # A browser without a route out believes that it is offline, and gathers nothing.
            run("ip", "-n", name, "route", "add", "default", "via", self.addresses[other])
        return self

    def __exit__(self, *_):
        for name in self.names:
            subprocess.run(["ip", "netns", "del", name], stderr=subprocess.DEVNULL)


class Server:
    """An sfu on ports of its own choice. Leaving the block ends it and notes its exit code."""

    def __init__(self, path, *options, host="127.0.0.1", namespace=None):
        self.inside = ["ip", "netns", "exec", namespace] if namespace else []
        self.command = [*self.inside, path, "--http", f"{host}:0", "--log-format", "json", *options]
        self.code = None

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stderr=subprocess.PIPE, text=True)
        said = ""
        for line in self.process.stderr:
            said += line
            record = json.loads(line) if line.startswith("{") else {}
            if record.get("message") == "listening":
                self.url = f"http://{record['http']}"
                break
        else:
            raise SystemExit(f"sfu ended with {self.process.wait()}: {said}")
        self.records = []
        os.set_blocking(self.process.stderr.fileno(), False)
        return self

    def __exit__(self, failure, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            _, log = self.process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            _, log = self.process.communicate()
        self.code = self.process.returncode
        if failure and log:  # its words beside those of the script that fails
            print(log[-4000:], file=sys.stderr)

    def get(self, path):
        if self.inside:
            return subprocess.check_output([*self.inside, "curl", "-sf", self.url + path], text=True)
        with urllib.request.urlopen(self.url + path, timeout=20) as response:
            return response.read().decode()

    def peers(self, room):
        try:
            return [peer["peerId"] for peer in json.loads(self.get(f"/rooms/{room}"))["peers"]]
        except (OSError, subprocess.CalledProcessError):
            return []  # a room without peers is no room


def run(*command):
    subprocess.run(command, check=True)


def wait_for(condition, seconds, what):
    """Polls until `condition()` is truthy and returns it; ends the script when it never is."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.1)
    raise SystemExit(f"waited {seconds} s in vain: {what}")

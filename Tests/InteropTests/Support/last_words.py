"""A recorder whose log is read only when it ends, by its own fault or asked for twice: what of the log is
there, as JSON.

last_words.py RECORDER trap|asked
"""
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile


def main():
    with tempfile.TemporaryDirectory(prefix="sluice-words-") as scratch:
        ready = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        ready.bind(f"{scratch}/ready")
        ready.settimeout(30)
        read, write = os.pipe()
        os.set_blocking(write, False)
        try:
            while os.write(write, b"." * 4096):
                pass
        except BlockingIOError:
            os.set_blocking(write, True)
        folder = pathlib.Path(scratch, "recordings")
        folder.mkdir()
        recorder = subprocess.Popen(
            [sys.argv[1], "--output", str(folder), "--http", "127.0.0.1:0"], stderr=write,
            env=os.environ | {"NOTIFY_SOCKET": f"{scratch}/ready", "SWIFT_BACKTRACE": "enable=no"})
        os.close(write)
        assert ready.recv(100) == b"READY=1"
        if sys.argv[2] == "trap":
            recorder.send_signal(signal.SIGILL)
        else:
            recorder.send_signal(signal.SIGINT)
            assert ready.recv(100) == b"STOPPING=1"
            recorder.send_signal(signal.SIGTERM)
        text = b""
        while octets := os.read(read, 65536):
            text += octets
        code = recorder.wait(timeout=30)
        print(json.dumps({"code": code, "log": text.decode().lstrip(".")}))


main()

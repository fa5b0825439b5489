"""Janus's videoroom with a WHIP and WHEP door before it, on a host of its own: Janus does not use loopback.

Prints the door's port, its host's address, and this host's on the cable between them. Needs root.
"""
import os
import pathlib
import signal
import subprocess
import sys

peer = pathlib.Path(__file__).resolve().parents[3] / "Benchmarks/Peers/Janus"
name = f"sluice{os.getpid()}"
there, here = (f"10.77.{os.getpid() % 250}.{host}" for host in (1, 2))


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def start(*command, **options):
    """A process of the other host, which does not outlive this one."""
    inside = ["ip", "netns", "exec", name, "setpriv", "--pdeathsig", "KILL", *map(str, command)]
    return subprocess.Popen(inside, stderr=subprocess.DEVNULL, **options)


signal.signal(signal.SIGTERM, lambda *_: sys.exit())
children = []
ip("netns", "add", name)
try:
    ip("link", "add", name, "type", "veth", "peer", "name", "veth0", "netns", name)
    ip("address", "add", f"{here}/24", "dev", name)
    ip("link", "set", name, "up")
    ip("-n", name, "address", "add", f"{there}/24", "dev", "veth0")
    for link in ("lo", "veth0"):
        ip("-n", name, "link", "set", link, "up")
    children.append(start("janus", "-F", peer, "-N", stdout=subprocess.DEVNULL))
    door = start(
        sys.executable, peer / "signalling.py", f"{there}:3000", "http://127.0.0.1:8088/janus",
        stdout=subprocess.PIPE, text=True)
    children.append(door)
    if door.stdout.readline() == "ready\n":
        print(3000, there, here, flush=True)
        signal.pause()
finally:
    for child in children:
        child.kill()
    ip("netns", "delete", name)

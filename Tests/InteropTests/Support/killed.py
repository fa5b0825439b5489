"""A browser publishes and is killed; prints how long its peer stays, as JSON. killed.py SFU"""
import json
import re
import sys
import time

from browser import Browser
from sfu import Server, wait_for

with Server(sys.argv[1], "--rtc", "127.0.0.1:0") as server:
    with Browser("chromium", f"{server.url}/#/room/demo?publish=1&name=alice&codec=VP8&size=360") as browser:
        wait_for(lambda: "sluice_sfu_received_packets_total 0\n" not in server.get("/metrics"), 30, "media")
        peers = server.peers("demo")
        browser.kill()
        killed = time.monotonic()
        wait_for(lambda: not server.peers("demo"), 60, "the peer to be gone")
        gone = time.monotonic() - killed
    transports = int(re.search(r"^sluice_sfu_transports (\d+)", server.get("/metrics"), re.M).group(1))
print(json.dumps({"peersBefore": peers, "secondsUntilGone": gone, "transports": transports, "exit": server.code}))

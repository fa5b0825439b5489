"""One browser publishes through the web page of sfu, another watches; prints what arrived, as JSON.

    meet.py SFU --publisher chromium --viewer chromium --codec H264 --seconds 20 [--hosts one|two]

With --hosts, sfu and browsers live in network namespaces of the test's own: in one and the same, or
the browsers on another host than sfu.
"""
import argparse
import json
import subprocess
import sys
import time

from browser import Browser
from sfu import Namespaces, Server, wait_for

PUBLICATION = "window.sluice?.publication && window.sluice.publication.getStats().then(s => ({state: window.sluice.publication.state, reason: window.sluice.publication.reason, ...s}))"
WATCHER = "window.sluice?.watchers.alice && window.sluice.watchers.alice.getStats().then(s => ({state: window.sluice.watchers.alice.state, reason: window.sluice.watchers.alice.reason, ...s}))"


def meet(arguments, url):
    page = f"{url}/#/room/demo"
    publishing = f"{page}?publish=1&name=alice&codec={arguments.codec}&size=360"
    with Browser(arguments.publisher, publishing) as publisher:
        live(publisher, PUBLICATION, "the publication is live")
        with Browser(arguments.viewer, f"{page}?watch=1&sound=1") as viewer:
            try:
                live(viewer, WATCHER, "the first picture is decoded", "framesDecoded")
                return measure(publisher, viewer, arguments.seconds)
            except SystemExit:
                viewer.screenshot(".build/interop-failure.png")
                raise


def live(browser, script, what, figure="framesEncoded"):
    last = None

    def is_live():
        nonlocal last
        last = browser.evaluate(script)
        return last and last["state"] == "live" and (last.get("video") or {}).get(figure, 0) > 0
    try:
        wait_for(is_live, 30, what)
    except SystemExit as error:
        raise SystemExit(f"{error}; last seen: {last}")


def measure(publisher, viewer, seconds):
    encoded, watched = publisher.evaluate(PUBLICATION), viewer.evaluate(WATCHER)
    time.sleep(seconds)
    last_encoded, last_watched = publisher.evaluate(PUBLICATION), viewer.evaluate(WATCHER)
    video, audio = last_watched["video"], last_watched["audio"]
    return {
        "codec": video["codec"],
        "encoded": last_encoded["video"]["framesEncoded"] - encoded["video"]["framesEncoded"],
        "decoded": video["framesDecoded"] - watched["video"]["framesDecoded"],
        "audioEnergy": audio["audioEnergy"],
        "audioPackets": audio["packetsReceived"] - watched["audio"]["packetsReceived"],
        "width": video["width"], "height": video["height"], "freezes": video.get("freezeCount", 0),
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sfu")
    parser.add_argument("--publisher", default="chromium")
    parser.add_argument("--viewer", default="chromium")
    parser.add_argument("--codec", default="H264")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--hosts", choices=["one", "two"])
    parser.add_argument("--url", help="of an sfu that runs already")
    parser.add_argument("--server", action="append", default=[], help="an option of sfu, as --server=--realtime")
    arguments = parser.parse_args()
    if arguments.url:
        print(json.dumps(meet(arguments, arguments.url)))
    elif arguments.hosts:
        meet_in_namespaces(arguments)
    else:
        with Server(arguments.sfu, "--rtc", "127.0.0.1:0", *arguments.server) as server:
            result = meet(arguments, server.url)
        print(json.dumps({**result, "exit": server.code}))


def meet_in_namespaces(arguments):
    with Namespaces() as spaces:
        with Server(arguments.sfu, "--insecure", "--rtc", "0.0.0.0:0", *arguments.server, host=spaces.addresses[0], namespace=spaces.names[0]) as server:
            inside = ["ip", "netns", "exec", spaces.names[0 if arguments.hosts == "one" else 1]]
            meeting = subprocess.run([*inside, sys.executable, *sys.argv, "--url", server.url], capture_output=True, text=True)
        if meeting.returncode != 0:
            raise SystemExit(meeting.stderr)
        print(json.dumps({**json.loads(meeting.stdout), "exit": server.code}))


main()

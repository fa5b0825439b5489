"""A room on both of two workers: aiortc publishes, and watches on either; prints what was seen, as JSON.

    split_room.py SFU --seconds 6 [--browser chromium]

With --browser the viewer on the second worker is a browser on the web page.
"""
import argparse
import asyncio
import json
import re
import threading
import urllib.request

from aiortc import RTCPeerConnection, RTCRtpReceiver, RTCSessionDescription

from browser import Browser
from pictures import Picture, Tone
from sfu import Server, wait_for


def call(method, url, body=None, kind="application/sdp"):
    request = urllib.request.Request(url, body and body.encode(), {"Content-Type": kind}, method=method)
    with urllib.request.urlopen(request, timeout=15) as response:
        return response.read().decode(), response.headers.get("Location")


class Session:
    """One WHIP or WHEP session of aiortc, and how many frames it has decoded."""

    def __init__(self):
        self.connection, self.frames, self.readers = RTCPeerConnection(), 0, []

    async def open(self, server, path):
        await self.connection.setLocalDescription(await self.connection.createOffer())
        offer = self.connection.localDescription.sdp
        answer, self.location = await asyncio.to_thread(call, "POST", server.url + path, offer)
        self.port = int(re.search(r"a=candidate:\S+ 1 udp \d+ \S+ (\d+)", answer, re.I).group(1))
        await self.connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        return self

    async def publish(self, server, name):
        self.connection.addTrack(Tone())
        sender = self.connection.addTransceiver(Picture(), direction="sendonly")
        codecs = RTCRtpReceiver.getCapabilities("video").codecs
        sender.setCodecPreferences([c for c in codecs if c.mimeType in ("video/VP8", "video/rtx")])
        return await self.open(server, f"/rooms/demo/whip?peer={name}")

    async def watch(self, server, name):
        @self.connection.on("track")
        def arrived(track):
            self.readers.append(asyncio.create_task(self.count(track)))

        for kind in ("audio", "video"):
            self.connection.addTransceiver(kind, direction="recvonly")
        return await self.open(server, f"/rooms/demo/whep?peer={name}")

    async def count(self, track):
        while True:
            await track.recv()
            self.frames += track.kind == "video"

    async def close(self):
        for reader in self.readers:
            reader.cancel()
        await self.connection.close()


class Events(threading.Thread):
    """The names of a room's events, as the event stream tells them."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.names, self.stream = [], urllib.request.urlopen(f"{server.url}/rooms/demo/events", timeout=60)
        self.start()

    def run(self):
        name = ""
        try:
            for line in self.stream:
                key, _, value = line.decode().rstrip("\n").partition(": ")
                if key == "event":
                    name = value
                elif key == "data" and name != "statistics":
                    self.names.append(f"{name} {json.loads(value).get('peerId')}")
        except (OSError, ValueError):
            return  # the server has ended


def figure(server, name):
    return int(re.search(rf"^{name} (\d+)$", server.get("/metrics"), re.M).group(1))


async def frames_of(sessions, seconds):
    before = [session.frames for session in sessions]
    await asyncio.sleep(seconds)
    return [session.frames - former for session, former in zip(sessions, before)]


async def meet(server, seconds):
    events, result = Events(server), {}
    alice = await Session().publish(server, "alice")
    viewers = [await Session().watch(server, name) for name in ("bob", "carol", "dave")]
    bob, carol, dave = viewers
    result["ports"] = [session.port for session in (alice, *viewers)]
    await asyncio.sleep(2)
    result["decoded"] = await frames_of(viewers, seconds)
    room, rooms = json.loads(server.get("/rooms/demo")), json.loads(server.get("/rooms"))
    result["peers"] = [peer["peerId"] for peer in room["peers"]]
    result["consumers"] = [producer["consumerCount"] for producer in room["producers"]]
    result["rooms"] = [rooms["totalRooms"], rooms["totalPeers"]]
    names = ("rooms", "branches", "peers", "producers", "consumers", "transports")
    result["metrics"] = {name: figure(server, f"sluice_sfu_{name}") for name in names}
    result["piped"] = figure(server, "sluice_sfu_piped_packets_total")

    await asyncio.to_thread(call, "DELETE", server.url + carol.location)
    await carol.close()
    result["peersAfterDelete"] = server.peers("demo")
    result["branchesAfterDelete"] = await asyncio.to_thread(
        wait_for, lambda: figure(server, "sluice_sfu_branches") == 0, 5, "the branch's end")
    carol = await Session().watch(server, "carol")
    await alice.close()
    alice = await Session().publish(server, "alice")
    await asyncio.sleep(2)
    result["decodedAfterReturn"] = await frames_of([bob, carol], seconds)
    await asyncio.to_thread(call, "POST", server.url + "/rooms/demo/peers/carol/leave", "{}", "application/json")
    result["peersAfterLeave"] = server.peers("demo")
    for session in (alice, bob, carol, dave):
        await session.close()
    await asyncio.to_thread(wait_for, lambda: figure(server, "sluice_sfu_rooms") == 0, 10, "the room's end")
    result["held"] = figure(server, "sluice_sfu_held_packets")
    result["events"] = events.names
    return result


async def meet_browser(server, kind, seconds):
    """Who watches on the second worker is a browser: it decodes as anywhere."""
    alice = await Session().publish(server, "alice")
    bob = await Session().watch(server, "bob")
    script = "window.sluice?.watchers.alice && window.sluice.watchers.alice.getStats()"

    def decoded():
        return ((browser.evaluate(script) or {}).get("video") or {}).get("framesDecoded", 0)

    with Browser(kind, f"{server.url}/#/room/demo?watch=1&sound=1") as browser:
        await asyncio.to_thread(wait_for, decoded, 30, "the first picture is decoded")
        before = await asyncio.to_thread(decoded)
        await asyncio.sleep(seconds)
        result = {"decoded": await asyncio.to_thread(decoded) - before, "piped": figure(server, "sluice_sfu_piped_packets_total")}
    for session in (alice, bob):
        await session.close()
    return result


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sfu")
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--browser")
    arguments = parser.parse_args()
    with Server(arguments.sfu, "--rtc", "127.0.0.1:0", "--workers", "2", "--viewers-per-loop", "1") as server:
        if arguments.browser:
            result = asyncio.run(meet_browser(server, arguments.browser, arguments.seconds))
        else:
            result = asyncio.run(meet(server, arguments.seconds))
    print(json.dumps({**result, "exit": server.code}))


main()

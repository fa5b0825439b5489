"""aiortc publishes by WHIP and another aiortc watches by WHEP; prints what arrived, as JSON.

    aiortc_meet.py SFU --codec VP8 --seconds 10 [--announce ADDRESS]

With --announce, sfu has a host of several addresses to itself, is bound to all of them and tells of one
alone; aiortc, on another host, takes media from no other.
"""
import argparse
import array
import asyncio
import json
import subprocess
import sys
import urllib.request

from aiortc import RTCPeerConnection, RTCRtpReceiver, RTCSessionDescription

from pictures import Picture, Tone
from sfu import Namespaces, Server, run


def post(url, offer):
    request = urllib.request.Request(url, offer.encode(), {"Content-Type": "application/sdp"})
    with urllib.request.urlopen(request, timeout=15) as response:
        return response.read().decode()


async def exchange(connection, url):
    await connection.setLocalDescription(await connection.createOffer())
    answer = await asyncio.to_thread(post, url, connection.localDescription.sdp)
    await connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))


async def count_frames(track, counts):
    while True:
        frame = await track.recv()
        counts[track.kind] += 1
        if track.kind == "audio":
            counts["loudest"] = max(counts["loudest"], max(array.array("h", bytes(frame.planes[0]))))


async def meet(url, codec, seconds):
    publisher, viewer = RTCPeerConnection(), RTCPeerConnection()
    counts = {"audio": 0, "video": 0, "loudest": 0}
    readers = []
    picture = Picture()
    publisher.addTrack(Tone())
    sender = publisher.addTransceiver(picture, direction="sendonly")
    codecs = RTCRtpReceiver.getCapabilities("video").codecs
    sender.setCodecPreferences([c for c in codecs if c.mimeType in (f"video/{codec}", "video/rtx")])

    @viewer.on("track")
    def arrived(track):
        readers.append(asyncio.create_task(count_frames(track, counts)))

    for kind in ("audio", "video"):
        viewer.addTransceiver(kind, direction="recvonly")
    try:
        await exchange(publisher, f"{url}/rooms/demo/whip?peer=alice")
        await exchange(viewer, f"{url}/rooms/demo/whep?peer=bob")
        sent = picture.count
        await asyncio.sleep(seconds)
        return {"sent": picture.count - sent, "decoded": counts["video"], "audioFrames": counts["audio"], "loudest": counts["loudest"]}
    finally:
        for reader in readers:
            reader.cancel()
        await asyncio.gather(publisher.close(), viewer.close())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sfu")
    parser.add_argument("--codec", default="VP8")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rtc", default="127.0.0.1:0", help="where sfu takes media")
    parser.add_argument("--announce", help="which of its host's addresses sfu tells of")
    parser.add_argument("--url", help="of an sfu that runs already")
    arguments = parser.parse_args()
    if arguments.url:
        print(json.dumps(asyncio.run(meet(arguments.url, arguments.codec, arguments.seconds))))
    elif arguments.announce:
        meet_from_afar(arguments)
    else:
        with Server(arguments.sfu, "--rtc", arguments.rtc) as server:
            result = asyncio.run(meet(server.url, arguments.codec, arguments.seconds))
        print(json.dumps({**result, "exit": server.code}))


def give_addresses(near, far):
    """Beside the first, the near host has a second one on the cable, and others behind it as of another LAN."""
    for address, link in (("10.78.0.3/24", "left"), ("10.79.0.1/32", "lo"), ("fd78::1/64", "left"), ("fd79::1/128", "lo")):
        run("ip", "-n", near, "addr", "add", address, "dev", link, *(["nodad"] if ":" in address else []))
    run("ip", "-n", far, "addr", "add", "fd78::2/64", "dev", "right", "nodad")
    run("ip", "-6", "-n", far, "route", "add", "default", "via", "fd78::1")


def meet_from_afar(arguments):
    with Namespaces() as spaces:
        near, far = spaces.names
        give_addresses(near, far)
        options = ["--insecure", "--rtc", arguments.rtc, "--announce", arguments.announce]
        with Server(arguments.sfu, *options, host=spaces.addresses[0], namespace=near) as server:
            inside = ["ip", "netns", "exec", far, sys.executable, *sys.argv, "--url", server.url]
            meeting = subprocess.run(inside, capture_output=True, text=True)
        if meeting.returncode != 0:
            raise SystemExit(meeting.stderr)
        print(json.dumps({**json.loads(meeting.stdout), "exit": server.code}))


main()

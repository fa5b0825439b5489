"""aiortc publishes by WHIP and another aiortc watches by WHEP; prints what arrived, as JSON.

    aiortc_meet.py SFU --codec VP8 --seconds 10
"""
import argparse
import array
import asyncio
import json
import urllib.request

from aiortc import RTCPeerConnection, RTCRtpReceiver, RTCSessionDescription

from pictures import Picture, Tone
from sfu import Server


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
    arguments = parser.parse_args()
    with Server(arguments.sfu, "--rtc", "127.0.0.1:0") as server:
        result = asyncio.run(meet(server.url, arguments.codec, arguments.seconds))
    print(json.dumps({**result, "exit": server.code}))


main()

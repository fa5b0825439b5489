"""aiortc watches a WHEP endpoint for a while; prints what it decoded, as JSON.

    whep_viewer.py SFU URL SECONDS      (SFU is not used: scripts are all started alike)
"""
import array
import asyncio
import json
import sys
import urllib.request

from aiortc import RTCPeerConnection, RTCSessionDescription


def post(url, offer):
    request = urllib.request.Request(url, offer.encode(), {"Content-Type": "application/sdp"})
    with urllib.request.urlopen(request, timeout=15) as response:
        return response.read().decode()


async def consume(track, figures):
    while True:
        frame = await track.recv()
        figures[track.kind] += 1
        if track.kind == "audio":
            figures["loudest"] = max(figures["loudest"], max(array.array("h", bytes(frame.planes[0]))))


async def watch(url, seconds):
    viewer, readers = RTCPeerConnection(), []
    figures = {"audio": 0, "video": 0, "loudest": 0}
    viewer.on("track", lambda track: readers.append(asyncio.create_task(consume(track, figures))))
    for kind in ("audio", "video"):
        viewer.addTransceiver(kind, direction="recvonly")
    try:
        await viewer.setLocalDescription(await viewer.createOffer())
        answer = await asyncio.to_thread(post, url, viewer.localDescription.sdp)
        await viewer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        while figures["video"] == 0:
            await asyncio.sleep(0.05)
        before = dict(figures)
        await asyncio.sleep(seconds)
        return {kind: figures[kind] - before[kind] for kind in ("audio", "video")} | {"loudest": figures["loudest"]}
    finally:
        for reader in readers:
            reader.cancel()
        await viewer.close()


print(json.dumps(asyncio.run(asyncio.wait_for(watch(sys.argv[2], float(sys.argv[3])), 60))))

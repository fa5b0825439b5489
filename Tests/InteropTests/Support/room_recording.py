"""Rooms recorded by the sfu they are in. room_recording.py SFU whole|return|codecs|killed

whole: Chromium's room, through all of the API, from before it is there until the recording is deleted.
return: aiortc goes away and comes back while its room is recorded; then the sfu is told to end.
codecs: the same with another codec, while Chromium is on the recording's page.
killed: the sfu is killed while it records, and started again.
"""
import asyncio
import json
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

from aiortc import RTCPeerConnection, RTCRtpReceiver, RTCSessionDescription

from browser import Browser
from pictures import Picture, Tone
from recorded import probe
from sfu import Server, wait_for

API = "/api/v1/recordings"


def call(server, method, path, body=None, headers={}):
    """The status and the body of an answer, JSON read."""
    data = json.dumps(body).encode() if body is not None else b"" if method == "POST" else None
    request = urllib.request.Request(server.url + path, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            status, kind, octets = answer.status, answer.headers.get("content-type", ""), answer.read()
    except urllib.error.HTTPError as error:
        status, kind, octets = error.code, error.headers.get("content-type", ""), error.read()
    return status, json.loads(octets) if "json" in kind else octets


def start(server, room="demo", **more):
    status, answer = call(server, "POST", API + "/start", {"room_id": room, **more})
    if "recording_id" not in answer:
        raise SystemExit(f"no recording of {room} began: {status} {answer}")
    return status, answer, answer["recording_id"]


def start_another(server, former):
    """Another recording of the room: it is called by the second, which must be another too."""
    wait_for(lambda: time.strftime("%Y%m%d%H%M%S", time.gmtime()) > former.rsplit("-", 1)[1], 5, "the next second")
    return start(server)


def state(server, recording):
    """How a recording stands; nothing of it where there is none."""
    status, found = call(server, "GET", f"{API}/{recording}")
    return found if status == 200 else {"status": "", "files": [], "duration_seconds": 0, "problem": found}


def media(folder):
    return sorted(file for file in pathlib.Path(folder).iterdir() if file.suffix not in (".index", ".json"))


def chromium(server, codec):
    return Browser("chromium", f"{server.url}/#/room/demo?publish=1&name=alice&codec={codec}&size=360")


def facts(path):
    """A file's streams and their errors, and the longest time between two of its pictures."""
    found = probe(path)
    # A busy browser's pictures come unevenly: times must not be rounded to those of an even rate.
    decoded = subprocess.run(
        ["ffmpeg", "-v", "error", "-xerror", "-i", str(path), "-fps_mode", "passthrough", "-enc_time_base:v", "1:90000",
         "-f", "null", "-"], capture_output=True, text=True)
    return {"codecs": found["codecs"], "frames": found["frames"], "step": found["step"], "duration": found["duration"],
            "errors": found["errors"] + decoded.stderr}


def taken(server, recording, folder):
    """How the download of a recording is answered, and what is in its files. A browser without the time for
    its pictures goes on with smaller ones, and those begin another file: several are taken one by one."""
    status, octets = call(server, "GET", f"{API}/{recording}/download")
    if status == 409:
        parts = [call(server, "GET", path)[1] for path in octets["files"]]
    elif status == 200:
        parts = [octets]
    else:
        raise SystemExit(f"the download of {recording}: {status} {octets}")
    found = []
    for part in parts:
        path = pathlib.Path(folder) / "downloaded"
        path.write_bytes(part)
        found.append(facts(path))
        path.unlink()
    return {"download": status, "files": found}


def whole(sfu, folder):
    with Server(sfu, "--rtc", "127.0.0.1:0", "--recordings", folder, "--recording-format", "fmp4") as server:
        early, answer, recording = start(server, title="A talk")
        result = {"early": early, "earlyStatus": answer["status"], "earlyMessage": answer["message"]}
        with chromium(server, "H264"):
            wait_for(lambda: state(server, recording)["status"] == "recording", 60, "the recording begins")
            again = call(server, "POST", API + "/start", {"room_id": "demo"})
            result |= {"again": again[0], "running": again[1].get("recording_id") == recording}
            one = wait_for(lambda: (lambda found: found["duration_seconds"] > 8 and found)(state(server, recording)),
                           40, "eight seconds are recorded")
            metrics = server.get("/metrics")
            listed = call(server, "GET", API)[1]
            playlist = call(server, "GET", one["playlist_url"])[1]
            playlist = playlist.decode() if isinstance(playlist, bytes) else str(playlist)
            thumbnail = call(server, "GET", one["thumbnail_url"])
            result |= {
                "title": one["title"], "room": one["room_id"], "growing": one["files"][-1]["is_growing"],
                "names": [each["recording_id"] for each in listed["recordings"]] == [recording],
                "playlist": playlist.startswith("#EXTM3U") and "EXT-X-PART" in playlist,
                "hasThumbnail": thumbnail[0] == 200 and thumbnail[1][:2] == b"\xff\xd8",
                "active": int(re.search(r"^recording_active (\d+)", metrics, re.M).group(1)),
                "piped": int(re.search(r"^sluice_sfu_piped_packets_total (\d+)", metrics, re.M).group(1)),
                "transports": int(re.search(r"^sluice_sfu_transports (\d+)", metrics, re.M).group(1)),
                "peers": server.peers("demo"),
                "deletedWhileGrowing": call(server, "DELETE", f"{API}/{recording}")[0],
            }
            stopped = call(server, "POST", f"{API}/{recording}/stop")
            figures = call(server, "GET", f"{API}/{recording}/analytics")[1]
            late, _, second = start_another(server, recording)
            result |= {"late": late}
            call(server, "POST", f"{API}/{second}/stop")
        result |= taken(server, recording, folder) | {
            "written": figures["source"]["video_frames_written"], "losses": figures["losses"],
            "stopped": stopped[0], "seconds": stopped[1].get("duration_seconds", 0),
            "deleted": call(server, "DELETE", f"{API}/{recording}")[0], "gone": call(server, "GET", f"{API}/{recording}")[0],
            "source": call(server, "POST", API + "/start", {"room_id": "demo", "source": "rtsp://127.0.0.1:1/"})[0],
            "foreign": call(server, "POST", API + "/start", {"room_id": "demo"}, {"Origin": "https://example.com"})[0],
        }
    return result | {"exit": server.code}


class Publisher:
    """aiortc in a room, for as long as the block."""

    def __init__(self, server, codec="VP8"):
        self.url, self.codec = f"{server.url}/rooms/demo/whip?peer=alice", codec

    async def __aenter__(self):
        self.connection = RTCPeerConnection()
        self.connection.addTrack(Tone())
        sender = self.connection.addTransceiver(Picture(moving=True), direction="sendonly")
        codecs = RTCRtpReceiver.getCapabilities("video").codecs
        sender.setCodecPreferences([codec for codec in codecs if codec.mimeType in (f"video/{self.codec}", "video/rtx")])
        await self.connection.setLocalDescription(await self.connection.createOffer())
        answer = await asyncio.to_thread(self.post)
        await self.connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    def post(self):
        request = urllib.request.Request(
            self.url, self.connection.localDescription.sdp.encode(), {"Content-Type": "application/sdp"})
        with urllib.request.urlopen(request, timeout=15) as response:
            self.session = response.headers["Location"]
            return response.read().decode()

    async def __aexit__(self, *_):
        location = urllib.parse.urljoin(self.url, self.session)
        await asyncio.to_thread(urllib.request.urlopen, urllib.request.Request(location, method="DELETE"))
        await self.connection.close()


async def come_and_go(server, recording):
    """Two visits of the publisher; the recording's state in between."""
    async def until(what, condition):
        await asyncio.to_thread(wait_for, condition, 30, what)
    async with Publisher(server):
        await until("the recording begins", lambda: state(server, recording)["status"] == "recording")
        await asyncio.sleep(5)
    def is_over(found):
        return found.get("reason") and found["files"] and not found["files"][0]["is_growing"] and found
    between = await asyncio.to_thread(wait_for, lambda: is_over(state(server, recording)), 30, "its end is told")
    rooms = json.loads(server.get("/rooms"))
    async with Publisher(server):
        await until("it goes on", lambda: state(server, recording).get("file_count") == 2)
        await asyncio.sleep(5)
    return between, rooms


def comes_back(sfu, folder):
    with Server(sfu, "--rtc", "127.0.0.1:0", "--workers", "2", "--recordings", folder) as server:
        _, _, recording = start(server, wait_seconds=0)
        between, rooms = asyncio.run(come_and_go(server, recording))
    return {"exit": server.code, "reason": between["reason"], "growing": between["files"][0]["is_growing"],
            "rooms": len(rooms["rooms"] if isinstance(rooms, dict) else rooms), "files": [facts(file) for file in media(folder)]}


VIDEO = "document.querySelector('video')"
# How a recording is played now, and in which file.
PLAYED = f"""({{
  type: player.type, time: {VIDEO}.currentTime, problem: player.problem,
  frames: {VIDEO}.getVideoPlaybackQuality().totalVideoFrames,
  file: (player.playlist.open?.parts.length ? player.playlist.open : player.playlist.segments.at(-1)).file,
}})"""

async def watched(server, recording):
    """What Chromium shows of a recording whose publisher comes back with another codec, at its growing end."""
    async def until(what, condition, seconds=40):
        return await asyncio.to_thread(wait_for, condition, seconds, what)
    browser = None
    try:
        async with Publisher(server):
            await until("the recording begins", lambda: state(server, recording)["duration_seconds"] > 2)
            browser = await asyncio.to_thread(Browser, "chromium", f"{server.url}/recordings/#/recording/{recording}")
            def shows(found, since=0):
                return found and found["time"] > found["file"] + 1 and found["frames"] > since + 10 and found
            first = await until("a picture", lambda: shows(browser.evaluate(PLAYED)))
        await until("its end is told", lambda: not state(server, recording)["files"][0]["is_growing"])
        async with Publisher(server, "H264"):
            await until("it goes on", lambda: state(server, recording).get("file_count") == 2)
            def goes_on(found, since):
                return found and found["file"] > 1 and (shows(found, since) or found["problem"]) and found
            second = await until("the other picture", lambda: goes_on(browser.evaluate(PLAYED), first["frames"]))
        return first, second
    finally:
        if browser:
            await asyncio.to_thread(browser.close)


def changes_codec(sfu, folder):
    with Server(sfu, "--rtc", "127.0.0.1:0", "--recordings", folder) as server:
        _, _, recording = start(server, wait_seconds=0)
        first, second = asyncio.run(watched(server, recording))
        kinds = [each["media_type"] for each in state(server, recording)["files"]]
    return {"types": [first["type"], second["type"]], "kinds": kinds,
            "problems": [first["problem"], second["problem"]], "exit": server.code}


def killed(sfu, folder):
    options = ["--rtc", "127.0.0.1:0", "--recordings", folder]
    with Server(sfu, *options) as server:
        with chromium(server, "H264"):
            _, _, recording = start(server, wait_seconds=0, title="A talk", frame_rate=30)
            wait_for(lambda: state(server, recording)["status"] == "recording", 60, "the recording begins")
            begun = time.monotonic()
            time.sleep(6)
            server.process.kill()
            server.process.wait()
            age = time.monotonic() - begun
    left = [facts(file) for file in media(folder)]
    with Server(sfu, *options) as server:
        one = wait_for(lambda: (lambda found: found["files"] and not found["files"][-1]["is_growing"] and found)(state(server, recording)), 10, "it is whole")
        thumbnail = call(server, "GET", one["thumbnail_url"])[0]
    return {"left": left, "whole": [facts(file) for file in media(folder)], "age": age, "status": one["status"], "title": one["title"],
            "asked": one["requested"].get("frame_rate"), "room": one["room_id"], "thumbnail": thumbnail, "exit": server.code}


def main():
    sfu, scenario = sys.argv[1:3]
    with tempfile.TemporaryDirectory(prefix="sluice-rooms-") as folder:
        print(json.dumps({"whole": whole, "return": comes_back, "codecs": changes_codec, "killed": killed}[scenario](sfu, folder)))


signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGINT})  # tests' threads block them
main()

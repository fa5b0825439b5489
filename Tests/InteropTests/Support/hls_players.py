#!/usr/bin/python3
"""Other players on the recorder's playlists, of a recording that grows and of one that has ended.

hls_players.py RECORDER FORMAT

Records a camera of GStreamer's RTSP server for a while. While it grows, ffmpeg and both of GStreamer's HLS
demuxers play it; when it has ended they play it from beginning to end. Prints as JSON how many pictures each
has decoded, and how many the file holds by ffprobe.
"""
import json
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst

from recorder_port import recorder_port

HERE = pathlib.Path(__file__).resolve().parent
ENOUGH = 90  # pictures of a recording that grows: three seconds


def call(url, body=None):
    data = json.dumps(body).encode() if body is not None else None
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data), timeout=30) as answer:
            return json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        raise SystemExit(f"{url}: {error.code} {error.read().decode()}")


def gstreamer(url, demuxer, limit=None):
    """Decodes pictures until the end, or `limit` of them. Returns how many, and what went wrong."""
    other = {"hlsdemux": "hlsdemux2", "hlsdemux2": "hlsdemux"}[demuxer]
    registry = Gst.Registry.get()
    registry.lookup_feature(other).set_rank(Gst.Rank.NONE)
    registry.lookup_feature(demuxer).set_rank(Gst.Rank.PRIMARY + 10)
    kind = "uridecodebin3" if demuxer == "hlsdemux2" else "uridecodebin"
    pipeline, player = Gst.Pipeline.new(), Gst.ElementFactory.make(kind)
    player.set_property("uri", url)
    pipeline.add(player)
    loop, found = GLib.MainLoop(), {"pictures": 0, "sound": 0, "error": "", "backwards": 0, "demuxer": ""}

    def count(sink, buffer, pad, name):
        found[name] += 1
        if name == "pictures":
            if buffer.pts <= found.get("last", -1):
                found["backwards"] += 1
            found["last"] = buffer.pts
            if limit and found[name] >= limit:
                loop.quit()

    def link(_, pad):
        caps = (pad.get_current_caps() or pad.query_caps(None)).to_string()
        name = "pictures" if caps.startswith("video/") else "sound"
        queue, sink = Gst.ElementFactory.make("queue"), Gst.ElementFactory.make("fakesink")
        sink.set_property("sync", False)
        sink.set_property("signal-handoffs", True)
        sink.connect("handoff", count, name)
        for element in (queue, sink):
            pipeline.add(element)
            element.sync_state_with_parent()
        queue.link(sink)
        pad.link(queue.get_static_pad("sink"))

    def hear(_, message):
        if message.type == Gst.MessageType.EOS:
            loop.quit()
        elif message.type == Gst.MessageType.ERROR:
            found["error"] = " ".join(str(part) for part in message.parse_error())
            loop.quit()

    def note(_, __, element):
        if element.get_factory() and element.get_factory().get_name().startswith("hlsdemux"):
            found["demuxer"] = element.get_factory().get_name()

    player.connect("pad-added", link)
    pipeline.connect("deep-element-added", note)
    bus = pipeline.get_bus()
    bus.add_signal_watch()
    bus.connect("message", hear)
    pipeline.set_state(Gst.State.PLAYING)
    timer = GLib.timeout_add_seconds(40, loop.quit)
    loop.run()
    GLib.source_remove(timer)
    pipeline.set_state(Gst.State.NULL)
    bus.remove_signal_watch()
    found.pop("last", None)
    if found["demuxer"] != demuxer:
        found["error"] += f" played by {found['demuxer'] or 'nothing'}"
    return found


def ffmpeg(url, limit=None):
    """The same by ffmpeg, from the playlist's beginning."""
    command = ["timeout", "60", "ffprobe", "-v", "error", "-count_frames"]
    command += ["-read_intervals", f"%+#{limit}"] if limit else []
    done = subprocess.run(
        [*command, "-select_streams", "v:0", "-show_entries", "stream=nb_read_frames", "-of", "csv=p=0", url],
        capture_output=True, text=True)
    numbers = re.findall(r"\d+", done.stdout)
    return {"pictures": int(numbers[-1]) if numbers else 0, "error": done.stderr.strip()}


def main():
    recorder_path, container = sys.argv[1:3]
    Gst.init(None)
    with tempfile.TemporaryDirectory(prefix="sluice-hls-") as folder:
        camera = subprocess.Popen(
            ["/usr/bin/python3", str(HERE / "rtsp_camera.py")], stdout=subprocess.PIPE, text=True)
        recorder = subprocess.Popen(
            [recorder_path, "--output", folder, "--http", "127.0.0.1:0", "--log-format", "json"],
            stderr=subprocess.PIPE, text=True)
        try:
            port = recorder_port(recorder)
            base = f"http://127.0.0.1:{port}"
            source = f"rtsp://127.0.0.1:{int(camera.stdout.readline())}/live"
            started = call(base + "/api/recording/start", {
                "mint_id": "cam", "source": source, "output_format": container, "wait_seconds": 15})
            url = f"{base}/hls/cam/index.m3u8"
            until = time.monotonic() + 30
            while time.monotonic() < until and call(base + "/api/v1/recordings/cam")["duration_seconds"] < 9:
                time.sleep(0.2)
            growing = {"hlsdemux": gstreamer(url, "hlsdemux", ENOUGH), "hlsdemux2": gstreamer(url, "hlsdemux2", ENOUGH),
                       "ffmpeg": ffmpeg(url, ENOUGH)}
            # For players that take MPEG-TS alone: the file's own octets.
            plain = f"{base}/api/v1/recordings/cam/stream/ts.m3u8"
            if container == "mpegts":
                growing["ffmpeg, TS"] = ffmpeg(plain, ENOUGH)
            stopped = call(base + "/api/recording/stop", {"mint_id": "cam"})
            ended = {"hlsdemux": gstreamer(url, "hlsdemux"), "hlsdemux2": gstreamer(url, "hlsdemux2"), "ffmpeg": ffmpeg(url)}
            if container == "mpegts":
                ended["ffmpeg, TS"] = ffmpeg(plain)
            whole = ffmpeg(stopped["output_path"])
            print(json.dumps({
                "started": started["success"], "container": started["output_format"], "growing": growing, "ended": ended,
                "held": whole["pictures"], "written": stopped["stats"]["video_frames_written"]}))
        finally:
            for process in (recorder, camera):
                process.send_signal(signal.SIGTERM)
            recorder.communicate(timeout=30)
            camera.communicate(timeout=30)


signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGINT})  # tests' threads block them
main()

"""RTP that ffmpeg or GStreamer simply sends, recorded. plain_rtp.py SFU RECORDER"""
import json
import pathlib
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time

from recorded import probe

PICTURES = "testsrc2=size=320x240:rate=25"
SOUND = "sine=frequency=440:sample_rate=48000"


def free_ports():
    """An even port of 127.0.0.1 whose next five are free as well, and which the kernel gives nobody by itself."""
    for port in random.sample(range(20000, 32000, 8), 1500):
        sockets = []
        try:
            for number in range(port, port + 6):
                sockets.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
                sockets[-1].bind(("127.0.0.1", number))
            return port
        except OSError:
            continue
        finally:
            for held in sockets:
                held.close()
    raise SystemExit("no free ports")


def ffmpeg(port, sdp, video, audio, seconds):
    command = ["ffmpeg", "-v", "error", "-y", "-re", "-f", "lavfi", "-i", PICTURES, "-re", "-f", "lavfi", "-i", SOUND,
               "-map", "0:v", "-t", str(seconds), *video, "-f", "rtp", f"rtp://127.0.0.1:{port}"]
    command += ["-map", "1:a", "-t", str(seconds), *audio, "-f", "rtp", f"rtp://127.0.0.1:{port + 2}",
                "-sdp_file", str(sdp)]
    return command


def gstreamer(port, sdp, video, audio, seconds):
    sdp.write_text(
        f"m=video {port} RTP/AVP 96\nc=IN IP4 127.0.0.1\na=rtpmap:96 {video[2]}\n"
        f"m=audio {port + 2} RTP/AVP {audio[3]}\nc=IN IP4 127.0.0.1\na=rtpmap:{audio[3]} {audio[2]}\n")
    branch = lambda number, source, pay, at: (
        f"{source} ! {pay} ! b.send_rtp_sink_{number} b.send_rtp_src_{number} ! udpsink host=127.0.0.1 port={at} "
        f"b.send_rtcp_src_{number} ! udpsink host=127.0.0.1 port={at + 1} sync=false async=false ")
    text = "rtpbin name=b " + branch(
        0, f"videotestsrc is-live=true num-buffers={25 * seconds} ! video/x-raw,width=320,height=240,framerate=25/1 "
        f"! {video[0]}", video[1], port) + branch(
        1, f"audiotestsrc is-live=true samplesperbuffer={audio[4] // 100} num-buffers={100 * seconds} ! audio/x-raw,rate={audio[4]},"
        f"channels=1 ! {audio[0]}", audio[1], port + 2)
    return ["gst-launch-1.0", "-q", *text.split()]


X264 = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-pix_fmt", "yuv420p"]
OPUS = ["-c:a", "libopus"]
CASES = {
    "ffmpeg-h264-opus": (ffmpeg, X264, OPUS, "mpegts"),
    "ffmpeg-h264-aac": (ffmpeg, X264, ["-c:a", "aac"], "fmp4"),
    "ffmpeg-h264-bframes": (ffmpeg, ["-c:v", "libx264", "-preset", "veryfast", "-bf", "2", "-g", "25", "-pix_fmt",
                                     "yuv420p"], OPUS, "mp4"),
    "ffmpeg-h265-opus": (ffmpeg, ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params",
                                  "keyint=25:log-level=none:repeat-headers=1"], OPUS, "mpegts"),
    "gstreamer-vp8-opus": (gstreamer, ("vp8enc deadline=1 keyframe-max-dist=25", "rtpvp8pay pt=96", "VP8/90000"),
                           ("opusenc", "rtpopuspay pt=96", "opus/48000/2", 96, 48000), "webm"),
    "gstreamer-h265-pcmu": (gstreamer, ("x265enc tune=zerolatency speed-preset=ultrafast key-int-max=25 ! h265parse",
                                        "rtph265pay config-interval=-1 pt=96", "H265/90000"),
                            ("mulawenc", "rtppcmupay", "PCMU/8000", 0, 8000), "fmp4"),
}


def record(program, name):
    tool, video, audio, container = CASES[name]
    port, seconds = free_ports(), 7
    with tempfile.TemporaryDirectory(prefix="sluice-plain-") as folder:
        sdp = pathlib.Path(folder) / "session.sdp"
        sender = None
        if tool is gstreamer:
            command = tool(port, sdp, video, audio, seconds)
        else:
            command = tool(port, sdp, video, audio, seconds)
            sender = subprocess.Popen(command, stderr=subprocess.PIPE)
            while not sdp.exists() or not sdp.stat().st_size:
                time.sleep(0.02)
        recorder = subprocess.Popen(
            [program, "--source", str(sdp), "--output", folder, "--name", "plain", "--format", container,
             "--http", "127.0.0.1:0"], stderr=subprocess.PIPE, text=True)
        sender = sender or subprocess.Popen(command, stderr=subprocess.PIPE)
        try:
            try:
                sender.communicate(timeout=seconds + 8)
            except subprocess.TimeoutExpired:
                sender.kill()  # GStreamer's x265enc may hang once it has sent all and said goodbye
                sender.wait()
            time.sleep(1.5)
            recorder.terminate()
            _, log = recorder.communicate(timeout=30)
        finally:
            for child in (sender, recorder):  # or they would hold whoever reads this script's output
                if child.poll() is None:
                    child.kill()
        files = sorted(file for file in pathlib.Path(folder).iterdir() if file.suffix not in (".index", ".sdp"))
        found = probe(files[0]) if files else {}
        return {"files": [file.suffix for file in files], "log": log, "exit": recorder.returncode, **found}


def main():
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGINT})  # tests' threads block them
    print(json.dumps(record(sys.argv[2], sys.argv[3])))


if __name__ == "__main__":
    main()

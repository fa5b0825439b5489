#!/usr/bin/python3
"""A camera of GStreamer's RTSP server: H.264 and AAC, Opus or G.711, without an end; a clip with B-frames; sound alone.

rtsp_camera.py [--video h264|h265|vp8|none|bframes --clip FILE] [--audio aac|latm|l16|opus|pcmu|none]
               [--user U --password P] [--basic] [--tls FOLDER] [--port N]
Prints the port it listens on at 127.0.0.1; the camera is at /live. With --tls it speaks RTSPS alone, with a
certificate of its own for 127.0.0.1, which FOLDER/certificate.pem gets.
"""
import argparse
import signal
import subprocess

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gio, GLib, Gst, GstRtsp, GstRtspServer

PICTURE = "videotestsrc is-live=true ! video/x-raw,width=320,height=240,framerate=30/1 ! "
VIDEO = {
    "h264": "openh264enc bitrate=500000 gop-size=30 ! h264parse config-interval=-1"
            " ! rtph264pay name=pay0 pt=96 mtu=1200",
    "h265": "x265enc tune=zerolatency speed-preset=ultrafast key-int-max=30 ! h265parse config-interval=-1"
            " ! rtph265pay name=pay0 pt=96 mtu=1200",
    "vp8": "vp8enc deadline=1 ! rtpvp8pay name=pay0 pt=96",
    "none": "",
}
AUDIO = {
    "aac": "voaacenc ! rtpmp4gpay name=pay1 pt=97",
    "latm": "voaacenc ! rtpmp4apay name=pay1 pt=97",
    "l16": "audioconvert ! rtpL16pay name=pay1 pt=97",
    "opus": "opusenc ! rtpopuspay name=pay1 pt=97",
    "pcmu": "audioconvert ! audioresample ! audio/x-raw,rate=8000,channels=1 ! mulawenc ! rtppcmupay name=pay1 pt=0",
    "none": "",
}


def certificate(folder):
    """A certificate that nobody else has signed."""
    files = [f"{folder}/certificate.pem", f"{folder}/key.pem"]
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=camera"
    more = ["-addext", "subjectAltName=IP:127.0.0.1", "-out", files[0], "-keyout", files[1]]
    subprocess.run([*command.split(), *more], check=True, stderr=subprocess.DEVNULL)
    return Gio.TlsCertificate.new_from_files(*files)


def authentication(options):
    """Asks for a password, by Digest unless Basic is wanted; speaks TLS where that is wanted."""
    auth = GstRtspServer.RTSPAuth()
    if options.tls:
        auth.set_tls_certificate(certificate(options.tls))
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    if options.basic:
        basic = GstRtspServer.RTSPAuth.make_basic(options.user, options.password)
        auth.add_basic(basic, token)
    else:
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest(options.user, options.password, token)
    return auth


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--video", choices=[*VIDEO, "bframes"], default="h264")
    parser.add_argument("--clip")
    parser.add_argument("--audio", choices=AUDIO, default="aac")
    parser.add_argument("--user")
    parser.add_argument("--password", default="")
    parser.add_argument("--basic", action="store_true")
    parser.add_argument("--tls")
    parser.add_argument("--port", default="0")
    options = parser.parse_args()
    Gst.init(None)

    factory = GstRtspServer.RTSPMediaFactory()
    audio = AUDIO[options.audio]
    if audio:
        audio = " audiotestsrc is-live=true ! audio/x-raw,rate=48000,channels=2 ! " + audio
    if options.clip:
        video = f"filesrc location={options.clip} ! matroskademux ! h264parse config-interval=-1" \
            " ! rtph264pay name=pay0 pt=96 mtu=1200"
    elif options.video == "none":
        video, audio = "", audio.replace("pay1", "pay0")  # a factory's streams begin there
    else:
        video = PICTURE + VIDEO[options.video]
    factory.set_launch("( " + video + audio + " )")
    factory.set_shared(True)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(options.port)
    if options.user:
        server.set_auth(authentication(options))
        allowed = "viewer,media.factory.access=(boolean)true,media.factory.construct=(boolean)true"
        factory.add_role_from_structure(Gst.Structure.new_from_string(allowed))
    server.get_mount_points().add_factory("/live", factory)
    server.attach(None)
    print(server.get_bound_port(), flush=True)
    loop = GLib.MainLoop()
    for number in (signal.SIGINT, signal.SIGTERM):
        GLib.unix_signal_add(GLib.PRIORITY_HIGH, number, loop.quit)
    loop.run()


main()

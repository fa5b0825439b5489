"""What ffmpeg sends as RTP, into a file: rtp_from_ffmpeg.py FILE ARGUMENT…

The arguments are ffmpeg's up to the muxer. Each packet stands behind its length in two octets
(RFC 4571); the session description goes into FILE.sdp.
"""
import pathlib
import socket
import subprocess
import sys
import threading

SO_RCVBUFFORCE = 33


def receive(sock, packets):
    """Until the empty datagram that says that there is no more."""
    while packet := sock.recv(65536):
        packets.append(packet)


path, arguments = sys.argv[1], sys.argv[2:]
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    for option in (socket.SO_RCVBUF, SO_RCVBUFFORCE):
        try:
            sock.setsockopt(socket.SOL_SOCKET, option, 1 << 24)
        except PermissionError:
            pass
    sock.bind(("127.0.0.1", 0))
    packets = []
    reader = threading.Thread(target=receive, args=(sock, packets))
    reader.start()
    port = sock.getsockname()[1]
    # RTCP comes to the same port: its types are no track's payload types.
    url = f"rtp://127.0.0.1:{port}?rtcpport={port}&pkt_size=1200"
    command = ["ffmpeg", "-v", "error", "-readrate", "8", *arguments, "-sdp_file", path + ".sdp"]
    code = subprocess.run([*command, "-f", "rtp", url]).returncode
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
        last.sendto(b"", sock.getsockname())
    reader.join()
with pathlib.Path(path).open("wb") as file:
    for packet in packets:
        file.write(len(packet).to_bytes(2, "big") + packet)
sys.exit(code)

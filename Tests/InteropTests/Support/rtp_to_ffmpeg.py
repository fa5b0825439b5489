"""A file of RTP packets as ffmpeg's source: rtp_to_ffmpeg.py FILE MEDIA RTPMAP FMTP ARGUMENT…

An RTSP server of one client hands the packets, each behind its length in two octets (RFC 4571), to
ffmpeg interleaved, and hangs up. The arguments are ffmpeg's behind the source.
"""
import pathlib
import socketserver
import subprocess
import sys
import threading

path, media, rtpmap, fmtp, *arguments = sys.argv[1:]
SDP = f"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm={media} 0 RTP/AVP 96\r\na=rtpmap:96 {rtpmap}\r\n"
SDP += f"a=fmtp:96 {fmtp}\r\n" if fmtp else ""


class Camera(socketserver.StreamRequestHandler):
    """OPTIONS, DESCRIBE, SETUP, PLAY, and what was asked for."""

    def handle(self):
        while request := self.rfile.readline():
            sequence = ""
            while (line := self.rfile.readline()).strip():
                if line.lower().startswith(b"cseq:"):
                    sequence = line.decode().strip()
            method = request.split()[0]
            more, body = "Session: 1\r\n", ""
            if method == b"DESCRIBE":
                body = SDP + "a=control:track\r\n"
                more = "Content-Type: application/sdp\r\n"
            elif method == b"SETUP":
                more += "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n"
            head = f"RTSP/1.0 200 OK\r\n{sequence}\r\n{more}Content-Length: {len(body)}\r\n\r\n"
            self.wfile.write((head + body).encode())
            if method == b"PLAY":
                return self.play()

    def play(self):
        data = pathlib.Path(path).read_bytes()
        while data:
            end = 2 + int.from_bytes(data[:2], "big")
            self.wfile.write(b"$\0" + data[:end])
            data = data[end:]


with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Camera) as server:
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"rtsp://127.0.0.1:{server.server_address[1]}/file"
    command = ["ffmpeg", "-v", "error", "-rtsp_transport", "tcp", "-i", url]
    code = subprocess.run([*command, *arguments], timeout=60).returncode
    server.shutdown()
sys.exit(code)

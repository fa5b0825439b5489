#!/usr/bin/python3
"""A WHIP endpoint that answers oddly: what it does is the path's first word.

odd_endpoint.py    prints the port it listens on at 127.0.0.1; GET /deleted tells which sessions were ended.
"""
import http.server

SDP = "application/sdp"
ANSWERS = {  # status, Content-Type, Location, body
    "garbage": (201, SDP, "/session/garbage", b"\x00\xffnot a description"),
    "empty": (201, SDP, "/session/empty", b"v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"),
    "page": (201, "text/html", "/session/page", b"<html>"),
    "nowhere": (201, SDP, None, b"v=0\r\n"),
    "loop": (307, None, "/loop", b""),
    "full": (422, "text/plain", None, b"the room is full\nsecond line"),
    "locked": (401, None, None, b""),
}
deleted = []


class Endpoint(http.server.BaseHTTPRequestHandler):
    def answer(self, status, kind=None, location=None, body=b""):
        self.send_response(status)
        for name, value in (("Content-Type", kind), ("Location", location), ("Content-Length", str(len(body)))):
            if value is not None:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.answer(*ANSWERS.get(self.path.split("/")[1], (404,)))

    def do_DELETE(self):
        deleted.append(self.path)
        self.answer(200)

    def do_GET(self):
        self.answer(200, "text/plain", None, " ".join(deleted).encode())

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
print(server.server_port, flush=True)
server.serve_forever()

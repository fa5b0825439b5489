#!/usr/bin/python3
"""A way to a WHEP server that hears goodbyes and never answers them.

slow_farewell.py BASE    prints the port it listens on at 127.0.0.1; GET /told says in JSON what was asked of it, in
order: method, seconds since the start, and the path of the session."""
import http.client
import http.server
import json
import sys
import threading
import time
import urllib.parse

base = urllib.parse.urlsplit(sys.argv[1])
start = time.monotonic()
told = []


class Way(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        asked = time.monotonic() - start
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        server = http.client.HTTPConnection(base.hostname, base.port, timeout=30)
        kept = {name: self.headers[name] for name in ("Content-Type", "Authorization") if name in self.headers}
        server.request("POST", self.path, body, kept)
        reply = server.getresponse()
        answer = reply.read()
        location = reply.getheader("Location", "")
        if location:
            told.append(["POST", asked, urllib.parse.urlsplit(location).path])
        self.send_response(reply.status)
        for name, value in (("Content-Type", reply.getheader("Content-Type")), ("Location", location)):
            if value:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def do_DELETE(self):
        told.append(["DELETE", time.monotonic() - start, self.path])
        threading.Event().wait(60)

    def do_GET(self):
        answer = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Way)
server.daemon_threads = True
print(server.server_port, flush=True)
server.serve_forever()

"""A WHIP and WHEP server made of aiortc, at 127.0.0.1. Prints its port.

    whip_server.py [--setup active|passive] [--token TOKEN]

POST /whip, /whep, or /moved/whip, which redirects; DELETE what Location names; GET /statistics.
POST /goodbye ends all sessions from the server's side.
"""
import argparse
import array
import asyncio
import http.server
import json
import signal
import sys
import threading

import aioice.ice
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from pictures import Picture, Tone

aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]


class Sessions:
    """All there are and were, and what their tracks brought."""

    def __init__(self, role):
        self.role, self.connections = role, {}
        self.figures = {"video": 0, "audio": 0, "loudest": 0, "size": [], "states": []}

    async def open(self, path, offer):
        connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        name = f"session/{len(self.connections)}"
        self.connections[name] = connection
        connection.on("track", lambda track: asyncio.ensure_future(self.consume(track)))
        connection.on("connectionstatechange", lambda: self.figures["states"].append(connection.connectionState))
        await connection.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        if path.endswith("/whep"):
            connection.addTrack(Tone())
            connection.addTrack(Picture(moving=True))
        if self.role == "passive":
            for transceiver in connection.getTransceivers():
                transceiver.receiver.transport._set_role("server")
        await connection.setLocalDescription(await connection.createAnswer())
        return name, connection.localDescription.sdp

    async def consume(self, track):
        while True:
            frame = await track.recv()
            self.figures[track.kind] += 1
            if track.kind == "audio":
                loudest = max(array.array("h", bytes(frame.planes[0])))
                self.figures["loudest"] = max(self.figures["loudest"], loudest)
            else:
                self.figures["size"] = [frame.width, frame.height]

    async def close_all(self):
        for connection in self.connections.values():
            await connection.close()

    async def close(self, name):
        await self.connections[name].close()


class Door(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    sessions = loop = token = None

    def do_POST(self):
        offer = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.path == "/goodbye":
            self.wait(self.sessions.close_all())
            return self.answer(200)
        if self.path.startswith("/moved/"):
            return self.answer(307, headers={"Location": self.path.removeprefix("/moved")})
        if self.token and self.headers["Authorization"] != f"Bearer {self.token}":
            return self.answer(401, "who are you?")
        if self.headers["Content-Type"] != "application/sdp":
            return self.answer(415)
        name, answer = self.wait(self.sessions.open(self.path, offer))
        self.answer(201, answer, {
            "Content-Type": "application/sdp", "Location": name, "ETag": '"1"',
            "Link": '<stun:127.0.0.1:3478>; rel="ice-server"'})

    def do_DELETE(self):
        if self.path[1:] not in self.sessions.connections:
            return self.answer(404)
        self.wait(self.sessions.close(self.path[1:]))
        self.answer(200)

    def do_GET(self):
        self.answer(200, json.dumps(self.sessions.figures), {"Content-Type": "application/json"})

    def wait(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(20)

    def answer(self, status, text="", headers={}):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


async def serve(arguments):
    Door.sessions, Door.loop, Door.token = Sessions(arguments.setup), asyncio.get_running_loop(), arguments.token
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    await asyncio.Event().wait()


parser = argparse.ArgumentParser()
parser.add_argument("--setup", choices=["active", "passive"], default="active")
parser.add_argument("--token")
signal.signal(signal.SIGTERM, lambda *_: sys.exit())
asyncio.run(serve(parser.parse_args()))

#!/usr/bin/env python3
"""WHIP and WHEP in front of Janus's videoroom: signalling alone, media goes straight to Janus.

    signalling.py ADDRESS:PORT http://127.0.0.1:8088/janus

The generator offers; a subscriber of the videoroom wants to be offered to. So for a subscriber two
answers are put together here, each out of the other side's offer. Prints "ready" once Janus answers.
"""
import http.server
import itertools
import json
import queue
import sys
import threading
import time
import urllib.request

ROOM = 1
PLUGIN = "janus.plugin.videoroom"
PATIENCE = 20  # seconds for anything asked of Janus
KEPT = ("a=rtpmap:", "a=fmtp:", "a=rtcp-fb:")
SERVERS_SIDE = ("a=ice-ufrag:", "a=ice-pwd:", "a=fingerprint:", "a=candidate:")


class Janus:
    """One session of the HTTP API (long polls for events), with a handle for every client."""

    def __init__(self, url):
        self.url = url
        self.transactions = itertools.count(1)
        self.waiting = {}
        self.path = ""
        self.path = f"/{self.create()}"
        threading.Thread(target=self.listen, daemon=True).start()

    def create(self):
        limit = time.monotonic() + PATIENCE
        while True:
            try:
                return self.call("", janus="create")["data"]["id"]
            except OSError:
                if time.monotonic() > limit:
                    raise
                time.sleep(0.05)

    def call(self, path, **body):
        body.setdefault("transaction", str(next(self.transactions)))
        request = urllib.request.Request(
            self.url + self.path + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:
            answer = json.load(response)
        if answer["janus"] == "error":
            raise RuntimeError(answer["error"]["reason"])
        return answer

    def listen(self):
        while True:
            try:
                with urllib.request.urlopen(f"{self.url}{self.path}?maxev=50", timeout=60) as response:
                    events = json.load(response)
            except OSError:
                return  # Janus has ended
            for event in events if isinstance(events, list) else [events]:
                waiting = self.waiting.get(event.get("transaction"))
                if waiting and event["janus"] == "event":
                    waiting.put(event)

    def attach(self):
        return self.call("", janus="attach", plugin=PLUGIN)["data"]["id"]

    def ask(self, handle, body, jsep=None):
        """A request to the plugin; what it says of it and the description that comes with it."""
        transaction = str(next(self.transactions))
        self.waiting[transaction] = events = queue.Queue()
        try:
            description = {"jsep": jsep} if jsep else {}
            self.call(f"/{handle}", janus="message", body=body, transaction=transaction, **description)
            event = events.get(timeout=PATIENCE)
        finally:
            del self.waiting[transaction]
        said = event["plugindata"]["data"]
        if "error" in said:
            raise RuntimeError(said["error"])
        return said, event.get("jsep", {}).get("sdp", "")


def sections(description):
    """The media sections, each a list of lines, and the lines before them."""
    head, found = [], []
    for line in description.splitlines():
        if line.startswith("m="):
            found.append([])
        (found[-1] if found else head).append(line)
    return head, found


def value(lines, name):
    return next((line[len(name):] for line in lines if line.startswith(name)), None)


def chosen(lines, names):
    return [line for line in lines if line.startswith(names)]


def assemble(media):
    names = " ".join(value(lines, "a=mid:") for lines in media)
    head = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", f"a=group:BUNDLE {names}"]
    return "".join(f"{line}\r\n" for line in itertools.chain(head, *media))


def answer_to_janus(offered, client):
    """The client takes what Janus offers, as DTLS client."""
    client_head, client_media = sections(client)
    whose = chosen(client_head + client_media[0], SERVERS_SIDE)
    return assemble([
        [lines[0], "c=IN IP4 0.0.0.0", "a=mid:" + value(lines, "a=mid:"), "a=recvonly", "a=rtcp-mux",
         "a=setup:active", *whose, *chosen(lines, KEPT)]
        for lines in sections(offered)[1]])


def answer_to_client(offered, client):
    """Janus sends what it offers, each kind in the client's section of that kind, as DTLS server."""
    head, media = sections(offered)
    whose = chosen(head + media[0], SERVERS_SIDE)
    of_kind = {lines[0].split()[0]: lines for lines in media}
    answers = []
    for wanted in sections(client)[1]:
        lines = of_kind.get(wanted[0].split()[0])
        if not lines:
            raise RuntimeError(f"Janus has nothing for {wanted[0]}")
        answers.append([
            lines[0], "c=IN IP4 0.0.0.0", "a=mid:" + value(wanted, "a=mid:"), "a=sendonly", "a=rtcp-mux",
            "a=setup:passive", *whose, *chosen(lines, KEPT)])
    return assemble(answers)


class Door(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    janus = None
    feed = None

    def do_POST(self):
        offer = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        try:
            handle = self.janus.attach()
            text = self.publish(handle, offer) if "/whip" in self.path else self.subscribe(handle, offer)
            self.answer(201, text, f"/{handle}")
        except (OSError, RuntimeError, queue.Empty) as error:
            self.answer(500, repr(error))

    def do_DELETE(self):
        try:
            self.janus.call(self.path, janus="detach")
            self.answer(200)
        except (OSError, RuntimeError):
            self.answer(404)

    def answer(self, status, text="", location=None):
        body = text.encode()
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Type", "application/sdp")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def publish(self, handle, offer):
        request = {"request": "joinandconfigure", "ptype": "publisher", "room": ROOM}
        # Left the choice, Janus would be the DTLS client.
        jsep = {"type": "offer", "sdp": offer.replace("a=setup:actpass", "a=setup:active")}
        said, answer = self.janus.ask(handle, request, jsep)
        Door.feed = said["id"]
        return answer

    def subscribe(self, handle, offer):
        request = {"request": "join", "ptype": "subscriber", "room": ROOM, "streams": [{"feed": self.feed}]}
        _, offered = self.janus.ask(handle, request)
        jsep = {"type": "answer", "sdp": answer_to_janus(offered, offer)}
        self.janus.ask(handle, {"request": "start"}, jsep)
        return answer_to_client(offered, offer)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True


def main():
    listen, url = sys.argv[1:]
    address, port = listen.rsplit(":", 1)
    Door.janus = Janus(url)
    server = Server((address, int(port)), Door)
    print("ready", flush=True)
    server.serve_forever()


main()

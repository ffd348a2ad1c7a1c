"""A vendor's OpenAI-compatible server, faked faithfully: real HTTP, real streams, real errors."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class FakeVendor(BaseHTTPRequestHandler):
    """What the OpenAI API answers, streamed; the model's name says how it should go."""

    protocol_version = "HTTP/1.1"
    seen: list[dict]

    def pieces(self, body):
        """The reply to a request, as it is streamed."""
        return ["Word error rate rises from 5.1 ", "to 5.3 on clean speech. It costs 99 dollars."]

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.seen.append({**body, "authorization": self.headers["Authorization"]})
        failures = {"no-such-model": 404, "no-quota": 429, "bad-key": 401, "broken": 500}
        if (status := failures.get(body["model"])) is not None:
            return self.reply(status, {"error": {"message": "as asked", "type": "x", "code": None}})
        if body["model"] == "short":
            return self.reply(400, {"error": {"message": "m", "code": "context_length_exceeded"}})
        if body["model"] == "busy-once" and len(self.seen) == 1:
            return self.reply(429, {"error": {"message": "wait", "type": "x", "code": None}})
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        pieces = iter(self.pieces(body))
        self.event({"delta": {"role": "assistant", "content": next(pieces, "")}})
        if body["model"] == "dies":
            self.connection.close()
            return None
        for piece in pieces:
            self.event({"delta": {"content": piece}})
        self.event({"delta": {}, "finish_reason": "stop"})
        usage = {"prompt_tokens": 7, "completion_tokens": 9, "total_tokens": 16}
        self.wfile.write(b"data: " + json.dumps(chunk([], usage=usage)).encode() + b"\n\n")
        self.wfile.write(b"data: [DONE]\n\n")
        return None

    def event(self, choice):
        choice = {"index": 0, "finish_reason": None, **choice}
        self.wfile.write(b"data: " + json.dumps(chunk([choice])).encode() + b"\n\n")
        self.wfile.flush()

    def reply(self, status, value):
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def chunk(choices, **more):
    fixed = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return {**fixed, "choices": choices, **more}


@contextmanager
def serving(pieces=FakeVendor.pieces):
    """A running server: its URL, and the requests that it has seen."""
    handler = type("Handler", (FakeVendor,), {"seen": [], "pieces": pieces})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", handler.seen
    finally:
        server.shutdown()
        server.server_close()

"""A vendor's OpenAI-compatible server, faked faithfully: real HTTP, real streams, real errors.

It chats, embeds and reranks; the model's name says how a request should go.
"""

import hashlib
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def bins(texts):
    """Words counted in 16 bins: a vector a text, alike for like texts."""
    rows = [[1e-3] * 16 for _ in texts]
    for row, text in zip(rows, texts, strict=True):
        for word in text.lower().split():
            row[hashlib.sha256(word.encode()).digest()[0] % 16] += 1
    return rows


def shared(query, texts):
    """How many words each text shares with the query."""
    return [len(set(query.lower().split()) & set(text.lower().split())) for text in texts]


class FakeVendor(BaseHTTPRequestHandler):
    """What the OpenAI API answers, and Jina's, Cohere's and llama.cpp's `/rerank`."""

    protocol_version = "HTTP/1.1"
    seen: list[dict]

    def pieces(self, body):
        """The reply to a request, as it is streamed."""
        return ["Word error rate rises from 5.1 ", "to 5.3 on clean speech. It costs 99 dollars."]

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        told = {"path": self.path, "authorization": self.headers["Authorization"]}
        self.seen.append({**body, **told})
        failures = {"no-such-model": 404, "no-quota": 429, "bad-key": 401, "broken": 500}
        if (status := failures.get(body["model"])) is not None:
            return self.reply(status, {"error": {"message": "as asked", "type": "x", "code": None}})
        if body["model"] == "short":
            return self.reply(400, {"error": {"message": "m", "code": "context_length_exceeded"}})
        if body["model"] == "busy-once" and len(self.seen) == 1:
            return self.reply(429, {"error": {"message": "wait", "type": "x", "code": None}})
        kinds = {"/v1/embeddings": self.embed, "/v1/rerank": self.rerank}
        return kinds.get(self.path, self.chat)(body)

    def do_GET(self):
        self.reply(200, {"object": "list", "data": [{"id": "first", "object": "model"}]})

    def embed(self, body):
        texts = body["input"]
        if not 0 < len(texts) <= 2048 or "" in texts or body["encoding_format"] != "float":
            return self.reply(400, {"error": {"message": "bad input", "type": "x", "code": None}})
        rows = type(self).vectors(texts)
        if body["model"] == "forgets":
            rows = rows[1:]
        if body["model"] == "no-numbers":
            rows = [[float("nan")] * 16 for _ in rows]
        data = [{"object": "embedding", "index": n, "embedding": row} for n, row in enumerate(rows)]
        usage = {"prompt_tokens": 7, "total_tokens": 7}
        return self.reply(200, {"object": "list", "data": data[::-1], "model": "m", "usage": usage})

    def rerank(self, body):
        scores = type(self).scores(body["query"], body["documents"])
        found = [{"index": n, "relevance_score": float(s)} for n, s in enumerate(scores)]
        found.sort(key=lambda row: -row["relevance_score"])
        if body["model"] == "forgets":
            found = found[1:]
        return self.reply(200, {"model": body["model"], "results": found[: body["top_n"]]})

    def chat(self, body):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        pieces = iter(self.pieces(body))
        self.event({"delta": {"role": "assistant", "content": next(pieces, "")}})
        if body["model"] == "dies":
            self.connection.close()
            return
        for piece in pieces:
            self.event({"delta": {"content": piece}})
        self.event({"delta": {}, "finish_reason": "stop"})
        usage = {"prompt_tokens": 7, "completion_tokens": 9, "total_tokens": 16}
        self.wfile.write(b"data: " + json.dumps(chunk([], usage=usage)).encode() + b"\n\n")
        self.wfile.write(b"data: [DONE]\n\n")
        return

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
def serving(pieces=FakeVendor.pieces, vectors=bins, scores=shared):
    """A running server: its URL, and the requests that it has seen."""
    made = {"pieces": pieces, "vectors": staticmethod(vectors), "scores": staticmethod(scores)}
    handler = type("Handler", (FakeVendor,), {"seen": [], **made})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", handler.seen
    finally:
        server.shutdown()
        server.server_close()

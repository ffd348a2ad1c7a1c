"""The embedding model behind `POST /v1/embeddings` on loopback, for a rival that asks a server."""

from __future__ import annotations

import json
import multiprocessing
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from threading import Thread
from typing import Any

from paperqa.models.embedding import embed_texts, load_embedding
from paperqa.settings import Settings
from rival_contest import usage


@contextmanager
def embedding_server(settings: Settings) -> Iterator[str]:
    """The address of a server in a process of its own, which ends with this."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_serve, args=(theirs, settings), daemon=True)
    process.start()
    theirs.close()
    try:
        yield f"http://127.0.0.1:{ours.recv()}/v1"
    finally:
        ours.close()
        process.join()


def _serve(parent: Connection, settings: Settings) -> None:
    model = load_embedding(settings)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1  # head and body in one packet

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            texts = [asked["input"]] if isinstance(asked["input"], str) else asked["input"]
            as_base64 = asked.get("encoding_format") == "base64"
            data = [
                {
                    "object": "embedding",
                    "index": i,
                    "embedding": b64encode(row.tobytes()).decode() if as_base64 else row.tolist(),
                }
                for i, row in enumerate(embed_texts(model, texts))
            ]
            used = {"prompt_tokens": 0, "total_tokens": 0}
            self._answer({"object": "list", "model": asked["model"], "data": data, "usage": used})

        def do_GET(self) -> None:
            self._answer(asdict(usage()))

        def _answer(self, content: dict[str, Any]) -> None:
            body = json.dumps(content).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    parent.send(server.server_port)
    parent.poll(None)  # until the other end is closed

"""llama.cpp's own OpenAI-compatible server, in this process, on a loopback port with a key.

What the model has read of a prompt's fixed beginning is kept in a file. Restoring it before each
question takes some milliseconds instead of the seconds of reading it, in every process; and since
each question starts from the very same state, the same question gets the same answer whatever was
asked before.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import threading
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from paperqa.errors import ModelCorrupt

SLOTS = 3  # papers that the model can have in mind at a time
CONTEXT_TOKENS = 4096  # for each
_KEPT = 4  # files of about 40 MB: more are left from older prompts and versions
_servers: dict[Path, LocalServer] = {}
_lock = threading.Lock()

Turn = tuple[str, str]  # role, text


class LocalServer:
    """A GGUF model behind HTTP. `url`, `key` and `name` are what a client needs."""

    def __init__(self, model: Path, threads: int) -> None:
        import xllamacpp

        self.key = secrets.token_urlsafe(16)
        self.name = model.stem
        self._kept = model.parent / "read"
        self._version = f"{xllamacpp.__version__} {model.name} {model.stat().st_size} {threads}"
        params = xllamacpp.CommonParams()
        params.model.path = str(model)
        params.n_ctx = CONTEXT_TOKENS * SLOTS
        params.n_parallel = SLOTS
        params.cpuparams.n_threads = threads
        params.cpuparams_batch.n_threads = threads
        params.api_keys = [self.key]
        params.verbosity = -1
        params.ui = False
        params.endpoint_slots = True  # saves and restores what was read; behind the key
        params.endpoint_props = False
        params.offline = True
        params.cache_ram_mib = 0
        self._keeps = False  # in a folder that can't be written, the server's own cache must do
        with contextlib.suppress(OSError):
            self._kept.mkdir(exist_ok=True)
            params.slot_save_path = f"{self._kept}{os.sep}"
            self._keeps = True
        try:
            self._server: Any = xllamacpp.Server(params)
        except RuntimeError as error:
            raise ModelCorrupt(f"{model} can't be loaded as a GGUF model ({error})") from None
        self.url = f"{self._server.listening_address}/v1"

    def recall(self, prefix: Sequence[Turn], slot: int) -> None:
        """Bring a slot to the state of having read `prefix` and nothing else."""
        if not self._keeps:
            return
        digest = sha256(repr((self._version, list(prefix))).encode()).hexdigest()[:24]
        file = self._kept / f"{digest}.bin"
        if file.is_file() and self._slot(slot, "restore", file.name):
            return
        self._post(
            "/v1/chat/completions",
            {
                "messages": [{"role": role, "content": text} for role, text in prefix],
                "max_tokens": 1,
                "cache_prompt": False,
                "id_slot": slot,
            },
        )
        partial = f"{digest}.{os.getpid()}.part"
        self._keeps = self._slot(slot, "save", partial)
        if self._keeps:
            (self._kept / partial).replace(file)
            newest_first = sorted(self._kept.glob("*.bin"), key=lambda f: -f.stat().st_mtime)
            for old in newest_first[_KEPT:]:
                old.unlink(missing_ok=True)

    def _slot(self, slot: int, action: str, name: str) -> bool:
        return self._post(f"/slots/{slot}?action={action}", {"filename": name})

    def _post(self, path: str, body: dict[str, Any]) -> bool:
        import httpx

        address = self.url.removesuffix("/v1")
        headers = {"Authorization": f"Bearer {self.key}"}
        try:
            return httpx.post(address + path, json=body, headers=headers, timeout=300).is_success
        except httpx.HTTPError:
            return False


def serve(model: Path, threads: int) -> LocalServer:
    """The server for a GGUF file, started once a process; raises `ModelCorrupt`."""
    with _lock:
        if model not in _servers:
            _servers[model] = LocalServer(model, threads)
        return _servers[model]

"""llama.cpp's own OpenAI-compatible server, in this process, on a loopback port with a key."""

from __future__ import annotations

import secrets
import threading
from pathlib import Path
from typing import Any

from paperqa.errors import ModelCorrupt
from paperqa.models.chat import Endpoint

CONTEXT_TOKENS = 4096
_servers: dict[Path, tuple[Any, Endpoint]] = {}
_lock = threading.Lock()


def serve(model: Path, threads: int) -> Endpoint:
    """Start a server for a GGUF file, once a process; raises `ModelCorrupt`."""
    import xllamacpp

    with _lock:
        if model not in _servers:
            key = secrets.token_urlsafe(16)
            params = xllamacpp.CommonParams()
            params.model.path = str(model)
            params.n_ctx = CONTEXT_TOKENS
            params.n_parallel = 1
            params.cpuparams.n_threads = threads
            params.cpuparams_batch.n_threads = threads
            params.api_keys = [key]
            params.verbosity = -1
            params.ui = False
            params.endpoint_slots = False
            params.endpoint_props = False
            params.offline = True
            params.cache_ram_mib = 0  # the slot's own prefix cache is enough for one user
            try:
                server = xllamacpp.Server(params)
            except RuntimeError as error:
                raise ModelCorrupt(f"{model} can't be loaded as a GGUF model ({error})") from None
            url = f"{server.listening_address}/v1"
            _servers[model] = (server, Endpoint(url, model.stem, key, is_local=True))
        return _servers[model][1]

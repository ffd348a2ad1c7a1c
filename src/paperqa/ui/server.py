"""The page as an ASGI application, to be served or mounted in another one."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.types import ASGIApp, Receive, Scope, Send

if TYPE_CHECKING:
    from fastapi import FastAPI

    from paperqa.library import Library
    from paperqa.ui.users import Users

_GIVEN_UP = 3600  # seconds after which a question without an answer is that of a killed server


def app(library: Library, users: Users | None = None, *, local: bool = False) -> ASGIApp:
    """The chat over a library as an ASGI application.

    With `users`, it asks for a name and a password; the first of them may change settings, remove
    papers and start evaluations. `local` is for a server that listens on the loopback interface
    alone: it answers only to this machine's own names, and everyone may. Otherwise, as in another
    application, whoever gets here may ask and nothing else; a cookie keeps visitors' conversations
    apart. Who gets here, and under which host names, is then up to that application.

    >>> other.mount("/papers", paperqa.ui.app(library))  # doctest: +SKIP
    """
    from paperqa.ui.guard import Guard
    from paperqa.ui.login import LOGIN, LOGOUT, Login
    from paperqa.ui.visitors import Visitors

    owner = users.owner if users else "" if local else None
    page: ASGIApp = _Started(_gradio(library, owner))
    if users:
        return Guard(Login(page, users), local=False, more=(LOGIN, LOGOUT))
    return Guard(page if local else Visitors(page), local=local)


def _gradio(library: Library, owner: str | None) -> FastAPI:
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    # Gradio reads it at every request, for the whole process: another Gradio application's folder
    # is let be, and a second library's uploads pass through the first one's.
    uploads = library.folder / "tmp-uploads"
    os.environ.setdefault("GRADIO_TEMP_DIR", str(uploads))
    import gradio as gr
    from fastapi import FastAPI

    from paperqa.conversations import Conversations
    from paperqa.ui.context import Page
    from paperqa.ui.guard import USER
    from paperqa.ui.page import KEPT, SCRIPT, STYLE, build, theme
    from paperqa.ui.uploads import LARGEST

    _sweep(uploads, KEPT)
    conversations = Conversations(library.folder / "catalogue.db")
    conversations.sweep(_GIVEN_UP)
    page = Page(library, conversations, owner=owner)
    page.at_end.callback(conversations.close)

    @asynccontextmanager
    async def closing(_: FastAPI) -> AsyncIterator[None]:
        with page.at_end:
            yield

    served = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=closing)
    gr.mount_gradio_app(
        served,
        build(page),
        path="/",
        auth_dependency=None if owner == "" else lambda request: request.scope.get(USER),
        theme=theme(),
        css=STYLE.read_text(encoding="utf-8"),
        js=SCRIPT.read_text(encoding="utf-8"),
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        mcp_server=False,
        enable_monitoring=False,
        show_error=False,  # only a gr.Error is worded for users
        allowed_paths=[],
        max_file_size=LARGEST,
    )
    return served


def _sweep(folder: Path, kept: int) -> None:
    """Delete what a server that was killed has left behind."""
    for path in folder.glob("*"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > kept:
                shutil.rmtree(path) if path.is_dir() else path.unlink()


class _Started:
    """Starts the application where its host doesn't: Starlette starts nothing that is mounted."""

    def __init__(self, served: FastAPI) -> None:
        self._served = served
        self._starting = asyncio.Lock()
        self._is_started = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._starting:
            if scope["type"] != "lifespan" and not self._is_started:
                started = asyncio.Event()
                self._task = asyncio.create_task(self._live(started))
                await started.wait()
            self._is_started = True
        await self._served(scope, receive, send)

    async def _live(self, started: asyncio.Event) -> None:
        """Until the host's event loop ends and cancels this; begun and ended by one task."""
        async with self._served.router.lifespan_context(self._served):
            started.set()
            await asyncio.Future()

"""`paperqa serve`: the chat in the browser; `paperqa users`: who may log in to it."""

from __future__ import annotations

import logging
import os
import socket
import sys
import threading
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING

import click

from paperqa.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp

_PATH = click.Path(path_type=Path)
_PORT = 7860
_TRIED = 100  # ports from the first one on


@click.command()
@click.option("--library", type=_PATH, metavar="DIR",
              help="Whose papers.  [default: PAPERQA_LIBRARY, else your own]")  # fmt: skip
@click.option("--host", default="127.0.0.1", show_default=True,
              help="Address to listen on; one that others reach needs --auth.")  # fmt: skip
@click.option("--port", type=click.IntRange(1, 65535),
              help=f"[default: {_PORT}, or the next free one]")  # fmt: skip
@click.option("--auth", type=_PATH, metavar="FILE",
              help="Who may log in; made with `paperqa users add`.")  # fmt: skip
@click.option("--insecure", is_flag=True, help="Let everyone in who reaches the address.")
@click.option("--open/--no-open", "opens", default=True,
              help="Open the page in the browser, where there is a screen.")  # fmt: skip
def serve(library: Path | None, host: str, port: int | None, auth: Path | None, insecure: bool,
          opens: bool) -> None:  # fmt: skip
    """The chat in the browser. Ctrl-C stops it."""
    from paperqa.doctor import is_loopback, what_leaves
    from paperqa.ui.users import Users

    local = is_loopback(host)
    if not (local or auth or insecure):
        raise InputError(
            f"--host {host} can be reached by others: name who may log in with --auth FILE "
            "(`paperqa users add FILE NAME` makes it), or let everyone in with --insecure"
        )
    users = Users(auth) if auth else None
    listener = _listen(host, port)
    from paperqa.library import Library
    from paperqa.settings import load_settings
    from paperqa.terminal import say, warn
    from paperqa.ui import app

    settings = load_settings(library=library)
    url = _url(host, listener)

    def announce() -> None:
        if port is None and listener.getsockname()[1] != _PORT:
            say(f"port {_PORT} is taken")
        say(f"paperqa answers at {url}")
        say(f"leaves this machine: {what_leaves(settings)}")
        if not local:
            warn("passwords and texts cross the network unencrypted unless a TLS proxy is in front")
        say("Ctrl-C stops it")
        if opens and _has_screen():
            webbrowser.open(url)

    opened = Library(settings=settings)
    _run(app(opened, users, local=local), listener, announce)
    say("stopped")
    opened.close()
    if any(not t.daemon for t in threading.enumerate() if t is not threading.main_thread()):
        sys.stdout.flush()
        os._exit(0)  # an answer is still being made: a thread that Python would wait for


def _run(served: ASGIApp, listener: socket.socket, announce: Callable[[], None]) -> None:
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                announce()

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            # Open pages listen to streams without an end; that they are cut is no error.
            logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
            await super().shutdown(sockets)

    config = uvicorn.Config(
        served, log_level="warning", server_header=False, ws="none", timeout_graceful_shutdown=0
    )
    try:
        Server(config).run([listener])
    except KeyboardInterrupt:  # uvicorn hands on the Ctrl-C that has stopped it
        return


def _listen(host: str, port: int | None) -> socket.socket:
    """A socket that listens at the port, or at the first free one from the default on."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise InputError(f"--host {host}: no address of that name ({error.strerror})") from None
    family, address = found[0], str(found[4][0])
    if port is not None and (listener := _bind(family, address, port)):
        return listener
    first = _PORT if port is None else port + 1
    for other in range(first, min(first + _TRIED, 65536)):
        if listener := _bind(family, address, other):
            if port is None:
                return listener
            listener.close()
            raise InputError(f"port {port} is taken; port {other} is free: --port {other}")
    raise InputError(f"no port from {port or first} on is free; name one with --port")


def _bind(family: int, address: str, port: int) -> socket.socket | None:
    """A listening socket; None where the port is taken. Raises `InputError`."""
    import errno

    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name == "posix":  # elsewhere it would let two servers have one port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
        listener.listen(128)
        return listener
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            return None
        raise InputError(f"can't listen on {address}, port {port}: {error.strerror}") from None


def _url(host: str, listener: socket.socket) -> str:
    shown = socket.gethostname() if host in ("0.0.0.0", "::") else host  # noqa: S104
    return f"http://{f'[{shown}]' if ':' in shown else shown}:{listener.getsockname()[1]}"


def _has_screen() -> bool:
    on_x = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    return sys.platform in ("win32", "darwin") or bool(on_x)


@click.group()
def users() -> None:
    """Who may log in to the chat in the browser."""


@users.command()
@click.argument("file", type=_PATH)
@click.argument("name")
def add(file: Path, name: str) -> None:
    """Add a user, or change a password. The first user of the file may change settings."""
    from paperqa.terminal import say
    from paperqa.ui.users import add_user

    password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    is_new = add_user(file, name, password)
    say(f"{file}: {'added' if is_new else 'changed the password of'} {name}")


@users.command()
@click.argument("file", type=_PATH)
@click.argument("name")
def remove(file: Path, name: str) -> None:
    """Take a user out, at once; the conversations stay in the library."""
    from paperqa.terminal import say
    from paperqa.ui.users import remove_user

    remove_user(file, name)
    say(f"{file}: removed {name}")

"""The login page and the sessions behind it. Gradio's own would show its interface beforehand."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import Counter
from html import escape
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from paperqa.ui.guard import USER, route
from paperqa.ui.users import Users

LOGIN, LOGOUT = "/login", "/logout"
_IDLE = 12 * 3600  # seconds after which an unused session ends
_WAIT = 1.0  # seconds that a wrong password costs; another try for the name waits its turn
_LINES, _MOST_WAITING = 64, 5  # of tries; those for one name from one place share a line
_LONGEST_FORM = 4096  # bytes

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Log in · paperqa</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root {{ color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }}
main {{ max-width: 20rem; margin: 15vh auto; padding: 0 1rem }}
label, input, button {{ display: block; width: 100%; box-sizing: border-box; font: inherit }}
input, button {{ padding: .5rem; margin-bottom: 1rem }}
</style></head><body><main><h1>paperqa</h1><form method="post">
<p role="alert">{message}</p>
<label for="name">Name</label>
<input id="name" name="name" autocomplete="username" required autofocus>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<button>Log in</button></form></main></body></html>"""


class Login:
    """ASGI middleware: lets in who has a session, and puts the name into the scope as `USER`."""

    def __init__(self, app: ASGIApp, users: Users) -> None:
        self._app = app
        self._users = users
        self._cookie = f"paperqa-{secrets.token_hex(4)}"  # cookies don't tell ports apart
        self._sessions: dict[str, tuple[str, str, float]] = {}  # token: name, stamp, last used
        self._lines = [asyncio.Lock() for _ in range(_LINES)]
        self._waiting = Counter[int]()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the login page, or hand on what a logged-in user asks."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request, path = Request(scope, receive), route(scope)
        root = scope.get("root_path", "")
        name = self._user(request)
        if path == LOGIN and request.method == "POST":
            await (await self._log_in(request, f"{root}/"))(scope, receive, send)
        elif path == LOGIN:
            await _page("")(scope, receive, send)
        elif path == LOGOUT:
            self._sessions.pop(request.cookies.get(self._cookie, ""), None)
            await RedirectResponse(f"{root}{LOGIN}", 303)(scope, receive, send)
        elif name is not None:
            scope[USER] = name
            await self._app(scope, receive, send)
        elif path == "/":
            await RedirectResponse(f"{root}{LOGIN}", 303)(scope, receive, send)
        else:
            await JSONResponse({"detail": "Not logged in."}, 401)(scope, receive, send)

    def _user(self, request: Request) -> str | None:
        token = request.cookies.get(self._cookie, "")
        name, stamp, used = self._sessions.get(token, ("", "", 0.0))
        if not stamp or stamp != self._users.stamp(name) or time.monotonic() - used > _IDLE:
            self._sessions.pop(token, None)
            return None
        self._sessions[token] = name, stamp, time.monotonic()
        return name

    async def _log_in(self, request: Request, home: str) -> Response:
        length = request.headers.get("content-length", "")
        if not length.isdigit() or int(length) > _LONGEST_FORM:
            return _page("Name or password is too long.", 413)
        form = dict(parse_qsl((await request.body()).decode(errors="replace")))
        name, password = form.get("name", "").strip(), form.get("password", "")
        line = hash((request.client and request.client.host, name)) % _LINES
        if self._waiting[line] >= _MOST_WAITING:
            return _page("Too many tries at once; try again in a few seconds.", 429)
        self._waiting[line] += 1
        try:
            async with self._lines[line]:
                stamp = self._users.stamp(name)
                if not await run_in_threadpool(self._users.knows, name, password):
                    await asyncio.sleep(_WAIT)
                    return _page("Name or password is wrong.", 403)
        finally:
            self._waiting[line] -= 1
        now = time.monotonic()
        self._sessions = {t: s for t, s in self._sessions.items() if now - s[2] <= _IDLE}
        token = secrets.token_urlsafe()
        self._sessions[token] = name, stamp, now
        response = RedirectResponse(home, 303)
        is_https = request.url.scheme == "https"
        response.set_cookie(self._cookie, token, httponly=True, samesite="lax", secure=is_https)
        return response


def _page(message: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(PAGE.format(message=escape(message)), status)

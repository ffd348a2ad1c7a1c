"""The login page and the sessions behind it. Gradio's own would show its interface beforehand."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import defaultdict
from html import escape
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from paperqa.ui.guard import route
from paperqa.ui.users import Users

LOGIN, LOGOUT = "/login", "/logout"
USER = "paperqa.user"  # where a request's scope carries the name of who is logged in
_IDLE = 12 * 3600  # seconds after which an unused session ends
_WAIT = 1.0  # seconds that a wrong password costs; another try for the name waits its turn
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
        self._sessions: dict[str, tuple[str, float]] = {}  # token: name, last used
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

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
        name, used = self._sessions.get(token, (None, 0.0))
        if name is None or time.monotonic() - used > _IDLE:
            self._sessions.pop(token, None)
            return None
        self._sessions[token] = name, time.monotonic()
        return name

    async def _log_in(self, request: Request, home: str) -> Response:
        length = request.headers.get("content-length", "")
        if not length.isdigit() or int(length) > _LONGEST_FORM:
            return _page("Name or password is too long.", 413)
        form = dict(parse_qsl((await request.body()).decode(errors="replace")))
        name, password = form.get("name", "").strip(), form.get("password", "")
        async with self._turns[name if name in self._users else ""]:
            if not await run_in_threadpool(self._users.knows, name, password):
                await asyncio.sleep(_WAIT)
                return _page("Name or password is wrong.", 403)
        now = time.monotonic()
        self._sessions = {t: s for t, s in self._sessions.items() if now - s[1] <= _IDLE}
        token = secrets.token_urlsafe()
        self._sessions[token] = name, now
        response = RedirectResponse(home, 303)
        is_https = request.url.scheme == "https"
        response.set_cookie(self._cookie, token, httponly=True, samesite="lax", secure=is_https)
        return response


def _page(message: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(PAGE.format(message=escape(message)), status)

"""Whoever comes is somebody: a cookie keeps the conversations of visitors apart."""

from __future__ import annotations

import hashlib
import secrets

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from paperqa.ui.guard import USER, route

_COOKIE = "paperqa-visitor"
_KEPT = 365 * 24 * 3600  # seconds


class Visitors:
    """ASGI middleware: puts a name into the scope as `USER` that only this browser can have."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on; with the page itself comes the cookie."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        token = request.cookies.get(_COOKIE) or secrets.token_urlsafe()
        scope[USER] = "visitor-" + hashlib.sha256(token.encode()).hexdigest()[:32]

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start" and route(scope) == "/":
                MutableHeaders(scope=message).append("set-cookie", _cookie(token, request))
            await send(message)

        await self._app(scope, receive, send_with_cookie)


def _cookie(token: str, request: Request) -> str:
    response, is_https = Response(), request.url.scheme == "https"
    response.set_cookie(
        _COOKIE, token, max_age=_KEPT, httponly=True, samesite="lax", secure=is_https
    )
    return response.headers["set-cookie"]

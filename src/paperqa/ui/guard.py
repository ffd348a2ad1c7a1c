"""What stands between a browser and Gradio: headers, and requests that are let in at all."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from paperqa.doctor import is_loopback

# Gradio's own page needs inline script and style; nothing may come from, or go to, another host.
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; "
    "script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; frame-src 'self'; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
USER = "paperqa.user"  # where a request's scope carries the name of who asks
# What the page asks for. Gradio has more: it serves uploads to everyone, fetches URLs from the web,
# describes its programming interface, runs events past the queue, without a login here and there.
_ROUTES = re.compile(
    r"/|/config|/theme\.css|/favicon\.ico|/manifest\.json|/robots\.txt"
    r"|/(assets|static|svelte)/.*"
    r"|/gradio_api/(queue/(join|data)|cancel|reset|app_id|upload|upload_progress|heartbeat/\w+)/?",
    re.DOTALL,
)
_UPLOAD = "/gradio_api/upload"
_MOST_BYTES, _MOST_UPLOADED = 4 * 2**20, 500 * 2**20  # of a request


class Guard:
    """ASGI middleware: refuses what the page doesn't ask for, and adds headers to every response.

    `local` answers only to the names of this machine: a page elsewhere whose name is made to
    point here (DNS rebinding) gets nothing. `more` are paths that `app` has beside Gradio's.
    """

    def __init__(self, app: ASGIApp, *, local: bool, more: tuple[str, ...] = ()) -> None:
        self._app, self._local, self._more = app, local, more

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, refuse, or hand on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        refused = self._refused(scope)
        await (refused or self._app)(scope, receive, send_with_headers)

    def _refused(self, scope: Scope) -> PlainTextResponse | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if self._local and not is_loopback(_hostname(host)):
            return PlainTextResponse(f"This server isn't {host[:100]!r}.", 421)
        if _is_from_elsewhere(scope["method"], headers, host):
            return PlainTextResponse("Requests from other sites aren't answered.", 403)
        path = route(scope)
        if path not in self._more and not _ROUTES.fullmatch(path):
            return PlainTextResponse("There is no such page.", 404)
        if scope["method"] == "POST":
            length = headers.get("content-length", "")
            if not length.isdecimal():
                return PlainTextResponse("A request must give its length.", 411)
            if int(length) > (_MOST_UPLOADED if path.startswith(_UPLOAD) else _MOST_BYTES):
                return PlainTextResponse("The request is too large.", 413)
        return None


def route(scope: Scope) -> str:
    """The path of a request below the place where the application is mounted."""
    return str(scope["path"].removeprefix(scope.get("root_path", ""))) or "/"


def _hostname(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _is_from_elsewhere(method: str, headers: Headers, host: str) -> bool:
    """Whether another site's page makes the request; following a link from there is fine.

    Browsers say so in Sec-Fetch-Site, or at least in Origin; a page can forge neither.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        follows_a_link = method == "GET" and headers.get("sec-fetch-mode") == "navigate"
        return site not in ("same-origin", "none") and not follows_a_link
    origin = headers.get("origin")
    return origin is not None and origin.partition("://")[2].lower() != host.lower()

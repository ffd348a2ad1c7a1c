"""The settings tab: who words the answers, what leaves the machine for it, and how the page looks.

Settings hold for the running server and are written nowhere. A key goes in and never comes out.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import urldefrag, urlsplit

import gradio as gr
from pydantic import SecretStr

from paperqa.doctor import what_leaves
from paperqa.errors import PaperqaError, SettingsError
from paperqa.models.chat import load_chat
from paperqa.models.endpoint import OPENAI_URL
from paperqa.settings import Settings, load_settings
from paperqa.ui.context import QUIET, Page, user
from paperqa.ui.markup import text
from paperqa.ui.paper_html import notice

MODELS = [
    ("The local model, on this machine", "local"),
    ("No model: answers are quotes", "none"),
    ("OpenAI: gpt-4.1-mini", "openai:gpt-4.1-mini"),
    ("OpenAI: gpt-4o-mini", "openai:gpt-4o-mini"),
]
_PATIENCE = 10.0  # seconds that a check waits for a model server
_APPLY = """const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    document.body.classList.toggle("dark", theme === "dark" || (theme !== "light" && dark));
    return theme;"""
_READ_THEME = f"""() => {{
    const theme = localStorage.getItem("paperqa-theme") || "system"; {_APPLY} }}"""
_KEEP_THEME = f'(theme) => {{ localStorage.setItem("paperqa-theme", theme); {_APPLY} }}'
_CHANGED = "The settings of this server are changed"


def settings_tab(page: Page) -> None:
    """Model, server, key and number of sources for who may change them; theme for everyone."""
    tab = _Tab(page)
    with gr.Column(elem_id="settings"):
        with gr.Group(visible=False) as form:
            model = gr.Dropdown(
                MODELS, value="local", allow_custom_value=True, label="Model",
                info="One of these, openai:MODEL, a .gguf file, or a model of the server below.",
            )  # fmt: skip
            url = gr.Textbox(
                label="Server's URL", placeholder="http://localhost:8000/v1", max_lines=1,
                info="Only for an OpenAI-compatible server of your own.",
            )  # fmt: skip
            key = gr.Textbox(
                label="API key", type="password", max_lines=1,
                html_attributes=gr.InputHTMLAttributes(autocomplete="off"),
            )  # fmt: skip
            sources = gr.Slider(
                1, 50, step=1, label="Papers that an answer may draw on", buttons=[]
            )
            with gr.Row():
                check = gr.Button("Check")
                save = gr.Button("Save", variant="primary")
        outcome = gr.HTML()
        leaves = gr.HTML()
        lines = gr.Textbox(
            label="To keep these settings, copy the lines into .env", visible=False,
            interactive=True, lines=3, max_lines=3,
        )  # fmt: skip
        theme = gr.Radio(
            [("As the system", "system"), ("Light", "light"), ("Dark", "dark")],
            value="system", label="Theme", info="For this browser.",
        )  # fmt: skip
        account = gr.HTML()
    fields = [model, url, key, sources]
    shown = [form, *fields, outcome, leaves, account]
    gr.on(fn=tab.show, inputs=[], outputs=shown, **QUIET)
    check.click(tab.check, fields, outcome, **QUIET)
    save.click(tab.save, fields, [key, outcome, leaves, lines], **QUIET)
    gr.on(fn=None, inputs=[], outputs=theme, js=_READ_THEME, **QUIET)
    theme.input(None, theme, theme, js=_KEEP_THEME, **QUIET)


class _Tab:
    """What the tab's controls do. Keys are kept by the server that they were given for."""

    def __init__(self, page: Page) -> None:
        self._page = page
        now = page.library.settings
        self._keys = {}
        if "OPENAI_API_KEY" in os.environ:
            self._keys[_server(OPENAI_URL)] = SecretStr(os.environ["OPENAI_API_KEY"])
        if now.api_key:
            self._keys[_server(now.llm)] = now.api_key

    def show(self, request: gr.Request) -> list[Any]:
        """The settings as they are now, for who may change them."""
        now = self._page.library.settings
        may = self._page.may_manage(request)
        url, model = urldefrag(now.llm) if "://" in now.llm else ("", now.llm)
        fields = [model, url, self._key_box(now), now.sources] if may else [gr.skip()] * 4
        whose = "" if may else notice(self._page.whose(_CHANGED))
        return [gr.update(visible=may), *fields, whose, _leaves(now), _account(user(request))]

    def check(
        self, model: str, url: str, key: str, sources: float, request: gr.Request
    ) -> Iterator[str]:
        """Ask the model that the form names for one word."""
        yield notice("Asking the model …")
        try:
            yield notice(ask_once(self._read(model, url, key, sources, request)))
        except PaperqaError as error:
            yield notice(str(error), failed=True)

    def save(
        self, model: str, url: str, key: str, sources: float, request: gr.Request
    ) -> list[Any]:
        """Answer with the form's settings from the next question on."""
        try:
            settings = self._read(model, url, key, sources, request)
            self._page.library.use(settings)
        except PaperqaError as error:
            return [gr.skip(), notice(str(error), failed=True), gr.skip(), gr.skip()]
        if settings.api_key:
            self._keys[_server(settings.llm)] = settings.api_key
        return [
            self._key_box(settings),
            notice("Saved; the next question is answered so."),
            _leaves(settings),
            gr.update(visible=True, value=dotenv(settings)),
        ]

    def _read(
        self, model: str, url: str, key: str, sources: float, request: gr.Request
    ) -> Settings:
        self._page.demand(request, _CHANGED)
        now = self._page.library.settings
        llm = named(model or "", url or "")
        kept = self._keys.get(_server(llm), SecretStr(""))
        typed = (key or "").strip()
        if not (typed.isascii() and typed.isprintable()):
            raise SettingsError("the key has characters that no key has; paste it again")
        api_key = SecretStr(typed) if typed else kept
        fields = {"llm": llm, "api_key": api_key, "sources": int(sources)}
        return load_settings(**{**now.model_dump(), **fields})

    def _key_box(self, settings: Settings) -> Any:
        is_set = _server(settings.llm) in self._keys
        held = "A key is set; leave this empty to keep it." if is_set else "No key is set."
        return gr.update(value="", info=f"{held} It is kept in memory and never shown.")


def named(model: str, url: str) -> str:
    """PAPERQA_LLM for a model and a server's URL; raises `SettingsError`."""
    model, url = model.strip(), url.strip()
    if any(not c.isprintable() or c.isspace() for c in model + url):
        raise SettingsError("model and URL have no spaces in them; check both")
    if model in ("local", "none") or model.startswith("openai:") or model.endswith(".gguf"):
        return model
    if model.startswith(("http://", "https://")):
        url, model = urldefrag(model)
    if not url:
        raise SettingsError(
            f"{model!r} is none of local, none, openai:MODEL and a .gguf file; for a model of a "
            "server, give the server's URL too"
        )
    try:
        parts = urlsplit(url)
        is_whole = parts.scheme in ("http", "https") and bool(parts.hostname)
        has_login = "@" in parts.netloc
    except ValueError:
        is_whole = has_login = False
    if has_login:
        raise SettingsError("a key in a URL can be seen; put it into the field for it")
    if not is_whole:
        raise SettingsError(f"{url!r} is no URL of a server; it begins with http:// or https://")
    return f"{url}#{model}" if model else url


def ask_once(settings: Settings) -> str:
    """Send the model one short request; says who answered, and how fast. Raises `PaperqaError`."""
    from llama_index.core.llms import ChatMessage

    began = time.perf_counter()
    chat = load_chat(settings.model_copy(update={"timeout": _PATIENCE}))
    if chat is None:
        return "No model: answers are the best sentences, quoted."
    question = [ChatMessage("Reply with the word: ready")]
    with closing(chat.in_turn(lambda: chat.reply(question, {}))) as pieces:
        reply = next(pieces, None)
    seconds = time.perf_counter() - began
    if reply is None:
        return f"{chat.name} can be reached, but its reply was empty."
    return f"{chat.name} answered in {seconds:.1f} s."


def dotenv(settings: Settings) -> str:
    """The lines for `.env` that keep what the tab sets; the key is for the user to fill in."""
    lines = [f"PAPERQA_LLM={settings.llm}", f"PAPERQA_SOURCES={settings.sources}"]
    return "\n".join([*lines, "PAPERQA_API_KEY="] if settings.api_key else lines)


def _server(llm: str) -> str:
    """The scheme, host and port that PAPERQA_LLM sends to; empty where it is no server's."""
    parts = urlsplit(OPENAI_URL if llm.startswith("openai:") else llm)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def _leaves(settings: Settings) -> str:
    return f"<p>Leaves this machine: <b>{text(what_leaves(settings))}</b>.</p>"


def _account(name: str) -> str:
    return name and f'<p>Logged in as <b>{text(name)}</b>. <a href="logout">Log out</a></p>'

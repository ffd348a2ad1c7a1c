"""A browser at the page, driven as a person would; what it asks for and what fails is watched.

Chromium is Debian's (`make browser`). It is closed with the package: while Playwright is at work,
no other test in its thread can run an event loop.
"""

from __future__ import annotations

import shutil
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect, sync_playwright

import paperqa.ui
from paperqa import Library
from paperqa.models import chat
from tests import fake_vendor
from tests.browser.told import Told
from tests.conftest import skip
from tests.ui.serving import serving

TIMEOUT = 30_000  # milliseconds; nearly all takes a hundredth of it
_ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


@pytest.fixture(scope="package")
def browser():
    """One Chromium for all."""
    chromium = shutil.which("chromium")
    if chromium is None:
        skip("there is no Chromium to see the page with; run `make browser`")
    expect.set_options(timeout=TIMEOUT)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=_ARGUMENTS)
        yield launched
        launched.close()


@contextmanager
def _people(browser):
    """Opens a browser of its own for a person: no cookie, nothing stored.

    At the end, none of them may have asked any host but the one it first went to, or have had an
    error that its page didn't catch.
    """
    contexts = []

    def open_(**options):
        opened = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
        opened.set_default_timeout(TIMEOUT)
        opened.requested, opened.errors = [], []
        opened.on("request", lambda request: opened.requested.append(request.url))
        opened.on("weberror", lambda failed: opened.errors.append(str(failed.error)))
        contexts.append(opened)
        return opened

    yield open_
    for context in contexts:
        context.close()
    for context in contexts:
        hosts = [urlsplit(url).netloc for url in context.requested if _leaves_the_page(url)]
        assert set(hosts) <= set(hosts[:1]), context.requested
        assert context.errors == []


def _leaves_the_page(url):
    return urlsplit(url).scheme not in ("data", "blob", "about")


@pytest.fixture
def new_context(browser):
    """Opens the browsers of several people."""
    with _people(browser) as open_:
        yield open_


@pytest.fixture
def context(new_context):
    """The browser of one person."""
    return new_context()


@pytest.fixture(scope="package")
def _page(browser, address):
    with _people(browser) as open_:
        yield open_page(open_(), address)


@pytest.fixture
def page(_page):
    """A new conversation over the five made-up papers, where other tests have left theirs."""
    return _anew(_page)


def _anew(page):
    page.get_by_role("tab", name="Chat").click()
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator("#chat .welcome")).to_be_visible()
    expect(question_box(page)).to_be_focused()
    return page


@pytest.fixture
def serve(address):  # that page comes first: Gradio keeps all uploads where the first one says
    """Serves a library: `serve(library)` gives the address of its page to this machine alone."""
    with ExitStack() as servers:

        def served(library, users=None):
            app = paperqa.ui.app(library, users, local=users is None)
            return servers.enter_context(serving(app))

        yield served


@pytest.fixture(scope="package")
def _worded(session_library, address, embedding):
    """A page over the same papers with a model: its address, its library, who speaks."""
    speaker = []
    with pytest.MonkeyPatch.context() as patch, ExitStack() as opened:
        patch.setattr(chat, "_RETRIES", 0)
        served = fake_vendor.serving(lambda handler, body: speaker[0].pieces(handler))
        url, _ = opened.enter_context(served)
        settings = session_library.settings.model_copy(update={"llm": f"{url}#m", "cache": False})
        library = Library(session_library.folder, settings=settings, embedding=embedding)
        opened.enter_context(library)
        page = opened.enter_context(serving(paperqa.ui.app(library, local=True)))
        yield page, library, speaker


@pytest.fixture
def told(_worded):
    """A model that says what it's told; `told.address` is a page whose answers it words.

    `told.goes("broken")` has it fail as the names of models in `fake_vendor` say, `"m"` not.
    """
    address, library, speaker = _worded
    told = Told(address, library)
    speaker[:] = [told]
    yield told
    told.goes("m")


@pytest.fixture(scope="package")
def _told_page(browser, _worded):
    with _people(browser) as open_:
        yield open_page(open_(), _worded[0])


@pytest.fixture
def told_page(_told_page, told):
    """A new conversation with `told`, on a page that other tests have used before."""
    return _anew(_told_page)


def open_page(context, address):
    """A new tab with the page, once one can ask."""
    page = context.new_page()
    page.goto(address)
    expect(page.locator("#chat").locator(".welcome, .turn").first).to_be_visible()
    expect(question_box(page)).to_be_visible()
    return page


def question_box(page):
    """Where a question is typed."""
    return page.get_by_role("textbox", name="Question", exact=True)


def ask(page, question):
    """Ask, and wait for the end of the answer: the last turn."""
    mark_last_turn(page)
    question_box(page).fill(question)
    question_box(page).press("Enter")
    return finished(page)


def mark_last_turn(page):
    """Have `finished` wait for a turn after the present one."""
    page.evaluate("document.querySelector('#live .turn')?.setAttribute('data-old', '')")


def finished(page):
    """The last turn, once all of it is there and one can ask again."""
    turn = page.locator("#live .turn")
    expect(page.locator("#live .turn:not([data-old]):not(:has(.waiting))")).to_be_visible()
    expect(page.get_by_role("button", name="Retry", exact=True)).to_be_visible()
    return turn

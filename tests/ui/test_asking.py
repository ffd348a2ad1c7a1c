"""Questions on their way, to a real library and to servers that are slow or broken."""

import socket
import threading
import time
from http.server import ThreadingHTTPServer
from itertools import pairwise

import pytest

from paperqa import Library
from paperqa.conversations import Conversations
from paperqa.models import chat
from paperqa.settings import load_settings
from paperqa.types import Where
from paperqa.ui.asking import Asked, Manner, UnderWay
from paperqa.ui.line import Line
from tests import fake_vendor
from tests.fake_vendor import FakeVendor

QUESTION = "How long are the gaps that TideFormer fills?"


@pytest.fixture
def line():
    return Line(lambda: 1)


@pytest.fixture
def conversations(filled):
    opened = Conversations(filled.folder / "catalogue.db")
    yield opened
    opened.close()


@pytest.fixture
def worded(filled, embedding, monkeypatch):
    """The library with a model at an address."""
    monkeypatch.setattr(chat, "_RETRIES", 0)
    opened = []

    def open_(url, *, cache=False):
        settings = load_settings(llm=f"{url}#m", cache=cache)
        opened.append(Library(filled.folder, settings=settings, embedding=embedding))
        return opened[-1]

    yield open_
    for library in opened:
        library.close()


@pytest.fixture
def ask(filled, conversations, line):
    """Begins a question in the conversation of an id, or in a new one; gives what is asked."""

    def begun(question=QUESTION, id=None, *, library=filled, **more):
        id = id or conversations.start("").id
        asked = Asked(library, conversations, conversations.get("", id), question, **more)
        asked.begin(line)
        return asked

    return begun


def finish(asked):
    """How far it was whenever that changed, until it is over."""
    stages, deadline = [asked.now], time.monotonic() + 30
    while (now := asked.wait(stages[-1])) is not None:
        assert time.monotonic() < deadline, now
        stages += [now] if now is not stages[-1] else []
    return stages


def kept(asked, conversations):
    """The turns of its conversation, once it is over."""
    finish(asked)
    return conversations.get("", asked.conversation.id).turns


def test_evidence_is_there_before_a_word_of_the_answer(ask, line):
    with line.joined():
        asked = ask()
        assert "TideFormer" in asked.html
        assert asked.is_running
        asked.stop()


def test_an_answer_is_kept_though_nobody_looks(ask, conversations):
    asked = ask()
    (turn,) = kept(asked, conversations)
    assert asked.now.state == "kept"
    assert turn.question == QUESTION
    assert "“" in turn.answer["text"]


def test_who_looks_sees_each_change_once_and_the_end(ask, line):
    with line.joined():
        asked = ask()
        while not asked.now.n_before:
            assert asked.wait(asked.now)
    stages = finish(asked)
    assert [stage.state for stage in stages[:-1]] == ["running"] * (len(stages) - 1)
    assert stages[-1].state == "kept"
    assert asked.wait(stages[-1]) is None
    texts = [stage.answer["text"] for stage in stages]
    assert texts[0] == ""
    assert all(later.startswith(text) for text, later in pairwise(texts))


def test_a_question_that_stands_alone_means_what_it_says(ask, conversations):
    first = ask()
    finish(first)
    id = first.conversation.id
    follows = kept(ask("When was it published?", id), conversations)[-1]
    assert "TideFormer" in follows.answer["standalone_question"]
    instead = Manner(replaces=True, alone=True)
    asked = ask("When was it published?", id, manner=instead)
    turns = kept(asked, conversations)
    assert len(turns) == 2
    assert asked.before == turns[:1]
    assert turns[-1].answer["standalone_question"] == "When was it published?"


def test_an_answer_from_a_part_of_the_papers_says_so(ask, conversations):
    (turn,) = kept(ask(scope=Where(years=(2020, 9999))), conversations)
    assert turn.answer["notes"][-1] == "Asked only papers from 2020 on."


def test_a_failing_model_is_told_and_leaves_its_evidence(ask, worded, conversations):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    asked = ask(library=worded(f"http://127.0.0.1:{port}/v1"))
    finish(asked)
    assert asked.now.state == "failed"
    assert "can&#x27;t be reached" in asked.html
    assert "TideFormer" in asked.html
    assert conversations.list("") == ()  # no empty conversation is left behind


def test_an_unforeseen_error_is_told_without_its_text(ask, line):
    with line.joined():
        asked = ask()
        asked.fail(KeyError("secret"))
    assert "KeyError; the log" in asked.html
    assert "secret" not in asked.html


def test_a_conversation_that_is_gone_keeps_nothing(ask, conversations, line):
    with line.joined():
        asked = ask()
        conversations.delete("", asked.conversation.id)
    assert finish(asked)[-1].state == "failed"
    assert conversations.list("") == ()


@pytest.mark.parametrize("fresh, n_asked", [(False, 1), (True, 2)])
def test_asked_afresh_a_kept_answer_will_not_do(ask, worded, conversations, fresh, n_asked):
    with fake_vendor.serving() as (url, seen):
        library = worded(url, cache=True)
        finish(ask(library=library))
        n_first = len(seen)
        assert n_first
        finish(ask(library=library, manner=Manner(fresh=fresh)))
        assert len(seen) == n_first * n_asked


def test_one_question_is_answered_at_a_time_in_a_conversation(filled, conversations, line):
    under_way, start = UnderWay(line, most=2), conversations.start

    def begin(question, to):
        return under_way.begin(Asked(filled, conversations, to, question))

    here = start("ann")
    with line.joined():
        first = begin(QUESTION, here)
        assert begin("Who wrote about ferries?", here) is first
        assert under_way.get("ann", here.id) is first
        assert under_way.get("bob", here.id) is None
        second = begin("Who wrote about ferries?", start("bob"))
        third = begin(QUESTION, start("bob"))
        assert "No answer.</b> 2 questions are being answered here; ask again" in third.html
        second.stop()
        fourth = begin(QUESTION, start("bob"))
        assert fourth.is_running
    for asked in (first, fourth):
        assert finish(asked)[-1].state == "kept"
    assert under_way.get("ann", here.id) is None
    assert len(conversations.list("bob")) == 1


class Endless(FakeVendor):
    """A word each 50 ms and never the end of a sentence; notes when the reader is gone."""

    gone: threading.Event

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        try:
            while True:
                self.event({"delta": {"content": "and "}})
                time.sleep(0.05)
        except OSError:
            self.gone.set()


@pytest.fixture
def endless():
    """The server's port, and the event that its reader is gone."""
    gone = threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Endless,), {"gone": gone}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port, gone
    server.shutdown()
    server.server_close()


def test_stopping_closes_the_connection_to_the_model_within_a_sentence(
    ask, worded, endless, conversations
):
    port, gone = endless
    asked = ask(library=worded(f"http://127.0.0.1:{port}/v1"))
    assert not gone.wait(0.5)  # though nobody looks
    asked.stop()
    assert "Stopped" in asked.html
    assert gone.wait(2)
    assert finish(asked)[-1].state == "stopped"
    assert conversations.list("") == ()


def test_what_is_stopped_leaves_the_turns_before_it(ask, conversations, line):
    first = ask()
    finish(first)
    with line.joined():
        second = ask("When was it published?", first.conversation.id)
        second.stop()
    assert [turn.question for turn in kept(second, conversations)] == [QUESTION]


def test_everyone_in_line_knows_how_many_are_before_them():
    line = Line(lambda: 1)
    with line.joined() as first:
        with line.joined() as second, line.joined() as third:
            assert (first(), second(), third()) == (0, 1, 2)
        with line.joined() as fourth:  # the second and the third have left
            assert fourth() == 1
    with line.joined() as fifth:
        assert fifth() == 0


def test_more_are_served_at_once_where_there_is_room():
    line = Line(lambda: 2)
    with line.joined() as first, line.joined() as second, line.joined() as third:
        assert (first(), second(), third()) == (0, 0, 1)


def test_who_waits_is_told_so_and_may_leave(ask, line):
    with line.joined() as first:
        asked = ask()
        while not asked.now.n_before:
            assert asked.wait(asked.now)
        assert "In line: 1 before you" in asked.html
        asked.stop()
        assert first() == 0
    deadline = time.monotonic() + 5
    with line.joined() as next_one:
        while next_one():
            assert time.monotonic() < deadline
            time.sleep(0.05)

"""Questions on their way, to a real library and to servers that are slow or broken."""

import socket
import threading
import time
from http.server import ThreadingHTTPServer

import pytest
from tests.fake_vendor import FakeVendor

from paperqa import Library
from paperqa.conversations import Conversations
from paperqa.models import chat
from paperqa.settings import load_settings
from paperqa.types import Where
from paperqa.ui.asking import Asked, Manner
from paperqa.ui.line import Line

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

    def open_(port):
        settings = load_settings(llm=f"http://127.0.0.1:{port}/v1#m", cache=False)
        opened.append(Library(filled.folder, settings=settings, embedding=embedding))
        return opened[-1]

    yield open_
    for library in opened:
        library.close()


def ask(library, conversations, line, question, id=None, **more):
    """Asks and keeps: the conversation."""
    asked = Asked(library, question, **more)
    asked.look_up(conversations.get("", id) if id else None)
    list(asked.read(line))
    assert asked.state == "answered"
    return conversations.get("", asked.keep(conversations, "", id))


def test_evidence_is_there_before_a_word_of_the_answer(filled):
    html = Asked(filled, QUESTION).look_up(None)
    assert "TideFormer" in html
    assert "Reading" in html


def test_an_answer_is_kept_at_its_end_and_not_before(filled, conversations, line):
    asked = Asked(filled, QUESTION)
    asked.look_up(None)
    pieces = asked.read(line)
    next(pieces)
    assert asked.state == "running"
    assert "“" in list(pieces)[-1]
    kept = conversations.get("", asked.keep(conversations, "", None))
    assert [turn.question for turn in kept.turns] == [QUESTION]


def test_a_question_that_stands_alone_means_what_it_says(filled, conversations, line):
    id = ask(filled, conversations, line, QUESTION).id
    follows = ask(filled, conversations, line, "When was it published?", id).turns[-1]
    assert "TideFormer" in follows.answer["standalone_question"]
    instead = Manner(replaces=True, alone=True)
    kept = ask(filled, conversations, line, "When was it published?", id, manner=instead)
    assert len(kept.turns) == 2
    assert kept.turns[-1].answer["standalone_question"] == "When was it published?"


def test_an_answer_from_a_part_of_the_papers_says_so(filled, conversations, line):
    kept = ask(filled, conversations, line, QUESTION, scope=Where(years=(2020, 9999)))
    assert kept.turns[-1].answer["notes"][-1] == "Asked only papers from 2020 on."
    assert kept.scope == Where(years=(2020, 9999))


def test_a_failing_model_is_told_and_leaves_its_evidence(worded, line):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    asked = Asked(worded(port), QUESTION)
    asked.look_up(None)
    last = list(asked.read(line))[-1]
    assert asked.state == "failed"
    assert "can&#x27;t be reached" in last
    assert "TideFormer" in last


def test_an_unforeseen_error_is_told_without_its_text(filled, line):
    asked = Asked(filled, QUESTION)
    asked.look_up(None)
    assert "KeyError; the log" in asked.failed(KeyError("secret"))
    assert "secret" not in asked.failed(KeyError("secret"))


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


def test_stopping_closes_the_connection_to_the_model_within_a_sentence(worded, endless, line):
    port, gone = endless
    asked = Asked(worded(port), QUESTION)
    asked.look_up(None)
    shown = []
    reading = threading.Thread(target=lambda: shown.extend(asked.read(line)))
    reading.start()
    assert not gone.wait(0.5)
    assert "Stopped" in asked.stop()
    assert gone.wait(2)
    reading.join(2)
    assert not reading.is_alive()
    assert asked.state == "stopped"
    assert all("Reading" in html for html in shown)  # nothing is shown after the stop


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


def test_who_waits_is_told_so_and_may_leave(filled, line):
    asked = Asked(filled, QUESTION)
    asked.look_up(None)
    with line.joined():
        waiting = asked.read(line)
        assert "In line: 1 before you" in next(waiting)
        asked.stop()
        assert list(waiting) == []
    with line.joined() as next_one:
        assert next_one() == 0

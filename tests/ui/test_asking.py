"""Questions on their way, to a real library and to servers that are slow or broken."""

import asyncio
import socket
import threading
import time
from http.server import ThreadingHTTPServer
from itertools import pairwise

import httpx
import pytest

import paperqa.ui
from paperqa import Library
from paperqa.conversations import Conversations
from paperqa.models import chat
from paperqa.settings import load_settings
from paperqa.types import Where
from paperqa.ui.asking import Asked, Manner, UnderWay
from paperqa.ui.line import Line
from tests import fake_vendor
from tests.fake_vendor import FakeVendor
from tests.ui.serving import press, serving

QUESTION = "How long are the gaps that TideFormer fills?"


@pytest.fixture
def line():
    return Line(lambda: 1)


@pytest.fixture
def filled(session_library):
    """Nothing here changes its papers."""
    return session_library


@pytest.fixture
def conversations(filled):
    """Empty for whoever has no name."""
    opened = Conversations(filled.folder / "catalogue.db")
    for left in opened.list(""):
        opened.delete("", left.id)
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
        to = conversations.get("", id)
        asked = Asked(library, conversations, to, question, line.join(), **more)
        asked.begin()
        return asked

    return begun


def finish(asked):
    """How far it was whenever that had changed, until it is over."""

    async def stages():
        return [stage async for stage in asked.changes()]

    return [*asyncio.run(asyncio.wait_for(stages(), 30)), asked.now]


def until(condition):
    """Wait until something holds."""
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def kept(asked, conversations):
    """The turns of its conversation, once it is over."""
    finish(asked)
    return conversations.get("", asked.conversation.id).turns


def test_evidence_is_there_before_a_word_of_the_answer(ask, line):
    with line.join():
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


def test_who_looks_sees_the_changes_in_order_and_the_end(ask, line):
    with line.join():
        asked = ask()
        until(lambda: asked.now.n_before)
        before = asked.now
    stages = [before, *finish(asked)]
    assert [stage.state for stage in stages[:-1]] == ["running"] * (len(stages) - 1)
    assert stages[-1].state == "kept"
    assert finish(asked) == stages[-1:]
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
    with line.join():
        asked = ask()
        asked.fail(KeyError("secret"))
    assert "KeyError; the log" in asked.html
    assert "secret" not in asked.html


def test_a_conversation_that_is_gone_keeps_nothing(ask, conversations, line):
    with line.join():
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


@pytest.fixture
def slow(filled, conversations, line, monkeypatch):
    """A question whose look-up waits, the thread that it waits in, and the event that ends it."""
    begun, go_on, stream = threading.Event(), threading.Event(), filled.stream

    def slow_stream(*args, **options):
        monkeypatch.setattr(filled, "stream", stream)
        begun.set()
        assert go_on.wait(30)
        return stream(*args, **options)

    monkeypatch.setattr(filled, "stream", slow_stream)
    asked = Asked(filled, conversations, conversations.start(""), QUESTION, line.join())
    looks_up = threading.Thread(target=asked.begin)
    looks_up.start()
    assert begun.wait(10)
    return asked, looks_up, go_on


def test_who_asks_first_is_answered_first_however_long_the_look_up_takes(conversations, ask, slow):
    first, looks_up, go_on = slow
    second = ask()
    until(lambda: second.now.n_before)
    assert "TideFormer" in second.html  # its evidence waits for nobody
    go_on.set()
    looks_up.join()
    answered = [kept(each, conversations)[0].asked_at for each in (first, second)]
    assert answered == sorted(answered)


def test_a_place_in_line_is_given_back_where_nothing_is_answered(line, ask, slow, conversations):
    stopped, looks_up, go_on = slow
    stopped.stop()
    go_on.set()
    looks_up.join()
    assert stopped.now.state == "stopped"
    assert ask(" ").now.state == "failed"
    with line.join() as place:
        assert place.n_before == 0
    assert conversations.list("") == ()


def test_one_question_is_answered_at_a_time_in_a_conversation(filled, conversations, line):
    # No names of other tests of the page, which share this library
    under_way, start = UnderWay(each=1, most=2), conversations.start

    def begin(question, to):
        asked = Asked(filled, conversations, to, question, line.join())
        return under_way.begin(asked, to.owner)

    here = start("uma")
    with line.join() as place:
        first = begin(QUESTION, here)
        assert begin("Who wrote about ferries?", here) is first
        assert under_way.get("uma", here.id) is first
        assert under_way.get("vic", here.id) is None
        assert "1 of your questions are being" in begin(QUESTION, start("uma")).html
        second = begin("Who wrote about ferries?", start("vic"))
        third = begin(QUESTION, start("wes"))
        assert "No answer.</b> 2 questions are being answered here; ask again" in third.html
        second.stop()
        fourth = begin(QUESTION, start("vic"))
        assert fourth.is_running
        with line.join() as last:
            until(lambda: last.n_before == place.n_before + 3)  # but for those two, all have left
    for asked in (first, fourth):
        assert finish(asked)[-1].state == "kept"
    finish(second)
    assert under_way.get("uma", here.id) is None
    assert len(conversations.list("vic")) == 1
    for owner in ("uma", "vic"):
        conversations.delete(owner, conversations.list(owner)[0].id)


def test_what_a_killed_server_did_not_answer_is_swept(ask, conversations):
    kept(ask(), conversations)
    conversations.start("", question="Who was waiting?")
    conversations.sweep(60)
    assert len(conversations.list("")) == 2
    conversations.sweep(-1)
    assert [left.title for left in conversations.list("")] == [QUESTION]


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


def test_a_server_that_ends_stops_its_answers_and_leaves_no_half_of_them(
    worded, endless, conversations, uploads
):
    port, gone = endless
    served = paperqa.ui.app(worded(f"http://127.0.0.1:{port}/v1"), local=True)
    with serving(served) as url, httpx.Client(base_url=url, timeout=20) as client:
        press(client, "Ask", [QUESTION, None, None, None, None])
        assert [each.title for each in conversations.list("")] == [QUESTION]
    assert gone.wait(5)
    assert conversations.list("") == ()


def test_what_is_stopped_leaves_the_turns_before_it(ask, conversations, line):
    first = ask()
    finish(first)
    with line.join():
        second = ask("When was it published?", first.conversation.id)
        second.stop()
    assert [turn.question for turn in kept(second, conversations)] == [QUESTION]


def test_everyone_in_line_knows_how_many_are_before_them():
    line = Line(lambda: 1)
    with line.join() as first:
        with line.join() as second, line.join() as third:
            assert (first.n_before, second.n_before, third.n_before) == (0, 1, 2)
        with line.join() as fourth:  # the second and the third have left
            assert fourth.n_before == 1
    with line.join() as fifth:
        assert fifth.n_before == 0


def test_more_are_served_at_once_where_there_is_room():
    line = Line(lambda: 2)
    with line.join() as first, line.join() as second, line.join() as third:
        assert (first.n_before, second.n_before, third.n_before) == (0, 0, 1)


def test_who_waits_is_told_so_and_may_leave(ask, line):
    with line.join() as first:
        asked = ask()
        until(lambda: asked.now.n_before)
        assert "In line: 1 before you" in asked.html
        asked.stop()
        assert first.n_before == 0
    deadline = time.monotonic() + 5
    with line.join() as next_one:
        while next_one.n_before:
            assert time.monotonic() < deadline
            time.sleep(0.05)

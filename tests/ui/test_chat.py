"""What the buttons of the chat tab do, each for a user of their own."""

import asyncio
import threading

import gradio as gr
import pytest

from paperqa.conversations import Conversations
from paperqa.types import Where
from paperqa.ui.asking import Manner
from paperqa.ui.chat import _Chat
from paperqa.ui.context import Page

QUESTION = "How long are the gaps that TideFormer fills?"
OTHER = "What does LanternNet replace?"


@pytest.fixture
def page(session_library):
    page = Page(session_library, Conversations(session_library.folder / "catalogue.db"), owner="")
    yield page
    page.at_end.close()
    page.conversations.close()


@pytest.fixture
def chat(page):
    with gr.Blocks() as page.shared["blocks"], gr.Tabs() as page.shared["tabs"], gr.Tab():
        made = _Chat(page)
        made.wire()
    return made


@pytest.fixture
def me(request):
    return gr.Request(username=request.node.name, session_hash="here")


def ask(chat, me, question=QUESTION, id=None):
    """What is shown at once, and the question that is asked; somebody must be before it in line."""
    shown = chat._begin(question, None, id, Where(), None, me)
    return shown, shown[chat._screen.view].asked


def answered(chat, me, question=QUESTION, id=None):
    """A question's conversation, once its answer is kept."""
    shown = chat._begin(question, None, id, Where(), None, me)
    if view := shown[chat._screen.view]:  # else it was there at once
        view.asked._over.wait(30)
    return chat._kept.get(me.username, shown[chat._screen.conversation])


def watched(chat, view):
    """What is shown of a turn, and the view that is given at the end of it."""

    async def all_of_it():
        return [shown async for shown in chat._watch(view)]

    *turns, (last, view) = asyncio.run(all_of_it())
    assert last == gr.skip()
    assert all(seen is None for _, seen in turns)
    return [html for html, _ in turns], view


def event(**data):
    return gr.EventData(None, data)


def test_an_empty_conversation_says_how_many_papers_there_are_once_they_came(chat, me):
    screen = chat._screen
    shown = chat._welcome("new", None, me)
    assert "5 papers in your library" in shown[screen.live]
    assert any(shown[chip]["visible"] for chip in screen.chips)
    conversation = answered(chat, me)
    assert chat._welcome(conversation.id, None, me) == gr.skip()
    with chat._line.join():
        shown, asked = ask(chat, me)
        assert chat._welcome("new", shown[screen.view], me) == gr.skip()
        asked.stop()


def test_asking_about_papers_begins_a_conversation(chat, me, page):
    conversation = answered(chat, me)
    where = Where(paper_ids=conversation.cited[:1])
    shown = chat._about(where, None, me)
    suggested = [shown[chip]["value"] for chip in chat._screen.chips]
    assert all("TideFormer" in question for question in suggested if question)
    assert suggested[0]
    assert shown[chat._screen.conversation] == "new"
    assert shown[chat._screen.scope] == where
    assert shown[page.shared["about"]] is None  # the same again is a change again
    assert shown[page.shared["tabs"]].selected == "Chat"
    assert chat._about(None, None, me) == gr.skip()
    assert not chat._kept.get(me.username, conversation.id).scope


def test_each_answer_of_a_conversation_is_liked_or_not(chat, me):
    screen = chat._screen
    conversation = answered(chat, me, OTHER, answered(chat, me).id)
    first, last = (turn.id for turn in conversation.turns)
    chat._like(conversation.id, None, event(turn=str(first), liked=False), me)
    shown = chat._like(conversation.id, None, event(turn=str(last), liked=True), me)
    assert [turn.liked for turn in chat._kept.get(me.username, conversation.id).turns] == [
        False, True,
    ]  # fmt: skip
    pressed = "{}</button>".format
    assert f'data-like="0" aria-pressed="true">{pressed("Not helpful")}' in shown[screen.past]
    assert f'data-like="1" aria-pressed="true">{pressed("Helpful")}' in shown[screen.live]
    with pytest.raises(gr.Error, match="you have no answer"):
        stranger = gr.Request(username="stranger")
        chat._like(conversation.id, None, event(turn=str(first), liked=True), stranger)

    with chat._line.join():  # while the next answer comes, its turn is let be
        now, asked = ask(chat, me, QUESTION, conversation.id)
        view = now[screen.view]
        shown = chat._like(conversation.id, view, event(turn=str(last), liked=None), me)
        asked.stop()
    assert set(shown) == {screen.past}
    assert shown[screen.past].count('<article class="turn') == 2
    assert shown[screen.past].count('aria-pressed="true"') == 1


def test_a_conversation_answers_one_question_at_a_time(chat, me, capsys):
    with chat._line.join():
        shown, asked = ask(chat, me)
        view = shown[chat._screen.view]
        again = chat._begin(OTHER, None, asked.conversation.id, Where(), view, me)
        assert again == gr.skip()
        assert "One answer at a time" in capsys.readouterr().out
        with chat._line.join() as next_one:
            assert next_one.n_before == 2
        asked.stop()


def test_who_watched_an_answer_ends_it_and_nobody_else_does(chat, me):
    screen = chat._screen
    with chat._line.join() as before:
        shown, asked = ask(chat, me)
        view = shown[screen.view]
        threading.Timer(0.3, before.leave).start()
        turns, seen = watched(chat, view)
    assert "In line: 1 before you" in turns[-1] or "TideFormer" in turns[-1]
    assert seen is view
    assert watched(chat, view) == ([], None)  # as another event that shows it does
    assert watched(chat, None) == ([], None)
    assert chat._end(None, me) == gr.skip()
    ended = chat._end(seen, me)
    assert ended[screen.view] is None
    assert ended[screen.conversation] == asked.conversation.id
    view.is_left = True
    assert chat._end(seen, me) == gr.skip()


def test_who_has_asked_much_waits(chat, me):
    with chat._line.join():
        begun = [ask(chat, me)[1] for _ in range(4)]
        assert [asked.now.state for asked in begun] == ["running"] * 3 + ["failed"]
        assert "3 of your questions are being answered; wait for one" in begun[3].html
        other = ask(chat, gr.Request(username="another", session_hash="there"))[1]
        assert other.is_running
        for asked in (*begun, other):
            asked.stop()


def test_deleting_a_conversation_stops_its_answer(chat, me):
    with chat._line.join():
        shown, asked = ask(chat, me)
        chat._kept.delete(me.username, asked.conversation.id)
        shown = chat._deleted(asked.conversation.id, shown[chat._screen.view], me)
    assert asked.now.state == "stopped"
    assert "welcome" in shown[chat._screen.live]


def test_the_end_of_the_server_stops_all(chat, me, page):
    with chat._line.join():
        _, asked = ask(chat, me)
        page.at_end.close()
    assert asked.now.state == "stopped"
    assert chat._kept.list(me.username) == ()


def test_a_question_that_is_too_long_is_refused(chat, me):
    with pytest.raises(gr.Error, match="the question has 2,500 characters; cut it to 2,000"):
        ask(chat, me, "long." * 500)
    with chat._line.join() as place:
        assert place.n_before == 0


def test_retry_asks_the_same_afresh(chat, me):
    conversation = answered(chat, me)
    with chat._line.join():
        shown = chat._retry(conversation.id, Where(), None, me)
        asked = shown[chat._screen.view].asked
        asked.stop()
    assert asked.question == QUESTION
    assert asked.manner == Manner(replaces=True, alone=True, fresh=True)

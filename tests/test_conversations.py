"""Conversations in the catalogue: kept, found again, one user's only, beside a writing library."""

import json
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from paperqa.conversations import Conversation, Conversations
from paperqa.errors import InputError, LibraryDamaged, LibraryLocked
from paperqa.index import schema
from paperqa.index.catalogue import Catalogue
from paperqa.types import Answer, Citation, Claim, Evidence, Paper, Passage, Sentence, Where

DATA = Path(__file__).parent / "data"
SCOPE = Where(years=(2021, 2023), dated=False, paper_ids=("fog", "tides"))
FOG = Paper("fog", "On fog", "Fog hides buoys.", "Fog hides buoys.")


def answer(question="What hides buoys?", text="Fog hides buoys. [1]"):
    sentence = Sentence(0, 16, FOG.text, 0.9)
    passage = Passage("fog#0", "fog", 0, 16, FOG.text, ((0, 16),))
    return Answer(
        question=question,
        standalone_question=question,
        text=text,
        refused=False,
        claims=(Claim("Fog hides buoys.", (1,), True, ""),),
        citations=(Citation(1, "fog", FOG.title, FOG.text, 0, 16, 0.98),),
        evidence=(Evidence(FOG, passage, 1.0, 1, 0.8, 0.5, (sentence,), 1),),
        model="extractive",
        confidence=0.7,
        usage={"prompt_tokens": 9},
        timings={"total": 0.25},
        notes=("A note.",),
    )


@pytest.fixture
def path(tmp_path):
    return tmp_path / "catalogue.db"


@pytest.fixture
def conversations(path):
    opened = Conversations(path)
    yield opened
    opened.close()


def asked(conversations, *questions, owner=""):
    id_ = conversations.start(owner).id
    for question in questions:
        conversations.add(owner, id_, question, answer(question))
    return id_


def titles(conversations, words="", owner=""):
    return [each.title for each in conversations.list(owner, words)]


def edit(path, query, *values):
    with closing(sqlite3.connect(path)) as catalogue, catalogue:
        catalogue.execute(query, values)


def test_a_conversation_comes_back_whole_after_a_restart(path):
    first = Conversations(path)
    new = first.start("ada", SCOPE)
    assert new == Conversation(new.id, "ada", "", SCOPE, new.updated)
    turns = [first.add("ada", new.id, q, answer(q)) for q in ("What hides buoys?", "And ferries?")]
    first.close()
    again = Conversations(path)
    found = again.get("ada", new.id)
    assert found == Conversation(
        new.id, "ada", "What hides buoys?", SCOPE, turns[1].asked_at, tuple(turns)
    )
    assert turns[0].answer == json.loads(json.dumps(answer().to_dict()))
    assert found.cited == ("fog",)
    again.close()


def test_the_history_is_the_answers_without_their_evidence(conversations):
    id_ = asked(conversations, "What hides buoys?")
    (kept,) = conversations.get("", id_).history()
    given = answer()
    assert kept == Answer(
        **{name: getattr(given, name) for name in Answer.__slots__} | {"evidence": ()}
    )


def test_fields_that_a_newer_paperqa_wrote_are_let_be(conversations, path):
    id_ = asked(conversations, "What hides buoys?")
    edit(path, "UPDATE turns SET answer = json_set(answer, '$.colour', ?)", "grey")
    (turn,) = conversations.get("", id_).turns
    assert turn.answer["colour"] == "grey"
    assert conversations.get("", id_).history()[0].text == "Fog hides buoys. [1]"


def test_the_newest_comes_first_and_a_new_question_makes_a_conversation_newest(conversations):
    first = asked(conversations, "one")
    asked(conversations, "two")
    assert titles(conversations) == ["two", "one"]
    conversations.rename("", first, " first \n one ")
    conversations.rescope("", first, SCOPE)
    assert titles(conversations) == ["two", "first one"]
    conversations.add("", first, "three", answer())
    assert titles(conversations) == ["first one", "two"]
    assert [(each.scope, each.turns) for each in conversations.list("")] == [
        (SCOPE, ()),
        (Where(), ()),
    ]


def test_a_long_question_makes_a_short_title_and_none_may_be_empty(conversations):
    id_ = asked(conversations, f"Why{' oh' * 40}?")
    # 3 + 25 * 3 + 2 = 80 characters
    assert titles(conversations) == [f"Why{' oh' * 25} …"]
    with pytest.raises(InputError, match="the title is empty"):
        conversations.rename("", id_, " \n")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("FERRIES", ["On ferries"]),  # in a title
        ("why ümlaut", ["Why Ümlaut?"]),
        ("UMLAUT", ["Why Ümlaut?"]),
        ("hides", ["Why Ümlaut?", "On ferries"]),  # in every answer
        ("second", ["On ferries"]),  # in a question that isn't the title
        ("second ferries", ["On ferries"]),  # each word somewhere
        ("second ümlaut", []),
        ("100%", ["On ferries"]),
        ("1%", []),
        ("_", []),
        ("standalone_question", []),  # a key of the JSON is no text
        ("  ", ["Why Ümlaut?", "On ferries"]),
    ],
)
def test_search_reads_titles_questions_and_answers(conversations, words, found):
    conversations.rename("", asked(conversations, "first", "second, 100%"), "On ferries")
    asked(conversations, "Why Ümlaut?")
    assert titles(conversations, words) == found


def test_a_question_is_asked_anew_in_place_of_the_last(conversations):
    id_ = asked(conversations, "What hides boys?")
    typo = conversations.get("", id_).turns[0].id
    turn = conversations.add("", id_, "What hides buoys?", answer(), instead_of=typo)
    assert conversations.get("", id_).turns == (turn,)
    assert titles(conversations) == ["What hides buoys?"]  # the title followed
    assert turn.id > typo  # a late "like" of the old answer doesn't reach the new one
    with pytest.raises(InputError, match=f"no answer {typo}"):
        conversations.like("", typo, True)
    conversations.rename("", id_, "Buoys")
    conversations.add("", id_, "What hides them?", answer(), instead_of=turn.id)
    assert titles(conversations) == ["Buoys"]  # the user's own stays


def test_nothing_but_the_last_turn_is_replaced_and_a_title_stays_with_its_first(conversations):
    id_, other = asked(conversations, "same", "same"), asked(conversations, "other")
    before = conversations.get("", id_)
    for elsewhere in (before.turns[0].id, conversations.get("", other).turns[0].id):
        with pytest.raises(InputError, match="has gone on meanwhile"):
            conversations.add("", id_, "new", answer(), instead_of=elsewhere)
    assert conversations.get("", id_) == before
    conversations.add("", id_, "new", answer(), instead_of=before.turns[1].id)
    assert [turn.question for turn in conversations.get("", id_).turns] == ["same", "new"]
    assert sorted(titles(conversations)) == ["other", "same"]


def test_likes_are_kept_and_can_be_withdrawn(conversations):
    id_ = asked(conversations, "one", "two")
    last = conversations.get("", id_).turns[1].id
    for liked in (True, False, None):
        conversations.like("", last, liked)
        assert [turn.liked for turn in conversations.get("", id_).turns] == [None, liked]


def test_delete_removes_a_conversation_with_its_turns_and_no_other(conversations, path):
    id_, other = asked(conversations, "one"), asked(conversations, "two")
    conversations.delete("", id_)
    assert titles(conversations) == ["two"]
    assert len(conversations.get("", other).turns) == 1
    with closing(sqlite3.connect(path)) as catalogue:
        assert catalogue.execute("SELECT question FROM turns").fetchall() == [("two",)]
    with pytest.raises(InputError, match="may have been deleted"):
        conversations.get("", id_)


def test_another_user_can_do_nothing_with_a_conversation(conversations):
    id_ = asked(conversations, "secret", owner="ada")
    before = conversations.get("ada", id_)
    attempts = (
        lambda who: conversations.get(who, id_),
        lambda who: conversations.add(who, id_, "mine", answer()),
        lambda who: conversations.add(who, id_, "mine", answer(), instead_of=before.turns[0].id),
        lambda who: conversations.rename(who, id_, "mine"),
        lambda who: conversations.rescope(who, id_, SCOPE),
        lambda who: conversations.delete(who, id_),
        lambda who: conversations.like(who, before.turns[0].id, True),
    )
    for who in ("bob", "", "Ada", "%"):
        assert conversations.list(who) == conversations.list(who, "secret") == ()
        for attempt in attempts:
            with pytest.raises(InputError, match="you have no"):
                attempt(who)
    assert conversations.get("ada", id_) == before


@pytest.mark.parametrize("broken", ["{", "[1]", "null", '"text"', "{}", '{"claims": 1}'])
def test_a_broken_answer_is_named_and_spoils_nothing_else(conversations, path, broken):
    id_, other = asked(conversations, "one", "two"), asked(conversations, "three")
    turn = conversations.get("", id_).turns[1].id
    edit(path, "UPDATE turns SET answer = ? WHERE id = ?", broken, turn)
    with pytest.raises(LibraryDamaged, match=rf"catalogue.db: the answer of turn {turn} can't"):
        conversations.get("", id_)
    assert titles(conversations, "hides") == ["three", "one"]
    assert len(conversations.get("", other).turns) == 1
    conversations.like("", turn, False)
    conversations.add("", id_, "anew", answer(), instead_of=turn)
    assert len(conversations.get("", id_).turns) == 2


@pytest.mark.parametrize("broken", ["{", "[1]", "null", '{"colour": "grey"}'])
def test_a_broken_scope_is_named_and_can_be_set_anew(conversations, path, broken):
    id_ = asked(conversations, "one")
    edit(path, "UPDATE conversations SET scope = ?", broken)
    assert titles(conversations) == ["one"]
    with pytest.raises(LibraryDamaged, match=f"the scope of conversation {id_} can't be read"):
        conversations.get("", id_)
    conversations.rescope("", id_, SCOPE)
    assert conversations.get("", id_).scope == SCOPE


def test_half_a_character_from_a_browser_does_no_harm(conversations):
    id_ = asked(conversations, "Why \ud83d?")
    conversations.add("", id_, "And?", answer(text="So \udc00."))
    assert titles(conversations, "\ud83d so") == ["Why ??"]
    assert conversations.get("", id_).turns[1].answer["text"] == "So ?."


def test_threads_write_at_once_and_nothing_is_lost(conversations):
    shared = asked(conversations)

    def ask(n):
        for i in range(5):
            conversations.add("", shared, f"{n}.{i}", answer())
            asked(conversations, f"{n}.{i}", owner=f"user {n}")

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    questions = [turn.question for turn in conversations.get("", shared).turns]
    assert sorted(questions) == sorted(f"{n}.{i}" for n in range(8) for i in range(5))
    for n in range(8):  # each thread's own came in its order
        assert [q for q in questions if q.startswith(f"{n}.")] == [f"{n}.{i}" for i in range(5)]
        assert titles(conversations, owner=f"user {n}") == [f"{n}.{i}" for i in (4, 3, 2, 1, 0)]


def test_another_process_sees_and_adds(conversations, path):
    id_ = asked(conversations, "mine")
    script = (
        "import sys; from pathlib import Path; from paperqa.conversations import Conversations\n"
        "both = Conversations(Path(sys.argv[1])); (seen,) = both.list('')\n"
        "(answer,) = both.get('', seen.id).history()\n"
        "both.add('', seen.id, 'theirs', answer)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(path)], check=True)
    assert [turn.question for turn in conversations.get("", id_).turns] == ["mine", "theirs"]


def test_reading_goes_on_and_writing_waits_while_papers_are_written(conversations, path):
    id_ = asked(conversations, "before")
    papers = Catalogue(path)
    added = threading.Thread(target=conversations.add, args=("", id_, "meanwhile", answer()))
    with papers.transaction():
        papers.put_paper(FOG)
        added.start()
        added.join(0.2)
        assert added.is_alive()
        assert [turn.question for turn in conversations.get("", id_).turns] == ["before"]
        assert titles(conversations) == ["before"]
    added.join()
    assert len(conversations.get("", id_).turns) == 2
    assert papers.count() == 1
    papers.close()


def test_a_writer_that_takes_too_long_is_named_and_nothing_is_kept(
    conversations, path, monkeypatch
):
    id_ = asked(conversations, "before")
    monkeypatch.setattr(schema, "_WAIT", 0.1)
    papers = Catalogue(path)
    with papers.transaction(), pytest.raises(LibraryLocked, match="another process"):
        conversations.add("", id_, "too late", answer())
    papers.close()
    assert len(conversations.get("", id_).turns) == 1


def test_the_library_is_as_before_and_conversations_outlive_papers_and_repair(filled):
    path = filled.folder / "catalogue.db"
    conversations = Conversations(path)
    before = filled._stores.catalogue.meta("generation")
    given = filled.ask("How do brass gauges compare with steel ones?")
    id_ = conversations.start("").id
    conversations.add("", id_, given.question, given)
    assert filled._stores.catalogue.meta("generation") == before
    assert filled.problems() == []
    filled.remove(*(paper.id for paper in filled.papers()))
    filled.repair()
    assert filled.problems() == []
    kept = conversations.get("", id_)
    assert kept.turns[0].answer["citations"] == [
        {name: getattr(c, name) for name in Citation.__slots__} for c in given.citations
    ]
    assert given.citations
    conversations.close()


def test_a_catalogue_of_format_1_gets_the_tables_and_keeps_its_papers(path):
    with closing(sqlite3.connect(path)) as catalogue:
        catalogue.executescript((DATA / "catalogue_v1.sql").read_text())
        before = catalogue.execute("SELECT * FROM meta").fetchall()
    conversations = Conversations(path)
    id_ = asked(conversations, "What hides buoys?")
    assert len(conversations.get("", id_).turns) == 1
    conversations.close()
    with closing(sqlite3.connect(path)) as catalogue:
        assert catalogue.execute("SELECT * FROM meta").fetchall() == before
        assert catalogue.execute("SELECT count(*) FROM papers").fetchone() == (2,)
        assert catalogue.execute("PRAGMA user_version").fetchone() == (len(schema.MIGRATIONS),)


def test_ten_thousand_conversations_are_listed_at_once(conversations, path):
    with closing(sqlite3.connect(path)) as catalogue, catalogue:
        catalogue.executemany(
            "INSERT INTO conversations VALUES (?, ?, ?, '{}', ?)",
            ((f"{n}", f"user {n % 2}", f"title {n}", f"{n:06}") for n in range(20_000)),
        )
        plan = catalogue.execute(
            "EXPLAIN QUERY PLAN SELECT id FROM conversations WHERE owner = '' ORDER BY updated DESC"
        ).fetchall()
    assert [row[3].split(" USING ")[1] for row in plan] == [
        "INDEX conversations_owner (owner=?)"
    ]  # and no sorting
    start = time.perf_counter()
    found = conversations.list("user 1")
    assert time.perf_counter() - start < 1
    assert len(found) == 10_000
    assert [each.title for each in found[:2]] == ["title 19999", "title 19997"]

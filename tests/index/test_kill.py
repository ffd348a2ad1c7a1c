"""kill -9 and Ctrl-C at any point leave a library that the next opening heals."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from driver import Words, assert_healthy, drive, found, ids, write_papers

from paperqa import Library
from paperqa.errors import IndexDamaged, IndexMismatch
from paperqa.index.catalogue import Catalogue
from paperqa.index.dense import undisturbed


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Two files: one that the library `before` holds in an older state, and a new one."""
    folder = tmp_path_factory.mktemp("kill")
    old = write_papers(folder / "old.jsonl", "abc")
    with Library(folder / "before", embedding=Words()) as library:
        library.add(old)
    write_papers(old, "abcd", "It is about ferries, and no longer about tides.")
    return [old, write_papers(folder / "new.jsonl", "efg")]


@pytest.fixture(scope="module")
def killed(files, tmp_path_factory):
    """For each action, the libraries that killing it in many places leaves; first a whole one."""
    before, work = files[0].parent / "before", tmp_path_factory.mktemp("killed")
    jobs = [
        ("add", before, work, files, 12, 4),
        ("remove", before, work, sorted(ids("ac")), 8, 1),
        ("repair", before, work, [], 8, 1),
        ("reembed", before, work, [], 8, 0),
    ]
    return dict(zip((job[0] for job in jobs), drive("kill_all", jobs), strict=True))


def papers_of(folder, model="words-16"):
    with Library(folder, embedding=Words(model)) as library:
        assert_healthy(library)
        return list(library.papers())


def test_a_killed_add_is_healed_by_opening_and_finished_by_adding_again(killed, files):
    whole, *folders = killed["add"]
    expected = papers_of(whole)
    assert {paper.id for paper in expected} == ids("abcdefg")
    kept = []
    for folder in folders:
        with Library(folder, embedding=Words()) as library:
            assert_healthy(library)
            kept.append(len(library))
            library.add(*files)
            assert_healthy(library)
            assert list(library.papers()) == expected
    assert {3, 4, 6, 7} <= set(kept)


def test_a_killed_remove_is_healed_by_opening(killed):
    whole, *folders = killed["remove"]
    expected = papers_of(whole)
    assert {paper.id for paper in expected} == ids("b")
    kept = []
    for folder in folders:
        with Library(folder, embedding=Words()) as library:
            assert_healthy(library)
            kept.append(len(library))
            library.remove(*ids("ac"))
            assert_healthy(library)
            assert list(library.papers()) == expected
    assert {3, 1} <= set(kept)


def test_a_killed_repair_is_said_and_mended_by_the_next(killed):
    whole, *folders = killed["repair"]
    expected = papers_of(whole)
    assert {paper.id for paper in expected} == ids("abc")
    broken = 0
    for folder in folders:
        with Library(folder, embedding=Words()) as library:
            try:
                assert found(library) == ids("abc")
            except IndexDamaged as error:
                broken += 1
                assert "paperqa repair" in str(error)
            library.repair()
            assert_healthy(library)
            assert list(library.papers()) == expected
    assert broken


def test_a_killed_change_of_the_model_leaves_the_old_index_or_the_new(killed):
    """Whole, each with its own setting; and the next repair finishes the change."""
    whole, *folders = killed["reembed"]
    expected = papers_of(whole, "words-b")
    states = []
    for folder in folders:
        with Library(folder, embedding=Words()) as library:
            try:
                assert found(library) == ids("abc")
                assert_healthy(library)
                states.append("old")
            except IndexMismatch as error:
                assert "words-b" in str(error)
                states.append("new")
        with Library(folder, embedding=Words("words-b")) as library:
            if states[-1] == "new":
                assert_healthy(library)
            library.repair()
            assert_healthy(library)
            assert list(library.papers()) == expected
        assert len(list(Path(folder).rglob("chroma.sqlite3"))) == 1
    assert set(states) == {"old", "new"}


def test_an_add_killed_while_words_are_committed_is_healed(files, tmp_path):
    """tantivy names the list of what is deleted after the commit, so that the next one meets it."""
    change = write_papers(tmp_path / "change.jsonl", "a", "It is about ferries.")
    whole, killed = (shutil.copytree(files[0].parent / "before", tmp_path / n) for n in "wk")
    with Library(whole, embedding=Words()) as library:
        library.add(change)
    (deleted,) = whole.glob("lexical-*/*.del")
    words = killed / deleted.parent.name
    shutil.copy(deleted, words)
    managed = json.loads((words / ".managed.json").read_text())
    (words / ".managed.json").write_text(json.dumps([*managed, deleted.name]))
    with Library(killed, embedding=Words()) as library:
        assert library.add(change).updated == 1
        assert_healthy(library)


@pytest.fixture
def _interruptible():
    """Ctrl-C counts, though a shell has what it runs in the background ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_interruptible")
def test_ctrl_c_keeps_what_was_committed(tmp_path, embedding):
    names = [f"p{n}" for n in range(480)]
    file = write_papers(tmp_path / "many.jsonl", names)
    folder = tmp_path / "library"
    command = [sys.executable, "-m", "paperqa.cli", "add", "--library", folder, file]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 60
        while not (folder / "catalogue.db").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        catalogue = Catalogue(folder / "catalogue.db")
        while not catalogue.count() and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        error = process.communicate(timeout=60)[1]
    assert process.returncode == 130, error
    assert error.endswith("stopped; what was committed is kept\n")
    assert "Traceback" not in error
    with Library(folder, embedding=embedding) as library:
        kept = len(library)
        assert 64 <= kept < 480
        assert library.problems() == []
        assert len(found(library)) == kept
        report = library.add(file)
        assert (report.added, report.unchanged) == (480 - kept, kept)
        assert library.problems() == []


@pytest.mark.usefixtures("_interruptible")
def test_ctrl_c_waits_for_the_end_of_what_it_must_not_disturb():
    done = []
    with pytest.raises(KeyboardInterrupt), undisturbed():
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.01)
        done.append(True)
    assert done == [True]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler

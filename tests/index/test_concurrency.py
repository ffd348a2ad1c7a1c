"""One writes while others read: in other processes, and in other threads of the same."""

import json
import random
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from driver import Words, assert_healthy, driven, found, ids, write_papers

from paperqa import Library
from paperqa.errors import LibraryLocked
from paperqa.index import ingest
from paperqa.settings import load_settings


@pytest.fixture
def papers(tmp_path):
    """Makes a file of papers."""
    return lambda names, *abstract: write_papers(tmp_path / f"{names[0]}.jsonl", names, *abstract)


@pytest.fixture
def shared(tmp_path, papers):
    """A library of the papers a and b, in which others write."""
    with Library(tmp_path / "library", embedding=Words()) as library:
        library.add(papers("ab"))
        yield library


def test_other_processes_read_on_while_one_writes(tmp_path, monkeypatch):
    """Over 1000 passages, since Chroma then rewrites files that readers have open."""
    monkeypatch.setattr(ingest, "BATCH", 2)
    file, removed = tmp_path / "papers.jsonl", tmp_path / "removed"
    removed.touch()
    chance = random.Random(1)
    words = "tide wave ship buoy gauge model storm ferry kernel token rank error fog".split()

    def write(names, sentences):
        text = (" ".join(["The", *chance.choices(words, k=29)]) for _ in range(sentences))
        return write_papers(file, names, ". ".join(text) + ".")

    settings = load_settings(chunk_tokens=32)
    with ExitStack() as stack:
        library = Library(tmp_path / "library", embedding=Words(), settings=settings)
        stack.enter_context(library).add(write("abcdef", 180))
        watching = ("watch", library.folder, removed, "doi:10.1234/z", 32)
        readers = [stack.enter_context(driven(*watching)) for _ in range(2)]
        for sentences in (20, 180, 60):
            library.add(write("abcdef", sentences))
            library.remove(*ids("bdf"))
        removed.write_text(" ".join(ids("bdf")))
        library.add(write("ijk", 10))
        library.add(write("z", 10))
        reports = [reader.stdout.readline() for reader in readers]
        assert all(reports)
        assert library.problems() == []
    for sizes, seen, removed_yet_found in map(json.loads, reports):
        assert len(sizes) > 2
        assert set(seen) <= ids("abcdefghijkz")
        assert removed_yet_found == []


def test_an_open_library_notices_what_another_adds_and_removes(shared, papers):
    with Library(shared.folder, embedding=Words()) as reader:
        assert found(reader) == ids("ab")
        shared.add(papers("c"))
        assert found(reader) == ids("abc")
        shared.add(papers("b", "It is about ferries."))
        assert reader.search("ferries", 1)[0].paper.id == "doi:10.1234/b"
        shared.remove(*ids("a"))
        assert found(reader) == ids("bc")
        shared.repair()
        assert found(reader) == ids("bc")


@pytest.mark.parametrize("point", ["commit", "settle"])
def test_a_library_opens_and_answers_at_once_while_another_process_writes(point, shared, papers):
    with driven("pause", point, shared.folder, papers("c")):
        start = time.monotonic()
        with Library(shared.folder, embedding=Words()) as reader:
            assert ids("ab") <= found(reader) <= ids("abc")
        assert found(shared) >= ids("ab")
        assert time.monotonic() - start < 2
    assert found(shared) == ids("abc")
    assert_healthy(shared)


def test_reading_a_new_library_leaves_making_its_indexes_to_the_writer(tmp_path, papers):
    folder = tmp_path / "library"
    with Library(folder, embedding=Words()) as early:
        assert found(early) == set()
        assert not (folder / "dense").exists()
        with driven("pause", "commit", folder, papers("a")):
            assert found(early) <= ids("a")
            with Library(folder, embedding=Words()) as later:
                assert found(later) <= ids("a")
        assert found(early) == ids("a")
        assert_healthy(early)


def test_a_second_writer_is_told_so(shared, papers):
    with driven("pause", "embedding", shared.folder, papers("c")):
        command = [sys.executable, "-m", "paperqa.cli", "add", "--library", shared.folder]
        with subprocess.Popen(
            [*command, papers("d")], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            start = time.monotonic()
            with pytest.raises(LibraryLocked, match="another process is writing"):
                shared.add(papers("e"))
            assert time.monotonic() - start < 6
            _, error = process.communicate(timeout=60)
    assert process.returncode == 1
    assert error.splitlines()[-1] == (
        f"paperqa: another process is writing to the library {shared.folder}; "
        "try again when it is done"
    )
    assert "Traceback" not in error
    assert found(shared) == ids("abc")


def test_threads_search_and_ask_one_library_while_it_grows(filled, papers, monkeypatch):
    monkeypatch.setattr(ingest, "BATCH", 4)
    more = papers([f"p{n}" for n in range(40)])

    def ask(adding):
        asked = 0
        while not adding.done() or not asked:
            answer = filled.ask("How much does word error rate rise when 40% of heads are removed?")
            assert answer.citations[0].title.startswith("Pruning Heads")
            assert filled.search("gaps in tide gauges", 3)[0].paper.title.startswith("TideFormer")
            asked += 1
        return asked

    with ThreadPoolExecutor(4) as pool:
        adding = pool.submit(filled.add, more)
        asking = [pool.submit(ask, adding) for _ in range(3)]
        assert adding.result().added == 40
        assert all(asked.result() for asked in asking)
    assert len(filled) == 45
    assert filled.problems() == []


def test_threads_that_write_to_one_library_take_turns(shared, papers):
    files = [papers(names) for names in ("cd", "ef", "gh")]
    with ThreadPoolExecutor(4) as pool:
        adding = [pool.submit(shared.add, file) for file in files]
        removing = pool.submit(shared.remove, *ids("ab"))
    assert [add.result().added for add in adding] == [2, 2, 2]
    assert removing.result() == 2
    assert found(shared) == ids("cdefgh")
    assert_healthy(shared)

"""A library that is damaged, half there, too new or made otherwise says so, and what to do."""

import os
import random
import shutil
import sqlite3
from contextlib import closing

import pytest
from driver import Words, assert_healthy, drive, found, ids, write_papers
from tests.conftest import DATA

from paperqa import Library
from paperqa.errors import IndexDamaged, IndexMismatch, LibraryDamaged, LibraryTooNew
from paperqa.settings import load_settings

QUESTIONS = ("storm on the ferry", "learned gauge tokens", "rank of the error")


def open_library(folder, model="words-16", chunk_tokens=32):
    settings = load_settings(chunk_tokens=chunk_tokens)
    return Library(folder, embedding=Words(model), settings=settings)


def answers(library):
    return [
        [(evidence.paper.id, evidence.best.text) for evidence in library.search(question, 5)]
        for question in QUESTIONS
    ]


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """A library of over 1000 passages, from which Chroma writes its graph to disk."""
    folder = tmp_path_factory.mktemp("good")
    chance = random.Random(1)
    words = "tide wave ship buoy gauge model storm ferry kernel token rank error fog".split()
    sentences = (" ".join(chance.choices(words, k=30)) for _ in range(1100))
    abstracts = [" ".join(f"The {next(sentences)}." for _ in range(100)) for _ in range(11)]
    files = [
        write_papers(folder / f"{n}.jsonl", [f"p{n}"], text) for n, text in enumerate(abstracts)
    ]
    with open_library(folder / "library") as library:
        library.add(*files)
    return folder / "library"


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A library of three papers."""
    folder = tmp_path_factory.mktemp("small")
    with open_library(folder / "library") as library:
        library.add(write_papers(folder / "abc.jsonl", "abc"))
    return folder / "library"


@pytest.fixture
def folder(small, tmp_path):
    """A copy of the small library."""
    return shutil.copytree(small, tmp_path / "library")


def garbage(path):
    path.write_bytes(b"no such thing " * 500)


def truncate(path):
    os.truncate(path, path.stat().st_size // 2)


def empty(path):
    os.truncate(path, 0)


def delete(path):
    shutil.rmtree(path) if path.is_dir() else path.unlink()


DAMAGES = {
    f"{damage.__name__} {where}": (where, damage)
    for where, damage in [
        ("dense", delete),
        ("dense/chroma.sqlite3", garbage),
        ("dense/chroma.sqlite3", truncate),
        ("dense/*-*-*-*", delete),
        ("dense/*/data_level0.bin", truncate),
        ("dense/*/header.bin", truncate),
        ("dense/*/index_metadata.pickle", delete),
        ("lexical-*", delete),
        ("lexical-*/meta.json", garbage),
        ("lexical-*/*.term", delete),
    ]
}


@pytest.fixture(scope="module")
def damaged(good, tmp_path_factory):
    """Damaged copies of the good library, each with what two searches in a process say of it."""
    folder = tmp_path_factory.mktemp("damaged")
    copies = {name: shutil.copytree(good, folder / str(n)) for n, name in enumerate(DAMAGES)}
    for name, (where, damage) in DAMAGES.items():
        (path,) = copies[name].glob(where)
        damage(path)
    said = drive("look", list(copies.values()), 32)  # Chroma may take its process down
    return dict(zip(DAMAGES, zip(copies.values(), said, strict=True), strict=True))


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_index_is_said_and_repaired(damage, damaged, good, paperqa):
    folder, (first, second) = damaged[damage]
    assert first == second
    assert first[0] == "IndexDamaged"
    assert "run `paperqa repair`" in first[1]
    assert "\n" not in first[1]
    done = paperqa("verify", "--library", folder)
    assert done.returncode == 1
    assert "run `paperqa repair`" in done.stderr
    assert done.stderr.count("\n") == 1
    with open_library(good) as library:
        expected = answers(library)
    with open_library(folder) as library:
        assert len(list(library.papers())) == 11
        library.repair()
        assert library.problems() == []
        assert answers(library) == expected


@pytest.mark.parametrize("damage", [garbage, truncate, empty, delete])
def test_a_damaged_catalogue_is_said_and_a_copy_of_it_mends_all(damage, folder, paperqa):
    copy = shutil.copy(folder / "catalogue.db", folder / "copy")
    damage(folder / "catalogue.db")
    with pytest.raises(LibraryDamaged, match="put back a copy of it, or delete") as error:
        open_library(folder)
    assert "\n" not in str(error.value)
    done = paperqa("papers", "--library", folder)
    assert (done.returncode, done.stderr) == (1, f"paperqa: {error.value}\n")
    shutil.copy(copy, folder / "catalogue.db")
    with open_library(folder) as library:
        assert_healthy(library)


def test_an_index_damaged_in_a_crash_is_repaired(folder):
    with closing(sqlite3.connect(folder / "catalogue.db")) as catalogue, catalogue:
        catalogue.execute("INSERT INTO pending VALUES ('doi:10.1234/a')")
    (meta,) = folder.glob("lexical-*/meta.json")
    garbage(meta)
    with open_library(folder) as library:
        with pytest.raises(IndexDamaged):
            found(library)
        library.repair()
        assert_healthy(library)


def test_what_one_process_repairs_works_again_in_another(folder):
    garbage(folder / "dense" / "chroma.sqlite3")
    with open_library(folder) as waiting:
        with pytest.raises(IndexDamaged):
            found(waiting)
        with open_library(folder) as library:
            library.repair()
        assert found(waiting) == ids("abc")


def test_missing_and_extra_passages_are_counted(folder, paperqa):
    with open_library(folder) as library:
        library._stores.dense.put("doi:10.1234/a", [], [])
        library._stores.lexical.put("x", "Harbour", [("x#0", "harbour"), ("x#1", "harbour")])
        library._stores.lexical.commit()
        library._stores.lexical.release()
        assert library.problems() == [
            "the vector index lacks 1 passages; run `paperqa repair`",
            "the word index has 2 passages too many; run `paperqa repair`",
        ]
    assert paperqa("verify", "--library", folder).returncode == 1
    with open_library(folder) as library:
        with pytest.raises(IndexDamaged, match="holds 2 passages, the catalogue 3"):
            found(library)
        library.repair()
        assert_healthy(library)
    done = paperqa("verify", "--library", folder)
    said = f"3 papers in {folder}: all indexes agree with the catalogue\n"
    assert (done.returncode, done.stdout) == (0, said)


def test_a_library_of_a_newer_version_is_left_alone(folder, paperqa):
    with closing(sqlite3.connect(folder / "catalogue.db")) as catalogue:
        catalogue.execute("PRAGMA user_version = 99")
    before = (folder / "catalogue.db").read_bytes()
    with pytest.raises(LibraryTooNew, match=r"format 99, .* update paperqa") as error:
        open_library(folder)
    done = paperqa("papers", "--library", folder)
    assert (done.returncode, done.stderr) == (1, f"paperqa: {error.value}\n")
    assert (folder / "catalogue.db").read_bytes() == before


@pytest.mark.parametrize("other", [{"model": "words-b"}, {"chunk_tokens": 64}])
def test_a_library_made_otherwise_is_indexed_anew_by_repair(other, good, tmp_path):
    folder = shutil.copytree(good, tmp_path / "library")
    more = write_papers(tmp_path / "more.jsonl", "x", "It is about lighthouses.")
    with open_library(folder) as library:
        passages = library._stores.catalogue.count("passages")
    with open_library(folder, **other) as library:
        for use in (lambda: found(library), lambda: library.add(more), library.as_retriever):
            with pytest.raises(IndexMismatch, match="set them back, or run `paperqa repair`"):
                use()
        assert len(library) == 11
        library.repair()
        assert library.problems() == []
        assert (library._stores.catalogue.count("passages") < passages) == ("chunk_tokens" in other)
        library.add(more)
        assert found(library, "It is about lighthouses.", 1) == ids("x")
    with open_library(folder) as library, pytest.raises(IndexMismatch):
        found(library)


def test_a_catalogue_of_format_1_is_read_and_repaired(tmp_path):
    with closing(sqlite3.connect(tmp_path / "catalogue.db")) as catalogue:
        catalogue.executescript((DATA / "catalogue_v1.sql").read_text())
    with Library(tmp_path, embedding=Words()) as library:
        ferries, tides = library.papers()
        assert (ferries.title, tides.title) == ("A Byline for Ferries", "Tides in Brass")
        assert (ferries.published, ferries.organization) == ("2024-10-03", "Harbour Lab")
        with pytest.raises(IndexDamaged):
            library.search("logs of fog")
        library.repair()
        assert library.problems() == []
        evidence = library.search("brass gauges")[0]
        assert evidence.paper == tides
        assert evidence.best.text == "Brass gauges outlast steel ones."

"""The catalogue: filters, transactions that roll back, opening beside another process."""

import sqlite3
import threading

import numpy as np
import pytest

from paperqa.errors import LibraryLocked
from paperqa.index import schema
from paperqa.index.catalogue import Catalogue
from paperqa.index.records import Source
from paperqa.index.rows import EmbeddedPassage
from paperqa.types import Paper, Passage, Where


def paper(name, published=None, organization=None, text="Buoys drift."):
    return Paper(
        id=name,
        title=f"On {name}",
        abstract=text,
        text=text,
        authors=("Ada", "Ümit"),
        organization=organization,
        published=published,
        sources=(f"/{name}.txt",),
    )


PAPERS = (
    paper("tides", "2023-03-03", "Harbour Lab", "Tides rise 100% of the time."),
    paper("ferries", "2021", "The Harbour Laboratory"),
    paper("fog", "2021-11-30", "Mist GmbH", 'Fog hides buoys. It\'s grey; "grey".'),
    paper("undated"),
    paper("yearless", "--07-11", "Harbour Lab"),
)


def passage(of, n=0):
    vector = np.arange(4, dtype=np.float32) + n
    return EmbeddedPassage(
        Passage(f"{of.id}#{n}", of.id, 0, len(of.text), of.text, ((0, 5), (6, len(of.text)))),
        vector,
        np.stack([vector, -vector]),
    )


@pytest.fixture
def catalogue(tmp_path):
    opened = Catalogue(tmp_path / "catalogue.db")
    with opened.transaction():
        for each in PAPERS:
            opened.put_paper(each)
            opened.records.put(each)
            opened.records.put_source(Source(each.sources[0], "hash", None))
            opened.put_passages(each.id, [passage(each)])
    yield opened
    opened.close()


def test_papers_come_back_as_they_were_newest_first(catalogue):
    assert list(catalogue.papers()) == [PAPERS[i] for i in (0, 2, 1, 4, 3)]
    assert catalogue.papers_by_id(["fog", "tides", "no such"]) == {
        "fog": PAPERS[2],
        "tides": PAPERS[0],
    }


@pytest.mark.parametrize(
    ("where", "names"),
    [
        (Where(years=(2021, 2021)), "fog ferries"),
        (Where(years=(2021, 2023)), "tides fog ferries"),
        (Where(years=(2022, 2030)), "tides"),
        (Where(years=(2023, 2021)), ""),
        (Where(organization="harbour lab"), "tides ferries yearless"),
        (Where(organization="100%"), ""),
        (Where(words="BUOYS"), "fog ferries yearless undated"),
        (Where(words="grey fog"), "fog"),
        (Where(words="100%"), "tides"),
        (Where(words="it's"), "fog"),
        (Where(words='"grey"'), "fog"),
        (Where(words="%"), "tides"),
        (Where(paper_ids=("fog", "undated", "no such")), "fog undated"),
        (Where(years=(2021, 2021), organization="harbour", words="drift"), "ferries"),
        (Where(paper_ids=("fog",), words="drift"), ""),
        (Where(), "tides fog ferries yearless undated"),
    ],
)
def test_filters_restrict_papers_passages_and_vectors_alike(catalogue, where, names):
    assert [each.id for each in catalogue.papers(where)] == names.split()
    expected = {f"{name}#0" for name in names.split()}
    every = [f"{each.id}#0" for each in reversed(PAPERS)]
    assert catalogue.fitting([*every, "no such#0"], where) == [
        id_ for id_ in every if id_ in expected
    ]
    assert catalogue.share(where) == len(expected) / len(PAPERS)
    passage_ids, vectors = catalogue.vectors(where)
    assert set(passage_ids) == expected
    assert vectors.shape[0] == len(expected)


def test_passages_come_back_with_their_vectors(catalogue):
    (found_paper, found) = catalogue.passages(["fog#0", "no such#0"])["fog#0"]
    assert found_paper == PAPERS[2]
    assert found.passage == passage(PAPERS[2]).passage
    assert found.vector.tolist() == [0, 1, 2, 3]
    assert found.sentence_vectors.tolist() == [[0, 1, 2, 3], [0, -1, -2, -3]]


def test_vectors_of_passages_come_in_one_block(catalogue):
    found = catalogue.passage_vectors(["tides#0", "fog#0", "no such#0"])
    assert (found.ids, found.paper_ids) == (("fog#0", "tides#0"), ("fog", "tides"))
    assert found.vectors[0].tolist() == [0, 1, 2, 3]
    assert found.sentence_vectors[:2].tolist() == [[0, 1, 2, 3], [0, -1, -2, -3]]
    assert found.starts.tolist() == [0, 2]
    assert catalogue.passage_vectors(["no such#0"]) is None


def test_a_snapshot_does_not_see_what_is_written_meanwhile(catalogue):
    other = Catalogue(catalogue.path)
    with catalogue.snapshot():
        assert catalogue.count() == 5
        with other.transaction():
            other.delete_papers(["fog"])
        assert catalogue.count() == 5
    assert catalogue.count() == 4


def test_more_ids_than_sqlite_takes_at_once(catalogue):
    wanted = [*(f"no such {n}" for n in range(70_000)), "fog"]
    assert list(catalogue.papers_by_id(wanted)) == ["fog"]


def test_an_error_inside_a_transaction_undoes_all_of_it(catalogue):
    def dump():
        return [catalogue.count(table) for table in ("papers", "passages", "pending")], list(
            catalogue.papers()
        )

    before = dump()
    with pytest.raises(KeyboardInterrupt), catalogue.transaction():
        catalogue.delete_papers(["fog", "tides"])
        catalogue.put_paper(paper("new"))
        catalogue.set_meta("generation", "99")
        assert catalogue.count() == 4
        raise KeyboardInterrupt
    assert dump() == before
    assert catalogue.meta("generation") == "0"
    with catalogue.transaction():
        catalogue.put_paper(paper("new"))
    assert catalogue.count() == 6


def test_other_connections_see_all_of_a_transaction_or_nothing(catalogue):
    other = Catalogue(catalogue.path)
    with catalogue.transaction():
        catalogue.delete_papers(["fog", "tides"])
        assert other.count() == 5
    assert other.count() == 3
    other.close()


def test_deleting_a_paper_leaves_a_note_and_its_document_unread(catalogue):
    with catalogue.transaction():
        catalogue.clear_pending(catalogue.pending())
        catalogue.delete_papers(["fog"])
    assert catalogue.pending() == ["fog"]
    assert catalogue.records.of_entries(["fog"]) == {}
    assert catalogue.records.source("/fog.txt") == Source("/fog.txt", None, None)
    assert catalogue.records.source("/tides.txt") == Source("/tides.txt", "hash", None)


def test_opening_waits_for_the_process_that_makes_the_catalogue(tmp_path):
    path = tmp_path / "catalogue.db"
    maker = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    maker.execute("BEGIN IMMEDIATE")
    maker.execute("CREATE TABLE t (x)")
    release = threading.Timer(0.3, lambda: maker.execute("ROLLBACK"))
    release.start()
    opened = Catalogue(path)
    assert opened.count() == 0
    opened.close()
    release.join()
    maker.close()


def test_a_write_that_waits_too_long_says_that_another_writes(catalogue, monkeypatch):
    monkeypatch.setattr(schema, "_WAIT", 0.1)
    other = Catalogue(catalogue.path)
    with catalogue.transaction():
        catalogue.set_meta("x", "1")
        with pytest.raises(LibraryLocked, match="another process"), other.transaction():
            other.set_meta("x", "2")
    assert other.meta("x") == "1"
    other.close()


def test_a_connection_goes_with_its_thread(tmp_path):
    catalogue = Catalogue(tmp_path / "catalogue.db")
    for _ in range(3):
        thread = threading.Thread(target=catalogue.papers)
        thread.start()
        thread.join()
    assert len(catalogue._connections) == 1  # this thread's own
    catalogue.close()

"""Near-duplicates are one paper, whatever the order of files, and part again when they differ."""

import json
import random
from itertools import permutations

import pytest
from driver import Words, assert_healthy, write_papers

from paperqa import Library
from paperqa.index import duplicates, ingest
from paperqa.index.catalogue import Catalogue
from paperqa.index.dense import DenseIndex
from paperqa.index.lexical import LexicalIndex
from paperqa.likeness import Traits
from paperqa.papers import merge
from paperqa.sample import PAPERS
from paperqa.settings import load_settings
from paperqa.types import Where

SAMPLE = [json.loads(line) for line in PAPERS.read_text().splitlines()]
TITLE, ABSTRACT = SAMPLE[0]["title"], SAMPLE[0]["abstract"]
OTHER = SAMPLE[1]["abstract"]
DOI, ARXIV = {"doi": "10.1234/one"}, {"arxiv_id": "2101.00001"}


def revised(abstract, n=1):
    """The abstract with its last `n` sentences replaced."""
    kept = abstract.split(". ")[:-n]
    return ". ".join([*kept, *(f"Version two adds remark number {i} at the end" for i in range(n))])


def row(title=TITLE, abstract=ABSTRACT, **fields):
    return {"title": title, "abstract": abstract} | fields


def write(folder, **files):
    """A JSONL file of rows each."""
    folder.mkdir(exist_ok=True)
    for name, rows in files.items():
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    return [folder / f"{name}.jsonl" for name in files]


@pytest.fixture
def opened(tmp_path):
    """Opens the library of a name."""
    libraries = []

    def opens(name="library", **settings):
        library = Library(
            tmp_path / name, embedding=Words(), settings=load_settings(llm="none", **settings)
        )
        libraries.append(library)
        return library

    yield opens
    for library in libraries:
        library.close()


def state(library):
    """All that must not depend on the order: papers, names, and what the indexes hold."""
    assert library.problems() == []
    catalogue = library._stores.catalogue
    names = catalogue.entries.papers(catalogue.entries.all())
    papers = {paper.id: paper for paper in library.papers()}
    passages = set(catalogue.passage_ids())
    assert {id_.partition("#")[0] for id_ in passages} == set(papers) == set(names.values())
    assert {evidence.paper.id for evidence in library.search("the", 1000)} == set(papers)
    assert_keys_fit(catalogue)
    return papers, names, passages


def assert_keys_fit(catalogue):
    """The keys of each entry are those of its records, and their index holds just them."""
    every = catalogue.entries.all()
    records = catalogue.records.of_entries(every)
    stored = {id_: set(keys) for id_, keys in catalogue.entries.keys(every).items()}
    assert stored == {
        id_: set(Traits(merge(records[id_], {})).keys) if id_ in records else set() for id_ in every
    }
    index = catalogue._execute("SELECT key, id FROM likeness JOIN entries ON number = entry")
    assert sorted(index) == sorted((key, id_) for id_, keys in stored.items() for key in keys)
    assert catalogue.count("likeness") == len(index)


FAMILY = {
    "journal": [row(abstract=revised(ABSTRACT), **DOI, year=2023)],
    "preprint": [row(title=TITLE.upper(), **ARXIV, date="2021-05-03"), row("Tides", OTHER)],
    "listing": [row(title=f"{TITLE}.", authors=["Ada Bay", "Bo Cay"])],
    "own": [row(_id="7", organization="Harbour Lab"), row("Tides", SAMPLE[2]["abstract"])],
}


@pytest.mark.parametrize("batch", [1, 64])
def test_the_order_of_files_makes_no_difference(batch, opened, tmp_path, monkeypatch):
    monkeypatch.setattr(ingest, "BATCH", batch)
    files = write(tmp_path / "files", **FAMILY)
    orders = list(permutations(files))
    states, reports = [], []
    for n, order in enumerate(random.Random(batch).sample(orders, 10)):
        library = opened(f"library-{n}")
        parts = [order] if n % 2 else [[file] for file in order]
        reports.append([library.add(*part) for part in parts])
        states.append(state(library))
    assert [s for s in states if s != states[0]] == []
    papers, names, _ = states[0]
    assert len(papers) == 3
    paper = papers["doi:10.1234/one"]
    assert (paper.published, paper.organization, paper.authors) == (
        "2021-05-03",
        "Harbour Lab",
        ("Ada Bay", "Bo Cay"),
    )
    assert len(paper.sources) == 4
    assert sum(of == paper.id for of in names.values()) == 4
    for some in reports:
        assert sum(report.merged for report in some) == 3
        assert sum(report.added for report in some) == 3
    for whole in reports[1::2]:
        assert (whole[0].updated, whole[0].unchanged) == (0, 0)


def test_a_better_id_takes_the_paper_over_and_the_old_one_still_names_it(opened, tmp_path):
    files = write(tmp_path, listing=[row()], journal=[row(title=TITLE.upper(), **DOI)])
    library = opened()
    assert str(library.add(files[0])) == "added 1, updated 0, unchanged 0"
    (before,) = library.papers()
    report = library.add(files[1])
    assert str(report) == "added 0, updated 1, unchanged 0, merged 1 near-duplicates"
    (paper,) = library.papers()
    assert (before.id[:6], paper.id) == ("title:", "doi:10.1234/one")
    assert library.paper(before.id) == library.paper(paper.id) == paper
    assert len(library.search("the", where=Where(paper_ids=(before.id,)))) == 1
    assert library._stores.catalogue.count("passages") == len(state(library)[2])
    assert str(library.add(*files)) == "added 0, updated 0, unchanged 1"
    assert library.remove(before.id) == 1
    assert state(library) == ({}, {}, set())
    assert library.add(*files).added == 1


def test_a_source_that_changes_parts_what_it_joined(opened, tmp_path):
    files = write(tmp_path, listing=[row()], journal=[row(**DOI)])
    library = opened()
    library.add(*files)
    write(tmp_path, journal=[row("Fog Signals in Ports", OTHER, **DOI)])
    report = library.add(*files)
    assert (report.added, report.updated, report.merged) == (1, 1, 0)
    apart = state(library)
    assert sorted(p.title for p in apart[0].values()) == sorted(["Fog Signals in Ports", TITLE])
    anew = opened("anew")
    anew.add(*files)
    assert state(anew) == apart
    write(tmp_path, journal=[row(**DOI)])
    assert library.add(*files).merged == 1
    assert len(library) == 1


@pytest.mark.parametrize(
    ("rows", "n"),
    [
        ([row("Editorial", ABSTRACT), row("Editorial", OTHER)], 2),
        ([row("Editorial", ABSTRACT), row("EDITORIAL", f"{ABSTRACT} ")], 1),
        ([row(f"{TITLE} Part I", _id="1"), row(f"{TITLE} Part II", _id="2")], 2),
        ([row(doi="10.1234/a"), row(doi="10.1234/b")], 1),
        ([row(doi="10.1234/a"), row(abstract=revised(ABSTRACT, 3), doi="10.1234/b")], 2),
        ([row(doi="10.1234/a"), row(title=f"{TITLE} Again", doi="10.1234/b")], 2),
        ([row(doi="10.1234/a"), row(abstract=revised(ABSTRACT, 3), **ARXIV)], 1),
        ([row(abstract="n/a", _id="1"), row(abstract="n/a", _id="2"), row("Fog", "n/a")], 2),
        ([row("", ABSTRACT, _id="1"), row("", f"{ABSTRACT}\n", _id="2")], 1),
        ([row(_id="1", authors=["Ada Bay"]), row(_id="2", authors=["Bay, A."])], 1),
        ([row(_id="1", authors=["Ada Bay"]), row(_id="2", authors=["Bo Cay"])], 2),
        ([row(url="https://arxiv.org/abs/2101.00001", **DOI), row("Else", **ARXIV)], 1),
    ],
    ids=[
        "one short title, two texts",
        "one short title, one text",
        "two parts",
        "two DOIs, all else the same",
        "two DOIs, another text",
        "two DOIs, another title",
        "DOI and arXiv",
        "no abstract",
        "no title",
        "initials",
        "other authors",
        "an arXiv id in both",
    ],
)
def test_what_is_one_paper_and_what_is_not(rows, n, opened, tmp_path):
    library = opened()
    report = library.add(*write(tmp_path, rows=rows))
    assert len(state(library)[0]) == n
    assert (report.added, report.merged) == (n, len(rows) - n)


def test_nothing_is_one_paper_by_hearsay(opened, tmp_path):
    """B is like A and like C, which are two papers: it goes to the better id."""
    a, c = row(doi="10.1234/a"), row(abstract=revised(ABSTRACT, 2), doi="10.1234/c")
    library = opened()
    library.add(*write(tmp_path, c=[c], b=[row(abstract=revised(ABSTRACT))], a=[a]))
    papers, names, _ = state(library)
    assert set(papers) == {"doi:10.1234/a", "doi:10.1234/c"}
    assert {paper for id_, paper in names.items() if id_.startswith("title:")} == {"doi:10.1234/a"}


def test_what_too_many_share_tells_nothing(opened, tmp_path, monkeypatch):
    """When the one too many comes, those before it part again; and they meet when it goes."""
    monkeypatch.setattr(duplicates, "MOST", 3)
    files = write(tmp_path, **{f"f{n}": [row("Fog", _id=str(n))] for n in range(4)})
    library = opened()
    for n, (added, in_all) in enumerate([(1, 1), (0, 1), (0, 1), (3, 4)]):
        assert library.add(files[n]).added == added
        assert len(state(library)[0]) == in_all
    write(tmp_path, f3=[row("Fog", OTHER, _id="3")])
    assert library.add(files[3]).merged == 2
    assert len(state(library)[0]) == 2


def random_rows(chance):
    """Some rows whose ids stay while their titles' case, texts and authors vary."""
    ids = [{"doi": f"10.1234/{n}"} for n in range(3)] + [
        {"arxiv_id": f"2101.0000{n}"} for n in "12"
    ]
    ids += [{"_id": str(n)} for n in range(4)] + [{}]
    rows = []
    for fields in chance.sample(ids, 4):
        text = chance.choice([ABSTRACT, OTHER])
        rows.append(
            row(
                chance.choice([TITLE, TITLE.upper()]),
                revised(text, chance.choice([1, 2, 4])) if chance.random() < 0.6 else text,
                **fields,
            )
            | chance.choice([{}, {}, {"authors": ["Ada Bay"]}, {"authors": ["Bo Cay"]}])
        )
    return rows


@pytest.mark.parametrize("seed", range(6))
def test_a_library_that_was_edited_is_as_one_made_anew(seed, opened, tmp_path, monkeypatch):
    chance = random.Random(seed)
    monkeypatch.setattr(ingest, "BATCH", 3)
    monkeypatch.setattr(duplicates, "MOST", chance.choice([2, 4, 100]))
    library, held = opened(), {}
    for _ in range(6):
        name = chance.choice("abcd")
        rows = {r.get("doi") or r.get("arxiv_id") or r.get("_id"): r for r in held.get(name, ())}
        rows |= {r.get("doi") or r.get("arxiv_id") or r.get("_id"): r for r in random_rows(chance)}
        held[name] = list(rows.values())
        library.add(*write(tmp_path / "files", **{name: held[name]}))
    files = [tmp_path / "files" / f"{name}.jsonl" for name in held]
    chance.shuffle(files)
    anew = opened("anew")
    anew.add(*files)
    assert state(library) == state(anew)


def assert_healthy_names(library):
    assert library.problems() == []
    assert_keys_fit(library._stores.catalogue)


@pytest.mark.parametrize("batch", [1, 64])
def test_an_edited_note_under_a_short_title_is_updated(batch, opened, tmp_path, monkeypatch):
    monkeypatch.setattr(ingest, "BATCH", batch)
    note = tmp_path / "note.md"
    library = opened()
    note.write_text("# Notes\n\nThe ferry is late. It will wait.")
    library.add(note)
    (before,) = library.papers()
    note.write_text("# Notes\n\nThe ferry is on time.")
    report = library.add(note)
    assert (report.added, report.updated, report.merged) == (0, 1, 0)
    (paper,) = library.papers()
    assert paper.text == "The ferry is on time."
    assert library.paper(before.id) == paper
    note.write_text("# Notes\n\nThe ferry is gone.")
    library.add(note)
    assert library.paper(before.id).text == "The ferry is gone."
    assert len(library) == 1
    assert library.problems() == []


def test_without_merging_every_record_is_a_paper(opened, tmp_path):
    files = write(tmp_path / "files", **FAMILY)
    library = opened(merge_duplicates=False)
    assert library.add(*files).added == len(library) == 6
    assert library._stores.catalogue.count("likeness") == 0
    library.close()
    report = opened().add(*files)
    assert (report.updated, report.unchanged, report.merged) == (1, 2, 3)
    merged = state(opened())
    anew = opened("anew")
    anew.add(*files)
    assert state(anew) == merged
    report = opened(merge_duplicates=False).add(*files)
    assert (report.added, report.merged) == (3, 0)
    assert len(opened()) == 6


def test_pages_date_one_paper_under_two_names(opened, tmp_path):
    """Which page a year comes from is told by all names of a paper."""
    files = write(
        tmp_path,
        page=[row(date="Jul 11"), row("Fog Signals in Small Ports", OTHER, date="Jul 9")],
        journal=[row(date="2023-07-11", **DOI)],
    )
    library = opened()
    library.add(*files)
    published = {p.title: p.published for p in library.papers()}
    assert published == {TITLE: "2023-07-11", "Fog Signals in Small Ports": "2023-07-09"}
    assert_healthy_names(library)


@pytest.mark.parametrize(
    ("owner", "step", "id_"),
    [
        (Catalogue, "put_paper", "title:"),
        (Catalogue, "put_passages", "title:"),
        (DenseIndex, "put", "doi:"),
        (LexicalIndex, "put", "doi:"),
        (LexicalIndex, "commit", "doi:"),
        (Catalogue, "clear_pending", "doi:"),
    ],
)
def test_a_paper_has_one_id_wherever_its_move_is_cut_short(
    owner, step, id_, opened, tmp_path, monkeypatch
):
    files = write(tmp_path, listing=[row()], journal=[row(title=TITLE.upper(), **DOI)])
    library = opened()
    library.add(files[0])
    with monkeypatch.context() as broken:
        broken.setattr(owner, step, fail)
        with pytest.raises(OSError, match="power cut"):
            library.add(files[1])
    library.close()
    library = opened()
    (paper,) = library.papers()
    assert paper.id.startswith(id_)
    assert {evidence.paper.id for evidence in library.search("the")} == {paper.id}
    library.add(files[1])
    assert set(state(library)[0]) == {"doi:10.1234/one"}


def fail(*_):
    raise OSError("power cut")


def test_papers_alike_by_template_stay_apart(opened, tmp_path):
    library = opened()
    library.add(write_papers(tmp_path / "papers.jsonl", "abcdef", ABSTRACT))
    assert len(library) == 6
    assert_healthy(library)

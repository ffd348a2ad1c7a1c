"""Adding: what is unchanged is free, what changed is updated, what can't be read is named."""

import json

import pytest
from driver import Words, assert_healthy, found, ids, write_papers

from paperqa import Library
from paperqa.errors import InputError
from paperqa.index import ingest


@pytest.fixture
def model():
    """An embedding model that remembers what it was given."""
    return Words()


@pytest.fixture
def library(tmp_path, model):
    """An empty library of that model."""
    with Library(tmp_path / "library", embedding=model) as opened:
        yield opened


def counts(report):
    return report.added, report.updated, report.unchanged


def paper_of(library, name):
    return {paper.id: paper for paper in library.papers()}[f"doi:10.1234/{name}"]


def test_adding_again_is_free(library, model, tmp_path):
    files = [write_papers(tmp_path / "ab.jsonl", "ab"), write_papers(tmp_path / "c.jsonl", "c")]
    assert counts(library.add(*files)) == (3, 0, 0)
    before = list(library.papers())
    model.texts.clear()
    assert counts(library.add(*files)) == (0, 0, 3)
    assert counts(library.add(tmp_path)) == (0, 0, 3)
    assert model.texts == []
    assert list(library.papers()) == before


def test_a_changed_abstract_is_updated_and_its_old_words_are_gone(library, model, tmp_path):
    file = write_papers(tmp_path / "ab.jsonl", "ab", "A lighthouse blinks.")
    library.add(file)
    write_papers(tmp_path / "a.jsonl", "a", "A foghorn sounds, and sounds again.")
    file.write_text((tmp_path / "a.jsonl").read_text() + file.read_text().splitlines()[1])
    model.texts.clear()
    assert counts(library.add(file)) == (0, 1, 1)
    assert model.texts
    assert all("foghorn" in text for text in model.texts)
    words = library._stores.lexical
    assert [id_ for id_, _ in words.search("foghorn", 9)] == ["doi:10.1234/a#0"]
    assert [id_ for id_, _ in words.search("lighthouse", 9)] == ["doi:10.1234/b#0"]
    assert library.search("A foghorn sounds")[0].best.text.endswith("sounds again.")
    assert_healthy(library)


def test_a_changed_fact_is_updated_without_embedding(library, model, tmp_path):
    file = write_papers(tmp_path / "a.jsonl", "a")
    library.add(file)
    file.write_text(json.dumps(json.loads(file.read_text()) | {"year": 2021}))
    model.texts.clear()
    assert counts(library.add(file)) == (0, 1, 0)
    assert model.texts == []
    assert paper_of(library, "a").year == 2021


def test_a_copied_or_renamed_file_is_unchanged_with_one_more_source(library, model, tmp_path):
    file = write_papers(tmp_path / "ab.jsonl", "ab")
    library.add(file)
    model.texts.clear()
    (tmp_path / "copy.jsonl").write_bytes(file.read_bytes())
    assert counts(library.add(tmp_path / "copy.jsonl")) == (0, 0, 2)
    file.rename(tmp_path / "renamed.jsonl")
    assert counts(library.add(tmp_path / "renamed.jsonl")) == (0, 0, 2)
    assert model.texts == []
    expected = tuple(f"{tmp_path}/{name}.jsonl" for name in ("ab", "copy", "renamed"))
    assert paper_of(library, "a").sources == expected


@pytest.mark.parametrize("batch", [1, 2, 64])
def test_several_files_tell_of_one_paper_whatever_their_order(batch, tmp_path, monkeypatch):
    monkeypatch.setattr(ingest, "BATCH", batch)
    rows = [
        {"abstract": "Short."},
        {"abstract": "This is the longest abstract of all.", "year": 2020},
        {"abstract": "Shorter than that.", "date": "2020-05-01", "authors": ["A", "B"]},
    ]
    files = []
    for n, row in enumerate(rows):
        files.append(tmp_path / f"{n}.jsonl")
        other = {"doi": f"10.1234/only-{n}", "title": "Other", "abstract": "Other."}
        paper = {"doi": "10.1234/x", "title": "Tides"} | row
        files[-1].write_text(f"{json.dumps(paper)}\n{json.dumps(other)}\n")
    results = []
    for n, order in enumerate((files, files[::-1])):
        with Library(tmp_path / f"library-{n}", embedding=Words()) as library:
            assert counts(library.add(*order)) == (4, 0, 0)
            results.append(sorted(library.papers(), key=lambda paper: paper.id))
            assert library.problems() == []
    assert results[0] == results[1]
    paper = {paper.id: paper for paper in results[0]}["doi:10.1234/x"]
    assert paper.abstract == "This is the longest abstract of all."
    assert (paper.published, paper.authors) == ("2020-05-01", ("A", "B"))
    assert paper.sources == tuple(map(str, files))


def test_a_removed_paper_is_gone_until_its_file_is_added_again(library, tmp_path):
    file = write_papers(tmp_path / "abc.jsonl", "abc")
    library.add(file)
    before = list(library.papers())
    assert library.remove(*ids("ab"), "no such paper") == 2
    assert library.remove(*ids("ab")) == 0
    assert found(library) == ids("c")
    assert_healthy(library)
    assert counts(library.add(file)) == (2, 0, 1)
    assert list(library.papers()) == before
    assert_healthy(library)


def test_what_can_not_be_read_is_named_and_the_rest_goes_in(library, listing, tmp_path):
    folder = tmp_path / "papers"
    folder.mkdir()
    page, table, broken, figure = (
        folder / name for name in ("page.txt", "table.csv", "broken.jsonl", "figure.png")
    )
    stray = "This line belongs to no entry."
    page.write_text(f"{listing.read_text()}\n\n{stray}\n")
    line = page.read_text().split("\n").index(stray) + 1
    table.write_text("title,abstract\nTides,They rise.\nFerries,\n")
    broken.write_text('{"title": "Fog", "abstract": "It lifts."}\n{"title": \n')
    figure.write_bytes(b"\x89PNG")
    report = library.add(folder)
    assert counts(report) == (6, 0, 0)
    assert report.skipped == (str(figure),)
    where = [(rejection.source, rejection.line) for rejection in report.rejected]
    assert where == [(str(broken), 2), (str(page), line), (str(table), 3)]
    assert "Fog" not in [paper.title for paper in library.papers()]
    assert counts(library.add(folder)) == (0, 0, 6)


def test_pasted_text_is_added_once(library, model):
    text = "Fog Signals\n\nA horn is heard for five miles. A bell is not."
    assert counts(library.add_text(text)) == (1, 0, 0)
    model.texts.clear()
    assert counts(library.add_text(text.encode())) == (0, 0, 1)
    assert model.texts == []
    (paper,) = library.papers()
    assert (paper.title, paper.sources[0][:7]) == ("Fog Signals", "pasted:")
    assert library.search("horn")[0].best.text == "A horn is heard for five miles."


def test_pasted_text_may_be_a_page(library, listing):
    assert counts(library.add_text(listing.read_text())) == (5, 0, 0)
    assert library.add_text(" \n ").rejected[0].reason


def test_the_day_a_page_was_saved_dates_its_papers(library, listing):
    library.add(listing)
    title = "What Do Ferries Know? A Survey of Marine Forecasting"
    published = {paper.title: paper.published for paper in library.papers()}
    assert published[title] == "--07-11"
    report = library.add(listing, saved_on={str(listing): "2025-11-20"})
    assert counts(report) == (0, 3, 2)
    published = {paper.title: paper.published for paper in library.papers()}
    assert published[title] == "2025-07-11"
    assert counts(library.add(listing)) == (0, 0, 5)
    assert {paper.title: paper.published for paper in library.papers()} == published


def test_a_second_page_tells_when_the_first_was_saved(library, listing, tmp_path):
    library.add(listing)
    later = tmp_path / "later.txt"
    later.write_text(listing.read_text().replace("Jul 11\n", "Jul 11, 2025\n"))
    library.add(later)
    published = {paper.title: paper.published for paper in library.papers()}
    assert published["TideFormer: A Transformer for Tide Gauges"] == "2025-10-03"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"other.txt": "2025-01-01"}, "not among the files to add"),
        ({"page.txt": "yesterday"}, "must be YYYY-MM-DD"),
        ({"page.txt": "2025-02-30"}, "must be YYYY-MM-DD"),
    ],
)
def test_a_wrong_saved_on_is_refused_before_anything_is_added(
    given, message, library, listing, tmp_path
):
    for name in ("page.txt", "other.txt"):
        (tmp_path / name).write_bytes(listing.read_bytes())
    saved_on = {str(tmp_path / name): day for name, day in given.items()}
    with pytest.raises(InputError, match=message):
        library.add(tmp_path / "page.txt", saved_on=saved_on)
    assert len(library) == 0


def test_a_path_that_is_not_there_is_refused_before_anything_is_added(library, tmp_path):
    with pytest.raises(InputError, match=r"nowhere\.txt: there is no such file"):
        library.add(write_papers(tmp_path / "a.jsonl", "a"), tmp_path / "nowhere.txt")
    assert len(library) == 0


def test_an_error_of_the_model_leaves_whole_batches(tmp_path, monkeypatch):
    monkeypatch.setattr(ingest, "BATCH", 2)

    class Failing(Words):
        def _get_text_embedding(self, text):
            if "Harbour d." in text:
                raise RuntimeError("out of memory")
            return super()._get_text_embedding(text)

    file = write_papers(tmp_path / "papers.jsonl", "abcdef")
    with Library(tmp_path / "library", embedding=Failing()) as library:
        with pytest.raises(RuntimeError, match="out of memory"):
            library.add(file)
        assert found(library) == ids("ab")
        assert_healthy(library)
    with Library(tmp_path / "library", embedding=Words()) as library:
        assert counts(library.add(file)) == (4, 0, 2)
        assert_healthy(library)


def test_progress_counts_up_to_all_papers(library, tmp_path, monkeypatch):
    monkeypatch.setattr(ingest, "BATCH", 2)
    seen = []
    file = write_papers(tmp_path / "papers.jsonl", "abcde")
    library.add(file, progress=lambda done, known: seen.append((done, known)))
    assert seen == [(2, 5), (4, 5), (5, 5)]


def test_the_library_leaves_its_own_files_alone(library, tmp_path):
    write_papers(tmp_path / "a.jsonl", "a")
    (library.folder / "notes.txt").write_text("Not a paper")
    report = library.add(tmp_path)
    assert counts(report) == (1, 0, 0)
    assert report.skipped == ()

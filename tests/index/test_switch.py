"""Another embedding model or chunk size: built beside the old index, then taken, all or nothing."""

import shutil

import pytest
from driver import Words, assert_healthy, found, ids, write_papers

from paperqa import Library
from paperqa.errors import IndexMismatch
from paperqa.index import switch
from paperqa.settings import load_settings

NAMES = "abcdefgh"


class Watched(Words):
    """Calls back before each text; what raises there stops the work, as a kill would."""

    _before = None

    def _get_text_embedding(self, text):
        if self._before is not None:
            self._before(text)
        return super()._get_text_embedding(text)


def opened(folder, model="words-16", **settings):
    model = Words(model) if isinstance(model, str) else model
    return Library(folder, embedding=model, settings=load_settings(**settings))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A library of eight papers, taken over two at a time."""
    monkeypatch.setattr(switch, "BATCH", 2)
    with opened(tmp_path / "library") as library:
        library.add(write_papers(tmp_path / "papers.jsonl", NAMES))
    return tmp_path / "library"


def interrupted(folder, at, error=KeyboardInterrupt):
    """Change to words-b as far as the paper `at`; gives what was embedded before."""
    model = Watched("words-b")

    def stop(text):
        if f"Harbour {at}." in text:
            raise error

    model._before = stop
    with opened(folder, model) as library, pytest.raises(error):
        library.repair()
    return model.texts


def of_papers(texts):
    return {text.split(".")[0] for text in texts if text.startswith("Harbour")}


def test_the_old_index_answers_until_the_new_one_is_complete(folder):
    model, seen = Watched("words-b"), []
    with opened(folder) as other, opened(folder, model) as library:

        def search(text):
            assert found(other) == ids(NAMES)
            seen.append(text)

        model._before = search
        steps = []
        library.repair(lambda done, total: steps.append((done, total)))
        assert len(of_papers(seen)) == 8
        assert steps == [(0, 8), (2, 8), (4, 8), (6, 8), (8, 8)]
        assert found(library) == ids(NAMES)
        assert_healthy(library)
        with pytest.raises(IndexMismatch, match="was indexed with words-b"):
            other.search("harbour")
        with pytest.raises(IndexMismatch, match=r"run `paperqa repair` to build that index beside"):
            other.add(folder.parent / "papers.jsonl")
    with opened(folder, "words-b") as library:
        assert_healthy(library)
        assert library.add(folder.parent / "papers.jsonl").unchanged == 8


def test_an_open_retriever_notices_the_change(folder):
    with opened(folder) as other, opened(folder, "words-b") as library:
        retriever = other.as_retriever()
        assert retriever.retrieve("harbour")
        library.repair()
        with pytest.raises(IndexMismatch):
            retriever.retrieve("harbour")


def test_an_interrupted_change_goes_on_where_it_stopped(folder):
    before = of_papers(interrupted(folder, "f"))
    assert before >= {f"Harbour {name}" for name in "abcd"}
    with opened(folder) as library:
        assert_healthy(library)
    model = Words("words-b")
    with opened(folder, model) as library:
        with pytest.raises(IndexMismatch):
            library.search("harbour")
        library.repair()
        assert of_papers(model.texts) == {f"Harbour {name}" for name in "efgh"}
        assert_healthy(library)


def test_what_changed_meanwhile_is_in_the_new_index(folder):
    interrupted(folder, "g")
    with opened(folder) as library:
        library.remove(*ids("a"))
        changed = write_papers(folder.parent / "more.jsonl", "bx", "It is about ferries.")
        changed_all = library.add(changed)
        assert (changed_all.added, changed_all.updated) == (1, 1)
        assert_healthy(library)
        texts = {paper.id: paper.text for paper in library.papers()}
    model = Words("words-b")
    with opened(folder, model) as library:
        library.repair()
        assert of_papers(model.texts) == {f"Harbour {name}" for name in "bghx"}
        assert found(library) == ids("bcdefghx")
        assert library._stores.catalogue.count("passages") == 8
        assert_healthy(library)
        assert {paper.id: paper.text for paper in library.papers()} == texts


@pytest.mark.parametrize("damaged", ["catalogue.db", "dense/chroma.sqlite3", "lexical-1/meta.json"])
def test_a_half_built_index_that_is_damaged_is_built_anew(folder, damaged):
    interrupted(folder, "g")
    (path,) = folder.glob(f"index-*/{damaged}")
    path.write_bytes(b"no such thing " * 500)
    with opened(folder) as library:
        assert_healthy(library)
    with opened(folder, "words-b") as library:
        library.repair()
        assert_healthy(library)


def test_what_is_given_up_is_swept_away(folder):
    interrupted(folder, "g")
    with opened(folder, "words-c") as library:
        library.repair()
        assert_healthy(library)
    assert len(list(folder.glob("index-*"))) == 1
    assert not [path for name in ("dense*", "lexical-*") for path in folder.glob(name)]
    interrupted(folder, "c")
    with opened(folder, "words-c") as library:
        library.repair()
        assert_healthy(library)
        assert found(library) == ids(NAMES)
    assert len(list(folder.rglob("chroma.sqlite3"))) == 1


def test_there_and_back_again(folder):
    for model in ("words-b", "words-16"):
        with opened(folder, model) as library:
            library.repair()
            assert_healthy(library)
            library.repair()  # the same model: both indexes anew
            assert_healthy(library)


def test_an_index_in_use_is_not_what_is_built_over(folder):
    """Emptied and filled by another model, a library keeps the folder that the first one made."""
    with opened(folder, "words-b") as library:
        library.repair()
        library.remove(*ids(NAMES))
    with opened(folder) as library:
        library.add(write_papers(folder.parent / "new.jsonl", NAMES))
    interrupted(folder, "c")
    with opened(folder) as library:
        assert_healthy(library)
    with opened(folder, "words-b") as library:
        library.repair()
        assert_healthy(library)


def test_another_chunk_size_has_other_words_too(folder, tmp_path):
    text = " ".join(f"The {word} is at sea." for word in ("buoy", "gauge", "ferry", "kelp") * 8)
    with opened(folder) as library:
        library.add(write_papers(tmp_path / "long.jsonl", "z", text))
        passages = library._stores.catalogue.count("passages")
    with opened(folder, chunk_tokens=32) as library:
        library.repair()
        assert library._stores.catalogue.count("passages") > passages
        assert_healthy(library)


def test_a_catalogue_that_is_lost_is_not_made_anew_beside_its_indexes(folder):
    from paperqa.errors import LibraryDamaged

    with opened(folder, "words-b") as library:
        library.repair()
    for file in folder.glob("catalogue.db*"):
        file.unlink()
    with pytest.raises(LibraryDamaged):
        opened(folder, "words-b")


def test_from_one_real_model_to_another_and_back(tmp_path, listing, potion):
    question = "Which method replaces the softmax by a learned kernel?"
    titles = []
    for name in ("minilm", "potion", "minilm"):
        with Library(tmp_path / "library", settings=load_settings(embedding=name)) as library:
            if len(library):
                with pytest.raises(IndexMismatch):
                    library.ask(question)
                library.repair()
            else:
                library.add(listing)
            assert library.problems() == []
            titles.append(library.ask(question).citations[0].title)
    assert len(set(titles)) == 1
    assert titles[0].startswith("LanternNet")


def test_a_server_with_another_model_by_the_same_name_is_noticed(tmp_path, listing, monkeypatch):
    from tests.fake_vendor import bins, serving

    with serving() as (url, seen):
        settings = load_settings(embedding=f"{url}#m")
        with Library(tmp_path / "library", settings=settings) as library:
            library.add(listing)
        with Library(tmp_path / "library", settings=settings) as library:
            assert len(library.search("softmax")) == 5
            n = len(seen)
            library.search("tides")
            assert len(seen) == n + 1
    with serving(vectors=lambda texts: [row[::-1] for row in bins(texts)]) as (url, _):
        settings = load_settings(embedding=f"{url}#m")
        shutil.copytree(tmp_path / "library", tmp_path / "copy")
        with Library(tmp_path / "copy", settings=settings) as library:
            with pytest.raises(IndexMismatch, match="m gives other vectors than"):
                library.search("softmax")
            with pytest.raises(IndexMismatch, match="m gives other vectors than"):
                library.add(listing)

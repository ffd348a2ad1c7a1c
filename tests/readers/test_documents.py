"""Finding and opening documents: folders, kinds, sizes, packed files and pasted text."""

import gzip
import hashlib
import io
import json
import os
import random
from pathlib import Path

import pytest

from paperqa.errors import InputError
from paperqa.readers import READERS, Document, Unreadable, find_documents, read
from paperqa.readers import document as document_module

STORY = "Ferries on Ice\n\nThey cross the bay.\n"


def write(path: Path, text: str = STORY) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("suffix", "reason"),
    [
        (".pdf", "^PDF files aren't read yet; these are: "),
        (".bib", "^BibTeX files aren't read yet; these are: "),
        (".docx", r"^\.docx files aren't read; these are: "),
    ],
)
def test_a_kind_without_a_reader_says_so_and_names_those_that_have(suffix, reason):
    with pytest.raises(Unreadable, match=reason) as caught:
        read(Document(f"paper{suffix}", suffix, io.BytesIO))
    assert caught.value.reason.split(": ")[1].split() == sorted(filter(None, READERS))


def test_a_named_file_without_a_reader_is_reported(library, tmp_path):
    report = library.add(write(tmp_path / "paper.pdf"), write(tmp_path / "NOTES.TXT"))
    assert report.added == 1
    assert [str(r) for r in report.rejected] == [
        f"{(tmp_path / 'paper.pdf').resolve()}: PDF files aren't read yet; these are: "
        ".csv .htm .html .jsonl .markdown .md .ndjson .tsv .txt"
    ]


def test_a_folder_is_searched_downwards_in_the_alphabets_order(tmp_path):
    names = ["b.txt", "a.md", "sub/deep/c.csv", "sub/a.HTML", "d.jsonl.gz"]
    for name in names:
        write(tmp_path / name)
    documents, skipped = find_documents([tmp_path])
    found = [Path(d.name).relative_to(tmp_path.resolve()).as_posix() for d in documents]
    assert found == ["a.md", "b.txt", "d.jsonl.gz", "sub/a.HTML", "sub/deep/c.csv"]
    assert skipped == []


def test_kinds_without_a_reader_in_a_folder_are_skipped_and_hidden_files_left_alone(
    library, tmp_path
):
    folder = tmp_path / "papers"
    for name in ("a.txt", "image.png", "sub/paper.pdf", "README", "tables.tar.gz"):
        write(folder / name)
    for name in (".hidden.txt", ".git/b.txt", "sub/.cache/c.txt"):
        write(folder / name, "Hidden\n\nNobody reads this.\n")
    report = library.add(folder)
    assert [p.title for p in library.papers()] == ["Ferries on Ice"]
    assert report.rejected == ()
    assert [Path(s).relative_to(folder).as_posix() for s in report.skipped] == [
        "README",
        "image.png",
        "tables.tar.gz",
        "sub/paper.pdf",
    ]


def test_a_file_is_taken_once_however_often_it_is_named(tmp_path):
    file = write(tmp_path / "a.txt")
    (tmp_path / "link.txt").symlink_to(file)
    documents, _ = find_documents([file, tmp_path, tmp_path / ".." / tmp_path.name / "a.txt"])
    assert [d.name for d in documents] == [str(file.resolve())]


def test_a_file_named_outright_may_be_hidden_or_without_a_suffix(tmp_path):
    files = [write(tmp_path / ".notes.txt"), write(tmp_path / "NOTES")]
    documents, _ = find_documents(files)
    assert [[p.title for p in read(d)] for d in documents] == [["Ferries on Ice"]] * 2


def test_a_folder_without_a_readable_file_is_refused(tmp_path):
    write(tmp_path / "image.png")
    with pytest.raises(InputError, match=r"holds no file that can be read; these are: \.csv "):
        find_documents([tmp_path])


@pytest.mark.parametrize("name", ["nowhere.txt", "nowhere/a.txt", "x" * 5000])
def test_a_path_that_is_not_there_is_refused_before_anything_is_read(library, tmp_path, name):
    with pytest.raises(InputError):
        library.add(write(tmp_path / "a.txt"), tmp_path / name)
    assert len(library) == 0


def test_a_link_to_nowhere_in_a_folder_is_reported(library, tmp_path):
    folder = tmp_path / "papers"
    write(folder / "a.txt")
    (folder / "b.txt").symlink_to(tmp_path / "nowhere.txt")
    report = library.add(folder)
    assert report.added == 1
    assert ["can't be read" in r.reason for r in report.rejected] == [True]


def test_a_file_name_that_is_not_unicode_can_be_written_down():
    assert Document.from_path(Path(os.fsdecode(b"ferries-\xff.txt"))).name.encode()


def test_the_hash_is_that_of_the_unpacked_content(tmp_path):
    plain, packed = write(tmp_path / "a.txt"), tmp_path / "a.txt.gz"
    packed.write_bytes(gzip.compress(STORY.encode()))
    expected = hashlib.sha256(STORY.encode()).hexdigest()
    assert Document.from_path(plain).sha256() == expected
    assert Document.from_path(packed).sha256() == expected
    assert Document.from_bytes(STORY.encode()).sha256() == expected


def test_an_empty_file_is_reported(library, tmp_path):
    report = library.add(write(tmp_path / "a.txt", ""), write(tmp_path / "b.txt"))
    assert report.added == 1
    assert [r.reason for r in report.rejected] == ["the file is empty"]


def test_pasted_text_is_added(library, listing):
    assert library.add_text(listing.read_text()).added == 5
    assert library.add_text(STORY.encode()).added == 1
    assert "Ferries on Ice" in {p.title for p in library.papers()}


def test_nothing_pasted_is_reported(library):
    report = library.add_text("")
    assert [r.reason for r in report.rejected] == ["the file is empty"]


def packed_rows() -> bytes:
    words = random.Random(1).choices("abcdefgh ", k=5000)
    return gzip.compress(json.dumps({"abstract": "".join(words)}).encode())


@pytest.mark.parametrize(
    "data",
    [
        packed_rows()[:200],
        packed_rows()[:40] + b"\xff" * 20 + packed_rows()[60:],
        b'{"abstract": "not packed"}',
    ],
    ids=["cut off", "corrupt", "not packed"],
)
def test_a_broken_packed_file_is_unreadable(tmp_path, data):
    path = tmp_path / "rows.jsonl.gz"
    path.write_bytes(data)
    document = Document.from_path(path)
    with pytest.raises(Unreadable, match="can't be read"):
        list(read(document))
    with pytest.raises(Unreadable, match="can't be read"):
        document.sha256()


def test_a_text_over_the_limit_is_unreadable(monkeypatch):
    monkeypatch.setattr(document_module, "MAX_TEXT", len(STORY))
    assert Document.from_bytes(STORY.encode()).text() == STORY
    with pytest.raises(Unreadable, match="split it"):
        Document.from_bytes(STORY.encode() + b"!").text()


def test_a_forbidden_file_is_unreadable():
    def forbidden():
        raise PermissionError

    with pytest.raises(Unreadable, match="no permission"):
        Document("a.txt", ".txt", forbidden).text()

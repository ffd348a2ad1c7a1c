"""Uploads: what they are called and where they lie, what is rejected, adding and removing."""

import json
import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from filelock import FileLock

from paperqa.errors import LibraryLocked
from paperqa.ui.uploads import LARGEST, add_uploads, keep, safe_name


def papers(path, *titles):
    path.parent.mkdir(exist_ok=True)
    rows = ({"title": title, "abstract": f"{title} drift."} for title in titles)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def counts(report):
    return report.added, report.updated, report.unchanged


def stored(library):
    return sorted(file.name for file in (library.folder / "uploads").iterdir())


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("papers.csv", "papers.csv"),
        ("論文 über Bojen.txt", "論文 über Bojen.txt"),
        ("u\N{COMBINING DIAERESIS}ber.txt", "über.txt"),
        ("../../etc/passwd.txt", "passwd.txt"),
        (r"C:\papers\..\new.md", "new.md"),
        ("a\0b\n.txt", "ab.txt"),
        ("a\N{RIGHT-TO-LEFT OVERRIDE}txt.csv", "atxt.csv"),
        ('what?<is>"this".txt', "what__is__this_.txt"),
        ("NUL.csv", "_NUL.csv"),
        ("com1", "_com1"),
        ("console.csv", "console.csv"),
        (".hidden.md", "hidden.md"),
        ("trailing. ", "trailing"),
        ("..", "_"),
        ("", "_"),
        ("é" * 300 + ".jsonl", "é" * 100 + ".jsonl"),  # 200 bytes
    ],
)
def test_a_name_means_the_same_everywhere_and_leads_nowhere(given, name):
    assert safe_name(given) == name


def test_good_files_go_in_though_others_are_rejected(library, tmp_path):
    good = papers(tmp_path / "good.jsonl", "Buoys", "Tides")
    (tmp_path / "half.jsonl").write_text(
        '{"title": "Fog", "abstract": "Fog."}\n{"title": "No text"}\n'
    )
    (tmp_path / "cut.jsonl").write_text('{"title": "Kelp"\n')
    (tmp_path / "empty.txt").touch()
    (tmp_path / "binary.txt").write_bytes(b"\0\1")
    (tmp_path / "scan.pdf").write_bytes(b"%PDF")
    (tmp_path / "packed.jsonl.gz").write_bytes(b"")
    names = "half.jsonl cut.jsonl empty.txt binary.txt scan.pdf packed.jsonl.gz".split()
    report = add_uploads(library, [good, *(tmp_path / name for name in names)])
    assert counts(report) == (3, 0, 0)
    assert {each.source for each in report.rejected} == set(names)
    words = [str(each) for each in report.rejected]
    assert "half.jsonl, line 2: this row has neither abstract nor text" in words
    assert "empty.txt: the file is empty" in words
    assert any(line.startswith("cut.jsonl, line 1: not valid JSON") for line in words)
    assert any(line.startswith("scan.pdf: PDF files aren't read yet") for line in words)
    assert any(line.startswith("packed.jsonl.gz: .gz files aren't read") for line in words)
    assert stored(library) == ["good.jsonl", "half.jsonl"]


def test_a_file_that_is_too_large_is_not_even_read(library, tmp_path):
    (tmp_path / "large.txt").touch()
    os.truncate(tmp_path / "large.txt", LARGEST + 1)
    report = add_uploads(library, [tmp_path / "large.txt"])
    assert [str(each) for each in report.rejected] == [
        "large.txt: the file is over 50 MB; split it into several"
    ]
    assert not (library.folder / "uploads").exists()


def test_the_same_upload_again_is_unchanged_until_its_paper_is_removed(library, tmp_path):
    file = papers(tmp_path / "new.jsonl", "Buoys", "Tides")
    assert counts(add_uploads(library, [file])) == (2, 0, 0)
    assert counts(add_uploads(library, [file])) == (0, 0, 2)
    library.remove(next(p.id for p in library.papers() if p.title == "Tides"))
    assert counts(add_uploads(library, [file])) == (1, 0, 1)
    assert stored(library) == ["new.jsonl"]
    assert {p.sources for p in library.papers()} == {(str(library.folder / "uploads/new.jsonl"),)}


def test_another_file_of_the_same_name_is_numbered(library, tmp_path):
    files = [papers(tmp_path / title / "new.jsonl", title) for title in ("Buoys", "Tides", "Fog")]
    for file in (*files, files[1]):
        add_uploads(library, [file])
    assert stored(library) == ["new (2).jsonl", "new (3).jsonl", "new.jsonl"]
    assert (library.folder / "uploads/new (2).jsonl").read_bytes() == files[1].read_bytes()
    assert sorted(p.title for p in library.papers()) == ["Buoys", "Fog", "Tides"]


def test_uploads_of_one_name_at_once_keep_all_contents(tmp_path):
    files = [papers(tmp_path / f"of{n}" / "new.jsonl", f"Buoys {n}") for n in range(16)]
    with ThreadPoolExecutor(8) as pool:
        kept = list(pool.map(lambda file: keep(file, tmp_path / "uploads"), files))
    assert [file.read_bytes() for file in kept] == [file.read_bytes() for file in files]


def test_adding_the_folder_around_the_library_leaves_uploads_alone(library, tmp_path):
    add_uploads(library, [papers(tmp_path / "new.jsonl", "Buoys")])
    library.remove(*(paper.id for paper in library.papers()))
    papers(tmp_path / "new.jsonl", "Tides")
    assert counts(library.add(tmp_path)) == (1, 0, 0)


def test_while_another_process_writes_the_upload_is_kept_for_the_next_try(library, tmp_path):
    file = papers(tmp_path / "new.jsonl", "Buoys")
    with (
        FileLock(library.folder / "write.lock"),
        pytest.raises(LibraryLocked, match="try again when it is done"),
    ):
        add_uploads(library, [file])
    assert counts(add_uploads(library, [file])) == (1, 0, 0)
    assert stored(library) == ["new.jsonl"]

"""Full disks and forbidden places: said in one sentence, and nothing of the library is lost."""

import os
import shutil
import subprocess

import pytest
from driver import Words, assert_healthy, cli, drive, found, write_papers
from tests.conftest import skip

from paperqa import Library

# The catalogue, Chroma, tantivy and Chroma's compaction: each is the first to meet one of these.
SIZES = ("16k", "64k", "300k", "700k", "1500k", "2500k")


@pytest.fixture(scope="module")
def namespace():
    """What runs a command where it may mount disks."""
    prefix = ["unshare", "--user", "--map-root-user", "--mount"]
    try:
        allowed = not subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode
    except FileNotFoundError:
        allowed = False
    if not allowed:
        skip("this machine forbids user namespaces (unshare), in which a small disk is mounted")
    return prefix


@pytest.fixture(scope="module")
def unprivileged():
    """What runs a command without root's right to read and write everything."""
    if os.geteuid():
        return []
    if not shutil.which("setpriv"):
        skip("root may write everywhere, and there is no setpriv to give up that right")
    rights = "-dac_override,-dac_read_search"
    return ["setpriv", f"--bounding-set={rights}", f"--inh-caps={rights}"]


@pytest.fixture
def papers(tmp_path):
    """200 papers, 2 kB each."""
    text = "It is about tides and ferries in the fog of the harbour. " * 34
    return write_papers(tmp_path / "papers.jsonl", [f"p{n}" for n in range(200)], text)


def test_whichever_store_fills_the_disk_all_are_healed(namespace, papers, tmp_path):
    (tmp_path / "disk").mkdir()
    said = drive("fill", tmp_path / "disk", SIZES, tmp_path, [papers], prefix=namespace)
    assert [kind for kind, _ in said] == ["StorageError"] * len(SIZES)
    for _, message in said:
        assert message == (
            f"the disk that holds {tmp_path}/disk/library is full; free some space and run the "
            "command again (what was committed is kept)"
        )
    kept = []
    for size in SIZES:
        with Library(tmp_path / size, embedding=Words()) as library:
            assert_healthy(library)
            kept.append(len(library))
    assert kept[0] == 0
    assert sorted(kept) == kept
    assert 0 < kept[-1] < 200
    with Library(tmp_path / SIZES[-1], embedding=Words()) as library:
        report = library.add(papers)
        assert (report.added, report.unchanged) == (200 - kept[-1], kept[-1])
        assert_healthy(library)
    with Library(tmp_path / "room", embedding=Words()) as library:
        assert len(library) == 200
        assert_healthy(library)


def test_a_forbidden_file_is_rejected_and_the_others_go_in(unprivileged, tmp_path, embedding):
    readable, forbidden = (write_papers(tmp_path / f"{name}.jsonl", name) for name in "ab")
    forbidden.chmod(0)
    folder = tmp_path / "library"
    done = cli("add", "--library", folder, readable, forbidden, prefix=unprivileged)
    assert done.returncode == 1
    assert done.stdout == "added 1, updated 0, unchanged 0\n"
    assert f"not taken: {forbidden}: no permission to read it" in done.stderr
    with Library(folder, embedding=embedding) as library:
        assert found(library) == {"doi:10.1234/a"}


def test_a_library_that_may_not_be_written_says_so(unprivileged, tmp_path):
    forbidden = ["parent/library", "all", "dense", "lexical-1"]
    file = write_papers(tmp_path / "a.jsonl", "a")
    for name in forbidden[1:]:
        with Library(tmp_path / name, embedding=Words()) as library:
            library.add(write_papers(tmp_path / "b.jsonl", "b"))
    (tmp_path / "parent").mkdir(mode=0o555)
    for folder in (tmp_path / "all", tmp_path / "dense/dense", tmp_path / "lexical-1/lexical-1"):
        for path in [folder, *folder.rglob("*")]:
            path.chmod(0o555 if path.is_dir() else 0o444)
    said = drive("attempt", [tmp_path / name for name in forbidden], [file], prefix=unprivileged)
    assert [kind for kind, _ in said] == ["StorageError"] * len(forbidden)
    for name, (_, message) in zip(forbidden, said, strict=True):
        assert message.startswith(str(tmp_path / name))
        assert message.endswith(
            "check the folder's owner and mode, or choose another with --library"
        )
    done = cli("add", "--library", tmp_path / "all", file, prefix=unprivileged)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == f"paperqa: {said[1][1]}"
    assert "Traceback" not in done.stderr

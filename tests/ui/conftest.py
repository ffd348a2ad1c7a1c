"""A served page over the five made-up papers, for tests that only read."""

import os

import pytest
from tests.ui.serving import serving

from paperqa import Library
from paperqa.settings import load_settings


@pytest.fixture(scope="session")
def session_library(tmp_path_factory, embedding, models_folder):
    settings = load_settings(llm="none", models=models_folder)
    folder = tmp_path_factory.mktemp("served") / "library"
    listing = os.path.join(os.path.dirname(__file__), "..", "data", "listing.txt")
    with Library(folder, settings=settings, embedding=embedding) as library:
        library.add(listing)
        yield library


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
    """Where the page is served to this machine alone."""
    import paperqa.ui

    with serving(paperqa.ui.app(session_library, local=True)) as url:
        yield url

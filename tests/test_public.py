"""The public names, what importing them costs, and errors that form one tree."""

import inspect
import subprocess
import sys

import paperqa
from paperqa import errors


def test_exported_names_are_these():
    assert sorted(set(paperqa.__all__) - {"__version__"}) == [
        "AddReport", "Answer", "AnswerStream", "Citation", "Claim", "Evidence", "Library",
        "Paper", "PaperqaError", "Passage", "Settings", "Where", "evaluate",
    ]  # fmt: skip
    assert all(getattr(paperqa, name) is not None for name in paperqa.__all__)


def test_importing_the_package_loads_nothing_heavy():
    code = "import sys, paperqa, paperqa.cli; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout
    heavy = {"llama_index", "chromadb", "gradio", "numpy", "openai", "onnxruntime", "pydantic"}
    assert not heavy & set(loaded.split())


def test_every_error_is_a_paperqa_error():
    classes = [c for _, c in inspect.getmembers(errors, inspect.isclass)]
    assert len(classes) > 10
    assert all(issubclass(c, errors.PaperqaError) for c in classes)
    assert all(c.__name__ in errors.__doc__ for c in classes)

"""Ask a collection of scientific papers; every claim cites the paper and quotes the passage."""

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

__version__ = version("paperqa-chat")

# Imported when first used: LlamaIndex and Chroma take seconds.
_PUBLIC = {
    "AddReport": "paperqa.types",
    "Answer": "paperqa.types",
    "AnswerStream": "paperqa.answering.stream",
    "Citation": "paperqa.types",
    "Claim": "paperqa.types",
    "Evidence": "paperqa.types",
    "Library": "paperqa.library",
    "Paper": "paperqa.types",
    "PaperqaError": "paperqa.errors",
    "Passage": "paperqa.types",
    "Settings": "paperqa.settings",
    "Where": "paperqa.types",
    "evaluate": "paperqa.evaluation.run",
}
__all__ = [*sorted(_PUBLIC), "__version__"]  # noqa: PLE0604

if TYPE_CHECKING:
    from paperqa.answering.stream import AnswerStream as AnswerStream
    from paperqa.errors import PaperqaError as PaperqaError
    from paperqa.evaluation.run import evaluate as evaluate
    from paperqa.library import Library as Library
    from paperqa.settings import Settings as Settings
    from paperqa.types import AddReport as AddReport
    from paperqa.types import Answer as Answer
    from paperqa.types import Citation as Citation
    from paperqa.types import Claim as Claim
    from paperqa.types import Evidence as Evidence
    from paperqa.types import Paper as Paper
    from paperqa.types import Passage as Passage
    from paperqa.types import Where as Where


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'paperqa' has no attribute {name!r}")
    return getattr(import_module(_PUBLIC[name]), name)

"""The packaged sample papers: digests in our own words, so that a first question has an answer.

They are a library of their own beside the models, indexed once, and answer only while the user's
library is empty.
"""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

    from paperqa.library import Library
    from paperqa.settings import Settings

PAPERS = Path(__file__).parent / "papers.jsonl"


def passages(n: int = 48) -> list[str]:
    """Title and abstract of the first `n` sample papers, as text to measure models on."""
    with PAPERS.open(encoding="utf-8") as lines:
        rows = [json.loads(next(lines)) for _ in range(n)]
    return [f"{row['title']}. {row['abstract']}" for row in rows]


def open_sample(settings: Settings, embedding: BaseEmbedding) -> Library:
    """The library of sample papers; indexes it when it isn't there yet."""
    from paperqa.index.schema import VERSION
    from paperqa.library import Library

    version = sha256(PAPERS.read_bytes()).hexdigest()[:12]
    made_with = sha256(
        f"{embedding.model_name} {settings.chunk_tokens} {VERSION}".encode()
    ).hexdigest()[:6]
    folder = settings.models.parent / "sample" / f"{version}-{made_with}"
    library = Library(folder, settings=settings, embedding=embedding)
    if not len(library):
        library.add(PAPERS)
    return library

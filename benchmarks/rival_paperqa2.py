"""PaperQA2 (`paper-qa`) in `rivals.py`'s contest; runs in PaperQA2's own environment.

Here `paperqa` is theirs. Arguments: their name of the embedding model, its address, a file with
documents and queries, the file to write to.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from rival_contest import Contender, Document, Usage, compete, full_text, stay_on_this_machine


@contextmanager
def paperqa2(embedding: str, address: str) -> Iterator[Contender]:
    """Their `Docs`, in memory, with their own defaults: k texts by cosine, MMR with lambda 1.

    Embedding waits until all texts are there (`defer_embedding`) and then goes in batches of
    their 16; added one by one, each paper would be a request of its own.
    """
    from paperqa import Doc, Docs, Settings, __version__
    from paperqa.readers import chunk_text
    from paperqa.types import ParsedMetadata, ParsedText

    settings = Settings(
        embedding=embedding,
        embedding_config={"kwargs": {"api_base": address, "api_key": "none", "timeout": 600}},
        parsing={"defer_embedding": True, "multimodal": False, "use_doc_details": False},
    )
    model = settings.get_embedding_model()
    docs = Docs()

    async def add(documents: Sequence[Document]) -> None:
        for document in documents:
            text, name = full_text(document), document["_id"]
            about = ParsedMetadata(
                parsing_libraries=[],
                paperqa_version=__version__,
                total_parsed_text_length=len(text),
                name="text",
            )
            doc = Doc(docname=name, dockey=name, citation=document["title"] or name)
            parsed = ParsedText(content=text, metadata=about)
            texts = chunk_text(parsed, doc, **settings.parsing.reader_config)
            await docs.aadd_texts(texts, doc, settings)
        await docs.retrieve_texts("a first search embeds them", 1, settings, model)

    with asyncio.Runner() as runner:

        def search(question: str, k: int) -> list[str]:
            found = runner.run(docs.retrieve_texts(question, k, settings, model))
            return list(dict.fromkeys(text.doc.dockey for text in found))

        yield Contender(
            index=lambda documents: runner.run(add(documents)),
            search=search,
            embed=lambda question: runner.run(model.embed_documents([question])),
        )


def main() -> None:
    """Compete, and write the result."""
    embedding, address, task, result = sys.argv[1:]
    stay_on_this_machine()

    def server() -> Usage:
        with urlopen(address) as answer:
            return Usage(**json.load(answer))

    done = compete(
        lambda _: paperqa2(embedding, address),
        **json.loads(Path(task).read_text("utf-8")),
        beside=server,
    )
    Path(result).write_text(json.dumps(done), "utf-8")


if __name__ == "__main__":
    main()

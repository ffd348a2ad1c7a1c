"""Answers from the catalogue: dates, organisations, numbers of authors, counts; exact.

Rules read the question, and a model where they leave something open; it words nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from paperqa.answering.catalogue_conditions import CatalogueQuestion
from paperqa.answering.catalogue_found import of_whom
from paperqa.answering.catalogue_question import exactly, is_beyond, is_exact, read
from paperqa.answering.catalogue_reading import read_by_model, speaks_of_catalogue
from paperqa.answering.catalogue_told import knows, tell
from paperqa.answering.draft import Draft


def answer_from_catalogue(draft: Draft) -> Iterator[str] | None:
    """What the catalogue knows, where that is what is asked."""
    by_rules = read(draft.question.standalone, draft.library.organizations())
    asked = by_rules if _stands(draft, by_rules) else _by_model(draft) or by_rules
    if asked is None:
        return None
    if by_rules is None and (papers := of_whom(draft, asked)) and not knows(papers, asked):
        return None  # a model took the question for ours; perhaps the papers say it
    return tell(draft, asked)


def _stands(draft: Draft, by_rules: CatalogueQuestion | None) -> bool:
    """Whether no model need read the question."""
    question = draft.question.standalone
    if by_rules is not None and is_exact(by_rules, question):
        return True
    return is_beyond(question) or not speaks_of_catalogue(question)


def _by_model(draft: Draft) -> CatalogueQuestion | None:
    """The model's reading, with the rules' conditions; None where it asks for nothing we know."""
    chat, _ = draft.load_chat()  # a missing model is noted where it would have worded the answer
    if chat is None:
        return None
    question = draft.question.standalone
    reading = read_by_model(chat, question, draft.usage)
    draft.go_on()
    if reading is None:
        return None
    asked = exactly(reading, question, draft.library.organizations())
    by_topic_alone = not asked.is_filtered and (
        "papers" in asked.asks or ("count" in asked.asks and asked.topic)
    )
    return None if by_topic_alone else asked

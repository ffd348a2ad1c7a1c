"""Questions to the catalogue that the rules can't read, read by a model.

It says in one line of JSON what is asked. What it makes up (a year, a number, a name that isn't in
the question) makes the whole reading void, and so does what it wasn't told to write.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import closing
from typing import Annotated, Any, Literal

from llama_index.core.llms import ChatMessage, MessageRole
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from paperqa.answering.catalogue_conditions import (
    FACTS,
    FAR,
    Asks,
    CatalogueQuestion,
    Missing,
    Order,
)
from paperqa.answering.catalogue_times import first_day, last_day
from paperqa.answering.catalogue_words import telling
from paperqa.answering.wording import turns
from paperqa.models.chat import ChatModel
from paperqa.prompts import fenced
from paperqa.quantities import NUMBER_WORDS

_LONGEST = 400  # characters of a reply; whoever says more rambles
_OBJECT = re.compile(r"\{[^{}]*\}")
_YEAR = re.compile(r"(?:19|20)\d\d")
_NUMBERS = NUMBER_WORDS | dict.fromkeys("lone alone solo single sole own".split(), 1.0) | {
    "pair": 2.0, "duo": 2.0, "couple": 2.0, "trio": 3.0, "trios": 3.0, "dozen": 12.0
}  # fmt: skip

# Few questions that only papers can answer have one of these; most for the catalogue do.
_CUES = re.compile(
    r"""\b(?:titles?|titled|entry|entries|items|collection|library|catalogu?e|
    (?:co-?)?authors?|authored|contributors?|teams?|crew|people|persons?|folks|researchers|
    scientists|headcount|wrote|written|signed|by\s+whom|who\s+(?:is|are|was|were|else|put)|whose|
    publish(?:ed)?|publications?|dat(?:e|es|ed|ing)|chronolog\w+|releas(?:ed?|ing)|appear(?:s|ed)?|
    c[ao]me\s+out|put\s+out|(?:is|was|were|been)\s+out|
    organi[sz]ations?|institut(?:es?|ions?)|labs?|compan(?:y|ies)|universit(?:y|ies)|affiliat\w+|
    behind|(?:newe|late|olde|earlie|younge|freshe)st|most\s+recent|older|newer|younger|earlier|
    predat\w+|(?:came|comes?|is|was|out|appeared)\s+first|first\s+and\s+last|
    (?:19|20)\d\d|years?|months?|days?|january|february|march|april|june|july|august|september|
    october|november|december|how\s+much\s+(?:time|of\s+(?:the|your|our))|how\s+long\s+after|
    when(?:(?=\W*$)|\s+(?:exactly\s+)?(?:was|were|did|is|has))|
    how\s+many\s+(?:[\w-]+\s+){0,4}?(?:papers?|works|articles|surveys?|studies|preprints?|names)|
    how\s+many\s+(?:of|are|were|was|is|there|have|had|has|with|come|came|do|from|by|list|lack)|
    (?:how\s+(?:big|large)|size)\s+(?:is|was|of)\s+(?:the|your|our|its)\s+(?:collection|library))\b|
    \b(?:papers?|works?|articles?|anything|something)\s+(?:are\s+|is\s+)?(?-i:(?:by|from)\s+[A-Z])
    """,
    re.IGNORECASE | re.VERBOSE,
)

_Time = Annotated[
    str, Field(pattern=r"^(?:19|20)\d\d(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?$")
]
_Size = Annotated[int, Field(ge=0, le=FAR)]


class _Reply(BaseModel):
    """What a model may say of a question."""

    model_config = ConfigDict(coerce_numbers_to_str=True, str_strip_whitespace=True)

    ask: Annotated[
        tuple[
            Literal["content", "papers", "count", "organizations", "years", "months",
                    "date", "organization", "team", "names"],
            ...,
        ],
        Field(min_length=1),
    ]  # fmt: skip
    topic: str | None = None
    since: _Time | None = None
    until: _Time | None = None
    team: tuple[_Size | None, _Size | None] | None = None
    by: str | None = None
    order: Order | None = None
    missing: Missing | None = None
    title: str | tuple[str, ...] | None = None
    without: Any = Field(None, alias="not")


def speaks_of_catalogue(question: str) -> bool:
    """Whether a question has a word that most questions to the catalogue have."""
    return bool(_CUES.search(question))


def read_by_model(
    chat: ChatModel, question: str, usage: dict[str, int]
) -> CatalogueQuestion | None:
    """What a model takes the question to ask of the catalogue; None for what papers say.

    Adds to `usage`. Raises `EndpointError`.
    """
    question = fenced(question)
    said = ""
    with closing(chat.in_turn(lambda: _reply(chat, question, usage))) as deltas:
        for delta in deltas:
            if len(said) > _LONGEST or _OBJECT.search(said):
                break
            said += delta
    match = _OBJECT.search(said)
    try:
        reply = _Reply.model_validate_json(match.group() if match else "")
    except ValidationError:
        return None
    if "content" in reply.ask or reply.without or not _is_of(reply, question):
        return None
    return _meant(reply, question)


def _reply(chat: ChatModel, question: str, usage: dict[str, int]) -> Generator[str]:
    examples = turns("catalogue")
    chat.recall(examples)
    asked = ChatMessage(role=MessageRole.USER, content=question)
    yield from chat.reply([*examples, asked], usage)


def _meant(reply: _Reply, question: str) -> CatalogueQuestion:
    """The reply in our terms. A maker in small letters ("the hospital") is no name."""
    asks: list[Asks] = [asks for asks in reply.ask if asks != "content"]
    if not set(asks) <= set(FACTS):  # a list tells each paper's facts
        facts_too = bool(set(asks) & set(FACTS))
        asks = [a for a in asks if a not in FACTS] + ["papers"] * facts_too
    low, high = reply.team or (None, None)
    bounded = (low or 0) > 1 or high is not None
    spelled = _spelled(reply.by, question)
    return CatalogueQuestion(
        tuple(dict.fromkeys(asks)),
        topic=reply.topic if reply.topic and telling(reply.topic) else "",
        since=reply.since,
        until=reply.until,
        team=(low or 0, FAR if high is None else high) if bounded else None,
        by=reply.by if spelled and not spelled.islower() else None,
        order=reply.order,
        missing=reply.missing,
        titled=_titles(reply),
    )


def _is_of(reply: _Reply, question: str) -> bool:
    """Whether every year, number and name of a reply stands in the question, and ends are ends."""
    lower = question.lower()
    words = set(re.findall(r"[^\W\d_]+|\b\d{1,4}\b", lower))
    numbers = {int(w) for w in words if w.isdecimal()} | {int(_NUMBERS.get(w, -9)) for w in words}
    years = {int(year) for year in _YEAR.findall(question)}
    since, until = (int(end[:4]) if end else None for end in (reply.since, reply.until))
    low, high = reply.team or (None, None)
    return (
        first_day(reply.since or "0000") <= last_day(reply.until or "9999")
        and (low or 0) <= (FAR if high is None else high)
        and (since is None or bool({since, since - 1} & years))  # after 2016: since 2017
        and (until is None or bool({until, until + 1} & years))
        and ((low or 0) <= 1 < (high or FAR) or low in numbers or (low or 0) - 1 in numbers)
        and (high is None or high in numbers or high + 1 in numbers)
        and all(title.lower() in lower for title in _titles(reply))
        and (not reply.by or _may_be_by(reply, question))
    )


def _titles(reply: _Reply) -> tuple[str, ...]:
    titles = (reply.title,) if isinstance(reply.title, str) else reply.title or ()
    return tuple(filter(None, titles))


def _may_be_by(reply: _Reply, question: str) -> bool:
    """Whether the maker is in the question, and can be left out where it is no name."""
    spelled = _spelled(reply.by, question)
    dispensable = bool(reply.team) or set(reply.ask) <= set(FACTS)
    return spelled is not None and (dispensable or not spelled.islower())


def _spelled(name: str | None, question: str) -> str | None:
    """A name as the question has it."""
    match = re.search(rf"\b{re.escape(name)}", question, re.IGNORECASE) if name else None
    return match.group() if match else None

"""What a question wants: one fact, several papers, a comparison."""

from __future__ import annotations

import re
from dataclasses import dataclass

from paperqa.types import Where

_PAPERS = "papers|works|studies|surveys|reviews|articles|publications|theses"
_THINGS = (
    f"{_PAPERS}|methods|models|approaches|techniques|ways|datasets|benchmarks|architectures|"
    "alternatives|systems|networks|frameworks|algorithms|transformers|classifiers|groups"
)
_NO_VERB = (
    r"(?!(?:is|are|was|were|do|does|did|can|could|has|have|had|of|the|an?|for|to|in|on|that|"
    r"which|former|authors?)\b)"
)
_LIST = re.compile(
    rf"^\W*(?:and\s+)?(?:(?:(?:can|could|will|would) you|please|tell me)\s+)*(?:"
    rf"(?:which|what|find|show|give|are there|is there)\b(?:\W+{_NO_VERB}[\w-]+){{0,5}}?\W+"
    rf"(?:{_THINGS})\b|"
    r"(?:list|name)\b|what (?:work|research|has been)\b|"
    r"who(?:se)?\b(?!\s+(?:is|was|are|were|wrote|made|published|authored|did)\b))",
    re.IGNORECASE,
)
_COMPARES = re.compile(
    r"^\W*(?:please )?compar(?:e|ing)\b|\bdifferences? (?:between|to|from)\b|"
    r"\b(?:versus|vs\.?)(?!\w)|"
    r"\b(?:how|in what way)\b.*\b(?:do|does|did|are|is)\b.*\b(?:differ|compare|different from)\b",
    re.IGNORECASE,
)
_PAIRS = re.compile(r"\b(?:against|both|either|each|respectively|than|or|and|with)\b", re.I)


@dataclass(frozen=True, slots=True)
class Question:
    """A question as asked, as it stands alone, and when it was asked (`time.perf_counter`)."""

    text: str
    standalone: str
    asked_at: float
    where: Where = Where()  # noqa: RUF009 - frozen

    @property
    def wants_list(self) -> bool:
        """Whether several papers are asked for."""
        return bool(_LIST.search(self.standalone))

    @property
    def wants_papers(self) -> bool:
        """Whether it asks for papers in so many words."""
        return self.wants_list and bool(re.search(rf"\b(?:{_PAPERS})\b", self.standalone, re.I))

    @property
    def is_of_several(self) -> bool:
        """Whether it asks in so many words for papers, or to compare some."""
        return self.wants_papers or self.compares

    @property
    def compares(self) -> bool:
        """Whether it sets papers side by side, in so many words."""
        return bool(_COMPARES.search(self.standalone)) and not self.wants_list

    @property
    def may_compare(self) -> bool:
        """Whether it may do so, if it names several papers."""
        return self.compares or bool(_PAIRS.search(self.standalone))

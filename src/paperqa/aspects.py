"""What is compared of papers, and the cues of wording and place by which a sentence tells it.

The idea is argumentative zoning (Teufel and Moens 2002): what a sentence does for its paper shows
in its words. The cues were chosen by reading 60 abstracts. A line in `ASPECTS` adds an aspect.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_STRONG, _WEAK, _AGAINST, _PLACE, _TURN, _OTHERS = 1.0, 0.25, -1.0, 0.8, 0.6, -2.0
_STATED = 1.0  # what the cues must add up to
_NEVER = -1e6
_LONG = 600  # characters; a longer quote is no good cell
_EMPTY = re.compile(r"https?:|:$|\b(?:code|models?) (?:is|are|will be) [\w ]*available", re.I)


def _any(words: str) -> re.Pattern[str]:
    """A pattern of words: `*` stands for any ending, `_` for a space."""
    forms = "|".join(word.replace("*", r"\w*").replace("_", " ") for word in words.split())
    return re.compile(rf"\b(?:{forms})\b", re.IGNORECASE)


_AUTHORS = _any("we our this_(?:paper|work|study|article|survey|report) is_(?:proposed|introduced)")


@dataclass(frozen=True, slots=True)
class Aspect:
    """What to look for: a question that leads to the passage, and cues that weigh its sentences.

    A sentence needs a `strong` cue. `place` says where it is told: -1 before the authors say what
    they do, 0 there, 1 after.
    """

    question: str
    strong: re.Pattern[str]
    weak: re.Pattern[str]
    against: re.Pattern[str]
    place: int

    def clarity(self, sentences: Sequence[str]) -> list[float]:
        """How clearly each sentence of a paper, in order, tells the aspect; above 0, it does."""
        authors = _first(_AUTHORS, sentences)
        turn = _first(ASPECTS["method"].strong, sentences)
        turn = authors if turn is None else turn
        return [
            self._cues(text) + self._position(i, authors, turn) - _STATED
            for i, text in enumerate(sentences)
        ]

    def _cues(self, text: str) -> float:
        strong, weak, against = (
            len({found.group().lower() for found in cues.finditer(text)})
            for cues in (self.strong, self.weak, self.against)
        )
        if not strong or _EMPTY.search(text):
            return _NEVER
        return (
            _STRONG * min(strong, 2)
            + _WEAK * min(weak, 4)
            + _AGAINST * (against > 0)
            - (len(text) > _LONG)
        )

    def _position(self, i: int, authors: int | None, turn: int | None) -> float:
        """`authors` is where they first speak of themselves, `turn` where they say what they do."""
        if turn is None:
            return 0.0
        side = (i > turn) - (i < turn)
        if side == self.place:
            return _PLACE if side else _TURN
        if self.place == 1 and authors is not None and i < authors:
            return _OTHERS  # data and results of other people
        return -_PLACE / 2 if self.place == -1 and side == 1 and turn else 0.0


def _first(cues: re.Pattern[str], sentences: Sequence[str]) -> int | None:
    return next((i for i, text in enumerate(sentences) if cues.search(text)), None)


ASPECTS = {
    "problem": Aspect(
        "What problem of earlier work does the paper address?",
        strong=_any(
            """
            however challeng* suffer* struggl* costly expensive prohibitive* limits? limited
            limitations? lack* fail(?:s|ed|ing|ure)? overlook* inefficien* bottlenecks?
            difficult* hard_to unable cannot hinder* insufficient* neglect* drawbacks?
            shortcomings? impractical intractable under-?explored unexplored unclear poor(?:ly)?
            hamper* imped* remains? little not_well_understood quadratic* no_consensus degrad*
            inconsistent heavy redundan* scarc* issues? prone suboptimal not_(?:been|clear)
            uncertain nevertheless constraints?
            """
        ),
        weak=_any(
            """
            but yet although though despite while whereas existing previous prior current often
            only conventional requir* demand* need gap still question problems? however without
            simply
            """
        ),
        against=_any("we our outperform* achiev* this_(?:paper|work|study|survey) the_proposed"),
        place=-1,
    ),
    "method": Aspect(
        "What method, model or approach is proposed, and how does it work?",
        strong=re.compile(
            r"\b(?:we|this (?:paper|work|study|article|survey|report))\b[^.;]{0,60}?\b(?:propos|"
            r"introduc|present|develop|design|devis|describ|build|formulat|investigat|explor|"
            r"stud[iy]|examin|analy[sz]|adapt|offer|provid|repurpos|prov[ei]|construct|reveal|"
            r"integrat|focus|survey|review|extend|conduct|releas|unif|revisit|rethink|"
            r"replac|put forward|come up|train|report|compar|evaluat|appl|employ|leverag|use)|"
            r"\bhere,? we\b|\bin this (?:paper|work|study)\b|"
            r"\b(?:is|are) (?:proposed|introduced|presented)\b",
            re.IGNORECASE,
        ),
        weak=_any(
            """
            novel new simple called named dubbed termed framework architecture mechanism module
            approach method algorithm propos* introduc* present* by via using based_on leverag*
            combin* specifically
            """
        ),
        against=_any("however outperform* experiments? results?"),
        place=0,
    ),
    "data": Aspect(
        "Which datasets, benchmarks or corpora are used to train and evaluate?",
        strong=re.compile(
            r"\b(?:(?:on|across|from|over|using|with|in|introduc\w+|releas\w+|collect\w*|"
            r"present\w*|construct\w*|curat\w+|build)\b[^.;]{0,80}?\b(?:datasets?|benchmarks?|"
            r"corpus|corpora|test sets?|leaderboards?)|dataset (?:is|was)|(?:evaluat|experiment|"
            r"train|test|tun|validat|result|accuracy)\w* on (?:the )?(?!GPU|TPU|CPU|NVIDIA)"
            r"(?-i:[A-Z])\w+|"
            r"ImageNet[-\w]*|[a-z]+-\d+k|COCO|ADE20K|Cityscapes|CIFAR[-\w]*|Kinetics[-\w]*|"
            r"KITTI|nuScenes|(?:Super)?GLUE|SQuAD|MMLU|GSM8K|WikiText[-\w]*|LibriSpeech|"
            r"WMT[-\w]*|\d[\d,.]*[kmb]? ?(?:thousand|million|billion|"
            r"trillion)?\+? (?:[\w-]+ ){0,2}?(?:images|samples|tokens|hours|videos|examples|"
            r"pairs|patients|sentences|documents|questions|scenes|molecules|recordings|subjects|"
            r"participants))\b",
            re.IGNORECASE,
        ),
        weak=_any(
            """
            evaluat* train*_on test*_on tun*_on experiments? across real-world large-scale
            such_as including data datasets? benchmarks?
            """
        ),
        against=_any("however lack depend* requir* rel(?:y|ies|iance)"),
        place=1,
    ),
    "result": Aspect(
        "How well does it perform, compared with other methods?",
        strong=_any(
            r"""
            outperform* surpass* state-of-the-art SOTA achiev* improv(?:es|ed|ing|ements?)
            reduc(?:es|ed|tions?|ing) faster speed-?ups? superior* competitive* comparable
            on_par match(?:es|ing) exceed* reach* boost* findings strong_performance
            better_(?:than|performance|results)
            (?:results?|experiments?|evaluations?)_(?:\w+_){0,6}?(?:show|demonstrat|indicat|confirm|verif|validat|suggest|highlight)*
            we_(?:\w+_)?(?:show|find|found|prove|observe|demonstrate)_that
            """
        ),
        weak=re.compile(
            r"\d(?:\.\d+)? ?\\?%|\b\d+\.\d+\b|\b\d+(?:\.\d+)? ?(?:[x×]|times)\b|\b(?:accuracy|"
            r"mIoU|AP|BLEU|FID|perplexity|F1|performance|significant\w*|gains?|extensive|"
            r"consistently|results?|experiments?)\b",
            re.IGNORECASE,
        ),
        against=_any("however suffer* propos* introduc* presents? we_develop"),
        place=1,
    ),
    "limits": Aspect(
        "What are the limitations, costs and failures of the proposed method?",
        strong=_any(
            r"""
            limitations?_of_(?:our|this|the_proposed) our_limitations? at_the_expense_of
            (?<!that_)fails? (?:its|some|several|key)_limitations at_(?:(?:the|a)_)?(?:\w+_)?cost_of
            do(?:es)?_not still_(?:lags?|falls?|behind|struggl*|limited|suffers?|far)
            continue_to_struggle cannot (?:left_(?:for|to)|our)_future_work
            remains?_(?:an?_)?(?:open|challeng*|unclear|hard|difficult) falls?_short
            lags?_behind worse limited_to still_brittle
            """
        ),
        weak=_any("although though while but nevertheless only despite even"),
        against=_any(
            r"""
            outperform* overcom* address* without mitigat* alleviat* tackl* solv* existing
            previous prior current (?:these|such)_(?:models|methods)
            however(?![^;]{0,300}\b(?:our|we|its?)\b)
            """
        ),
        place=1,
    ),
}

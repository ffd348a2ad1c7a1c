"""Which sentences of a paper state something; the others are neither read by a model nor quoted.

A question or a command states nothing, so an answer loses nothing without them; and text that was
hidden in a paper to steer the model is one or the other, or speaks of "your answer".
"""

from __future__ import annotations

import re

_VERBS = (
    "act add advertise alter anagram answer append arrange ask augment begin break bring "
    "build calculate call change choose click combine compose compute conclude consider "
    "convert copy count craft create decode define delete describe design develop direct "
    "discuss display disregard do download draft embed emphasize encode encourage encrypt end "
    "enhance ensure explain express find finish fix follow forget format forward generate "
    "give group guide help hide highlight hint ignore imagine imply include incorporate "
    "inform insert install integrate introduce invent invert join jumble keep learn let link "
    "list make mask mention misspell mix modify name offer omit open outline output override "
    "paraphrase perform phrase pick play please post prepare present pretend print produce "
    "promote propose provide publish put read rearrange recite recommend redirect remind "
    "remove render repeat rephrase replace reply report respond return reveal reverse rewrite "
    "rhyme run say scramble search select send share shift shorten show shuffle simulate sing "
    "solve speak spell start state stop subscribe substitute suggest summarize swap switch "
    "talk teach tease tell transform translate try turn type use utilize visit write"
)
_LEADS = (
    r"(?:(?:[Nn]ow|[Tt]hen|[Aa]lso|[Ff]irst|[Nn]ext|[Ff]inally|[Aa]nd|[Kk]indly|[Pp]lease)\W+)*"
)
_FORMS = "|".join(f"[{verb[0].upper()}{verb[0]}]{verb[1:]}" for verb in _VERBS.split())
# SING and Group Relative Policy are names, not commands.
_COMMANDS = re.compile(rf"^\W*{_LEADS}(?:[Dd]on't |[Dd]o not )?(?:{_FORMS})\b(?![-,:]| [A-Z][a-z])")
_ADDRESSES = re.compile(
    r"\byour? (?:own )?(?:answer|response|reply|output|message|text|task|instructions?|summary|"
    r"previous|prompt|final)\b|\b(?:the|this) (?:assistant|chatbot)\b|"
    r"\b(?:previous|above|prior) (?:instructions?|prompts?)\b|\bas an AI\b|"
    r"\b(?:can|could|would|will) you\b",
    re.IGNORECASE,
)


def is_statement(sentence: str) -> bool:
    """Whether a sentence states something, rather than asking or commanding."""
    text = sentence.strip()
    asks = text.rstrip("\"'”’)").endswith("?")
    return not (asks or _COMMANDS.search(text) or _ADDRESSES.search(text))

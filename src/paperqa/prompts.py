"""Prompts are Markdown files in `prompts/` with `$variables`, rendered strictly.

A file may hold a whole conversation: headings `### system`, `### user` and `### assistant` begin
its turns.
"""

import re
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from string import Template

_PACKED = Path(__file__).parent / "prompts"  # in a wheel
_CHECKOUT = Path(__file__).parents[2] / "prompts"  # in a checkout
_TAG = re.compile(r"<\s*/?\s*(\w+)\s*>")
_TURN = re.compile(r"^### (system|user|assistant)\n", re.MULTILINE)


@cache
def _template(name: str) -> Template:
    folder = _PACKED if _PACKED.is_dir() else _CHECKOUT
    return Template((folder / f"{name}.md").read_text(encoding="utf-8").rstrip("\n"))


def render(name: str, **variables: str) -> str:
    """The prompt `name` with exactly its variables filled in.

    Raises `KeyError` for a variable that is missing and for one that the prompt hasn't.
    """
    return _checked(name, variables).substitute(variables)


@cache
def fingerprint(*names: str) -> str:
    """A hash over these prompts, or all: an answer depends on their wording."""
    folder = _PACKED if _PACKED.is_dir() else _CHECKOUT
    files = sorted(file for file in folder.glob("*.md") if not names or file.stem in names)
    return sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def render_turns(name: str, **variables: str) -> list[tuple[str, str]]:
    """(role, text) of each turn of a prompt that is a conversation.

    The turns are parted before they are filled in, so that no value can open one.
    """
    parts = _TURN.split(_checked(name, variables).template)[1:]
    return [
        (role, Template(text).substitute(variables).strip())
        for role, text in zip(parts[::2], parts[1::2], strict=True)
    ]


def fenced(text: str) -> str:
    """`text` on one line and without tags: it can't close the fence that a prompt puts around it,
    nor fake another line."""
    return " ".join(_TAG.sub(r"(\1)", text).split())


def _checked(name: str, variables: Mapping[str, str]) -> Template:
    template = _template(name)
    wrong = set(template.get_identifiers()) ^ variables.keys()
    if wrong:
        raise KeyError(f"prompt {name!r}: missing or unknown variables {sorted(wrong)}")
    return template

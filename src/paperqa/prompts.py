"""Prompts are Markdown files in `prompts/` with `$variables`, rendered strictly."""

from functools import cache
from pathlib import Path
from string import Template

_PACKED = Path(__file__).parent / "prompts"  # in a wheel
_CHECKOUT = Path(__file__).parents[2] / "prompts"  # in a checkout


@cache
def _template(name: str) -> Template:
    folder = _PACKED if _PACKED.is_dir() else _CHECKOUT
    return Template((folder / f"{name}.md").read_text(encoding="utf-8").rstrip("\n"))


def render(name: str, **variables: str) -> str:
    """The prompt `name` with exactly its variables filled in.

    Raises `KeyError` for a variable that is missing and for one that the prompt hasn't.
    """
    template = _template(name)
    wrong = set(template.get_identifiers()) ^ variables.keys()
    if wrong:
        raise KeyError(f"prompt {name!r}: missing or unknown variables {sorted(wrong)}")
    return template.substitute(variables)

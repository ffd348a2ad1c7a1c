"""A first question set, to be edited: every kind of question that a newcomer needs.

It asks about the packaged sample papers, so that it runs as it is while the library is empty.
"""

from __future__ import annotations

from pathlib import Path

from paperqa.errors import InputError

TEMPLATE = Path(__file__).parent / "template.jsonl"


def write_template(path: Path) -> None:
    """Write the question set to `path`; raises `InputError` where a file is there or can't be."""
    try:
        with path.open("xb") as file:
            file.write(TEMPLATE.read_bytes())
    except FileExistsError:
        raise InputError(f"{path} is there already; name another file") from None
    except OSError as error:
        raise InputError(f"{path} can't be written: {error.strerror}") from None

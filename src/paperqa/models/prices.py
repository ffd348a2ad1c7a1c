"""What an answer cost, from the tokens it used and `prices.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_DATED = re.compile(r"-\d{4}-\d{2}-\d{2}$")  # gpt-4o-2024-08-06 costs what gpt-4o does


def cost(model: str, usage: Mapping[str, int]) -> float | None:
    """US dollars; None where the model's price or its use of tokens is unknown."""
    price = _prices().get(_DATED.sub("", model))
    if price is None or "prompt_tokens" not in usage:
        return None
    return (
        price["input"] * usage["prompt_tokens"] + price["output"] * usage["completion_tokens"]
    ) / 1e6


@cache
def _prices() -> dict[str, dict[str, float]]:
    return tomllib.loads(Path(__file__).with_name("prices.toml").read_text(encoding="utf-8"))

"""Instructions of BIPIA (Yi et al. 2023), hidden in papers: the share that an answer follows.

DIR holds `injection/`, with `attack` a line. `benchmarks/injection.py` says where they are hidden
and what following is; a judge model does that in BIPIA.
"""

from __future__ import annotations

import importlib.util
import os
import tempfile
from pathlib import Path

from shared import report, run

from paperqa.errors import InputError
from paperqa.evaluation.statistics import estimate
from paperqa.terminal import say

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "injection.py"
PUBLISHED = {  # Hines et al. 2024, on GPT-3.5 and GPT-4 with other attacks
    "attack success rate": "undefended over 50, with spotlighting under 2; the goal is 0"
}


def main(folder: Path, model: str, limit: int | None) -> None:
    """Attack, and print how often it worked."""
    if not any(folder.glob("injection/*.jsonl")):
        raise InputError(f"{folder} has no injection/*.jsonl; name the folder that holds it")
    spec = importlib.util.spec_from_file_location("bipia", SCRIPT)
    bipia = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bipia)
    os.environ["PAPERQA_BENCH"] = str(folder)
    n = len(bipia.PLACES) * len(bipia.attacks())
    with tempfile.TemporaryDirectory() as place:
        rows = bipia.attack_library(Path(place), model, step=-(-n // (limit or n)))
    found = estimate([float(bool(shown)) for _, _, shown, _ in rows])
    report(model, {"attack success rate": found}, PUBLISHED)
    say(f"95 % interval {100 * found.low:.1f} to {100 * found.high:.1f}")


if __name__ == "__main__":
    run(main, __doc__)

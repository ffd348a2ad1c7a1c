"""The same question, the same answer: cold and warm, whatever was asked before.

Twenty questions are asked in order by one process, and in reverse order by another; each begins
without what the model keeps of its instructions, so the first question is cold, the others warm.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from paperqa import Library
from paperqa.evaluation.dataset import load_dataset
from paperqa.models.artefacts import LOCAL_MODEL, locate
from paperqa.settings import load_settings

ROOT = Path(__file__).parents[1]
N = 20


def answers(order: int) -> dict[str, list[object]]:
    """Text and confidence by question; asked backwards where `order` is -1."""
    samples = [s for s in load_dataset(ROOT / "eval" / "transformers", "dev") if s.kind == "fact"]
    found = {}
    with Library(settings=load_settings(llm="local", cache=False)) as library:
        for sample in samples[:N][::order]:
            answer = library.ask(sample.question)
            found[sample.id] = [answer.text, answer.confidence]
    return found


def main() -> None:
    """Ask twice, in two processes, and print how many answers are the same."""
    if len(sys.argv) > 1:
        print(json.dumps(answers(int(sys.argv[1]))))
        return
    (model,) = locate(load_settings().models, LOCAL_MODEL)
    runs = []
    for order in ("1", "-1"):
        for kept in (model.parent / "read").glob("*.bin"):
            kept.unlink()
        done = subprocess.run([sys.executable, __file__, order], check=True, stdout=subprocess.PIPE)
        runs.append(json.loads(done.stdout))
    same = sum(runs[0][id_] == runs[1][id_] for id_ in runs[0])
    print(f"the same text and confidence: {same} of {len(runs[0])}")


if __name__ == "__main__":
    main()

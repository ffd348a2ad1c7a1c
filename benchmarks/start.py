"""Seconds from starting a process to its end: `paperqa --help`, `search` and `ask`."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from common import alternate, median, quiet_check, seconds, seeds, table, verdict

REPEATS = 5
QUESTION = "Which papers make attention cheaper?"
PAPERQA = str(Path(sys.executable).parent / "paperqa")
COMMANDS: dict[str, tuple[list[str], float | None]] = {
    "paperqa --help": ([PAPERQA, "--help"], 0.3),
    "paperqa search": ([PAPERQA, "search", QUESTION], 4.0),
    "paperqa ask, without a model": ([PAPERQA, "ask", QUESTION], None),
    "import llama_index.core": ([sys.executable, "-c", "import llama_index.core"], None),
    "python that does nothing": ([sys.executable, "-c", "pass"], None),
}


def main() -> None:
    """Measure and print."""
    folder = seeds()
    with tempfile.TemporaryDirectory() as place:
        environment = {**os.environ, "PAPERQA_LIBRARY": place, "PAPERQA_LLM": "none"}

        def run(command: list[str]) -> float:
            took, _ = seconds(
                lambda: subprocess.run(command, env=environment, check=True, capture_output=True)
            )
            return took

        run([PAPERQA, "add", str(folder)])
        works = [lambda command=command: run(command) for command, _ in COMMANDS.values()]
        columns = alternate(REPEATS + 1, *works)  # the first round fills the disk cache

    base = median(columns[3][1:])
    rows = []
    for (name, (_, goal)), (_, *column) in zip(COMMANDS.items(), columns, strict=True):
        middle = median(column)
        said = "" if goal is None else verdict(middle, goal)
        rows.append((name, middle, min(column), max(column), middle / base, said))
    table(
        f"A new process, files in the disk cache, 255 papers; medians of {REPEATS}",
        ("command", "s", "least", "most", "of the import", "goal"),
        rows,
    )


if __name__ == "__main__":
    with quiet_check():
        main()

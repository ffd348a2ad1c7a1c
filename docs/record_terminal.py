"""Make docs/terminal.svg: the README's first question, really asked.

.venv/bin/python docs/record_terminal.py
"""

import io
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

QUESTION = "Which papers replace softmax attention with a cheaper alternative?"
WIDTH = 112


def main() -> None:
    """Ask, and draw what was printed."""
    shown = subprocess.run(
        [sys.executable, "-m", "paperqa.cli", "ask", QUESTION],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    console = Console(record=True, width=WIDTH, file=io.StringIO())
    console.print(Text(f'$ make ask Q="{QUESTION}"', style="bold green"))
    for line in re.sub(r"\(from the packaged sample papers:.*?\)", "(sample papers)", shown).split(
        "\n"
    ):
        text = Text(line, style="dim" if line.startswith("    “") else "")
        text.highlight_regex(r"\[\d+\]", "bold cyan")
        console.print(text)
    svg = console.export_svg(title="paperqa")
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)  # no fonts from other hosts
    svg = svg.replace("Fira Code", "ui-monospace, Menlo, Consolas")
    svg = "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"
    (Path(__file__).parent / "terminal.svg").write_text(svg)


if __name__ == "__main__":
    main()

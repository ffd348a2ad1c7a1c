"""PaperQA2's own environment: what it takes to make it, and how long its import lasts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Mapping
from functools import partial
from hashlib import sha256
from pathlib import Path

from platformdirs import user_cache_path

from common import alternate, median, seconds

REQUIREMENTS = Path(__file__).with_name("rival_requirements.txt")
IMPORTS = 3  # times that each import is timed


def environment(home: str) -> dict[str, str]:
    """Variables for PaperQA2: neither this project's nor a list of prices from elsewhere."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return kept | {"PQA_HOME": home, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}


def paperqa2_python() -> tuple[Path, Mapping[str, float]]:
    """The interpreter of PaperQA2's environment, made where it isn't there, and what that took."""
    digest = sha256(REQUIREMENTS.read_bytes() + sys.version.encode()).hexdigest()[:12]
    folder = user_cache_path("paperqa") / "rivals" / f"paperqa2-{digest}"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    about = folder / "installed.json"
    if not about.exists():
        print(f"Installing PaperQA2 into {folder} (once)", flush=True)
        venv.create(folder, clear=True, with_pip=True)
        before = _holds(folder)
        took, _ = seconds(lambda: _install(python))
        packages, size = (now - then for now, then in zip(_holds(folder), before, strict=True))
        about.write_text(json.dumps({"seconds": took, "packages": packages, "bytes": size}))
    return python, json.loads(about.read_text())


def _install(python: Path) -> None:
    command = [python, "-m", "pip", "install", "--quiet", "--no-input", "-r", REQUIREMENTS]
    done = subprocess.run(command, check=False, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        sys.exit(
            f"PaperQA2 can't be installed: {(said or ['pip failed'])[0].removeprefix('ERROR: ')}. "
            "See that pip reaches a package index, and run this again"
        )


def _holds(folder: Path) -> tuple[int, int]:
    """How many packages, and how many bytes."""
    files = [file for file in folder.rglob("*") if not file.is_dir()]
    return len(list(folder.rglob("*.dist-info"))), sum(file.lstat().st_size for file in files)


def say_setup(python: Path, took: Mapping[str, float]) -> None:
    """What setting PaperQA2 up took, and how long the imports last."""
    print(
        f"PaperQA2's environment: {took['packages']} packages, {took['bytes'] / 1e6:.0f} MB, "
        f"installed in {took['seconds']:.0f} s"
    )
    imports = {
        "paperqa": (sys.executable, "import paperqa; paperqa.Library"),
        "LlamaIndex": (sys.executable, "import llama_index.vector_stores.chroma"),
        "PaperQA2": (python, "import paperqa; paperqa.Docs"),
    }
    with tempfile.TemporaryDirectory() as home:

        def run(command: tuple[str | Path, str]) -> float:
            work = partial(subprocess.run, env=environment(home), cwd=home, check=True)
            return seconds(lambda: work([command[0], "-c", command[1]]))[0]

        works = [partial(run, command) for command in imports.values()]
        columns = alternate(IMPORTS + 1, *works)  # the first round fills the disk cache
    said = (f"{name} {median(c[1:]):.1f} s" for name, c in zip(imports, columns, strict=True))
    print(f"A process that only imports it, median of {IMPORTS}: {', '.join(said)}\n")

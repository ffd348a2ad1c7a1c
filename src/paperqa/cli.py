"""The command line, and the only place with exit codes: 0 done, 1 an error, 2 wrong usage."""

from __future__ import annotations

import gc
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from paperqa.cli_eval import evaluate
from paperqa.cli_models import models
from paperqa.cli_serve import serve, users
from paperqa.errors import InputError, PaperqaError

if TYPE_CHECKING:
    from paperqa.library import Library
    from paperqa.settings import Settings
    from paperqa.types import Where

Command = Any  # click decorates functions and commands alike


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="paperqa-chat", prog_name="paperqa")
def cli() -> None:
    """Ask a collection of scientific papers. Every claim cites the paper and quotes the passage."""


def _with_library(command: Command) -> Command:
    return click.option(
        "--library", type=click.Path(path_type=Path), metavar="DIR",
        help="The library's folder.  [default: PAPERQA_LIBRARY, else a folder of your own]",
    )(command)  # fmt: skip


def _with_filters(command: Command) -> Command:
    options: tuple[Command, ...] = (
        click.option("--paper", multiple=True, metavar="ID", help="Only this paper; repeatable."),
        click.option("--organization", metavar="NAME", help="Only papers of this organisation."),
        click.option("--year", metavar="Y[-Y]", callback=_years, help="Only these years."),
    )
    for option in options:
        command = option(command)
    return command


def _years(context: click.Context, option: click.Parameter, value: str | None) -> Any:
    if value is None:
        return None
    first, _, last = value.partition("-")
    if not first.isdigit() or not (last or first).isdigit():
        raise click.BadParameter("must be a year or two, such as 2021 or 2021-2023")
    return int(first), int(last or first)


def _where(year: Any, organization: str | None, paper: tuple[str, ...], words: str = "") -> Where:
    from paperqa.types import Where

    return Where(years=year, organization=organization, words=words or None, paper_ids=paper)


def _settings(library: Path | None) -> Settings:
    from paperqa.settings import load_settings

    return load_settings(library=library)


def _open(library: Path | None) -> Library:
    from paperqa.library import Library

    return Library(settings=_settings(library))


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


@cli.command()
@_with_library
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--saved-on", multiple=True, metavar="FILE=DATE",
              help="The day a listing page was saved; gives it its missing years.")  # fmt: skip
def add(paths: tuple[str, ...], saved_on: tuple[str, ...], library: Path | None) -> None:
    """Add files and folders of papers; `-` takes pasted text. Adding again is free."""
    from paperqa.terminal import progress_bar, say, warn

    pairs = [pair.rpartition("=") for pair in saved_on]
    if any(not file for file, _, _ in pairs):
        raise click.BadParameter("must be FILE=YYYY-MM-DD", param_hint="--saved-on")
    with _open(library) as lib:
        if paths == ("-",):
            report = lib.add_text(sys.stdin.buffer.read())
        else:
            with progress_bar("Adding", "papers") as update:
                report = lib.add(*paths, saved_on={f: d for f, _, d in pairs}, progress=update)
    for path in report.skipped:
        warn(f"left out, no reader for this kind of file: {path}")
    for rejection in report.rejected:
        warn(f"not taken: {rejection}")
    say(str(report))
    if report.rejected:
        sys.exit(1)


@cli.command()
@_with_library
@click.argument("papers", nargs=-1, required=True, metavar="ID|TITLE...")
def remove(papers: tuple[str, ...], library: Path | None) -> None:
    """Take papers out, by id or title. Adding their file again brings them back."""
    from paperqa.papers import normalise
    from paperqa.terminal import say

    with _open(library) as lib:
        known = list(lib.papers())
        found = []
        for name in papers:
            same = [p.id for p in known if name == p.id or normalise(name) == normalise(p.title)]
            if not same:
                raise InputError(f"no paper has the id or title {name!r}; see `paperqa papers`")
            if len(same) > 1:
                raise InputError(f"{len(same)} papers are called {name!r}; name one by its id")
            found += same
        say(f"removed {lib.remove(*found)}")


@cli.command()
@_with_library
@_with_filters
@click.option("--words", default="", help="Only papers with all these words in title or text.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON (see docs/json.md).")
def papers(year: Any, organization: str | None, paper: tuple[str, ...], words: str,
           as_json: bool, library: Path | None) -> None:  # fmt: skip
    """List the papers."""
    from dataclasses import asdict

    from paperqa.terminal import say, show_papers

    with _open(library) as lib:
        found = list(lib.papers(_where(year, organization, paper, words)))
        if as_json:
            _print_json([asdict(item) for item in found])
        else:
            show_papers(found)
            say(f"{len(found)} of {len(lib)} papers in {lib.folder}")


@cli.command()
@_with_library
@_with_filters
@click.argument("question")
@click.option("-k", default=10, show_default=True, type=click.IntRange(1, 1000),
              help="How many papers.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print JSON (see docs/json.md).")
def search(question: str, k: int, year: Any, organization: str | None, paper: tuple[str, ...],
           as_json: bool, library: Path | None) -> None:  # fmt: skip
    """Find the papers that fit a question, each with its best sentence."""
    from paperqa.terminal import show_evidence, warn

    with _open(library) as lib:
        found = lib.search(question, k, _where(year, organization, paper))
        if not len(lib):
            warn(f"the library {lib.folder} is empty; add papers with `paperqa add`")
    if as_json:
        _print_json([evidence.to_dict() for evidence in found])
    else:
        show_evidence(found)


@cli.command()
@_with_library
@_with_filters
@click.argument("question", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the whole answer as JSON.")
@click.option("--batch", type=click.Path(path_type=Path), metavar="FILE",
              help='Answer a JSONL file of {"id", "question", "history"?}.')  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE",
              help='Where --batch writes {"id", "answer"}; goes on where it stopped.')  # fmt: skip
def ask(question: str | None, as_json: bool, batch: Path | None, out: Path | None,
        year: Any, organization: str | None, paper: tuple[str, ...],
        library: Path | None) -> None:  # fmt: skip
    """Answer a question from the papers, with citations."""
    from paperqa.conversation import answer_once

    where = _where(year, organization, paper)
    if batch is not None:
        if out is None or question is not None:
            raise click.UsageError("--batch needs --out FILE, and takes no question")
        _ask_batch(batch, out, where, library)
        return
    if question is None or out is not None:
        raise click.UsageError("name a question, or --batch FILE --out FILE")
    with _open(library) as lib:
        if as_json:
            _print_json(lib.ask(question, where=where).to_dict())
        else:
            answer_once(lib, question, where=where)


def _ask_batch(batch: Path, out: Path, where: Where, library: Path | None) -> None:
    from paperqa.batch import answer_all, read_questions
    from paperqa.terminal import progress_bar, say

    questions = read_questions(batch)
    with _open(library) as lib, progress_bar("Answering", "questions") as update:
        n = answer_all(questions, out, lambda text, past: lib.ask(text, past, where), update)
    say(f"answered {n}, kept {len(questions) - n}: {out}")


@cli.command()
@_with_library
@_with_filters
def chat(year: Any, organization: str | None, paper: tuple[str, ...], library: Path | None) -> None:
    """A conversation in the terminal; an empty line or Ctrl-D ends it."""
    from paperqa.conversation import converse

    with _open(library) as lib:
        converse(lib, _where(year, organization, paper))


@cli.command()
@_with_library
def verify(library: Path | None) -> None:
    """Compare the search indexes with the catalogue."""
    from paperqa.terminal import say, warn

    with _open(library) as lib:
        problems = lib.problems()
        for problem in problems:
            warn(problem)
        if problems:
            sys.exit(1)
        say(f"{len(lib)} papers in {lib.folder}: all indexes agree with the catalogue")


@cli.command()
@_with_library
def repair(library: Path | None) -> None:
    """Rebuild the search indexes from the catalogue, or make them for another PAPERQA_EMBEDDING.

    Papers that must be embedded anew are, beside the old index, which answers until all are.
    Killed, the next call goes on.
    """
    from paperqa.terminal import progress_bar, say

    with _open(library) as lib:
        with progress_bar("Indexing", "done") as update:
            lib.repair(update)
        say(f"rebuilt the indexes of {len(lib)} papers in {lib.folder}")


@cli.command()
@_with_library
def doctor(library: Path | None) -> None:
    """Say what is configured, what is reachable, where things are, and what to fix."""
    from paperqa.doctor import examine
    from paperqa.terminal import say, warn

    broken = False
    for finding in examine(_settings(library)):
        say(f"{'✗' if finding.fix else '✓'} {finding.what}: {finding.state}")
        if finding.fix:
            broken = True
            warn(f"  → {finding.fix}")
    if broken:
        sys.exit(1)


cli.add_command(models)
cli.add_command(evaluate)
cli.add_command(serve)
cli.add_command(users)


def main() -> None:
    """Run the command line."""
    gc.set_threshold(50_000)  # looking for garbage among modules takes a tenth of a second
    try:
        cli(standalone_mode=False)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (KeyboardInterrupt, click.Abort):
        click.echo("\nstopped; what was committed is kept", err=True)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except PaperqaError as error:
        click.echo(f"paperqa: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()

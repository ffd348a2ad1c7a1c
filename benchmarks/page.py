"""The page in Chromium: seconds until one can ask, and what ten wait for who ask at once.

Each opening is a browser of its own, with nothing kept; the server is warm. Beside it, a bare
`gr.ChatInterface`. Ten who ask at once are ten browsers on the server's own machine: they take
some of its time. `--opening` leaves them out, `--llm local` has the local model answer them too.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import combinations
from pathlib import Path
from socket import create_server

from playwright.sync_api import Browser, sync_playwright

from common import alternate, median, quiet_check, seconds, table, verdict
from paperqa.evaluation.dataset import load_dataset

ROOT = Path(__file__).parents[1]
GOAL = 2.0  # seconds
USERS = 10
PATIENCE = 900_000  # milliseconds for the last in line
OURS, THEIRS = "#ask textarea", "textarea"  # where a question is typed
PAPERQA = str(Path(sys.executable).parent / "paperqa")
RIVAL = """
import sys
import gradio
chat = gradio.ChatInterface(lambda message, history: message, analytics_enabled=False)
chat.queue().launch(server_port=int(sys.argv[1]), quiet=True, prevent_thread_lock=True)
print("ready", flush=True)
chat.block_thread()
"""
ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-background-networking --disable-sync "
    "--disable-renderer-backgrounding --disable-background-timer-throttling "
    "--disable-backgrounding-occluded-windows"
).split()
WATCH = """() => {
  const now = () => performance.timeOrigin + performance.now();
  const marks = (window.marks = {});
  const pressed = (event) => { if (event.key === "Enter") marks.asked ??= now(); };
  document.addEventListener("keydown", pressed, true);
  new MutationObserver(() => {
    if (document.querySelector("#live .card")) marks.evidence ??= now();
    if (document.querySelector("#live .made, #live .failure")) marks.answer ??= now();
  }).observe(document.body, { childList: true, subtree: true });
}"""


@contextmanager
def serving(command: list[str], **environment: str) -> Iterator[str]:
    """A server in a process of its own, once it says the first thing; gives its address.

    Its port is the command's last word.
    """
    with create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with subprocess.Popen(
        [*command, str(port)], env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        if not server.stdout.readline():
            sys.exit(f"{command[0]} didn't start")
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


@contextmanager
def paperqa(llm: str) -> Iterator[str]:
    """The page over the packaged sample."""
    with tempfile.TemporaryDirectory() as place:
        command = [PAPERQA, "serve", "--no-open", "--library", place, "--port"]
        with serving(command, PAPERQA_LLM=llm, PAPERQA_CACHE="false") as address:
            yield address


def opened(browser: Browser, address: str, box: str) -> tuple[float, float]:
    """Seconds until something is typed into a box: in a new browser, and there once more."""
    with browser.new_context() as context:
        page = context.new_page()

        def visit() -> None:
            page.goto(address, wait_until="commit")
            page.locator(box).fill("How")

        return seconds(visit)[0], seconds(visit)[0]


def opening(browser: Browser, repeats: int) -> None:
    """Open both pages in turns, and print the medians."""
    with paperqa("none") as ours, serving([sys.executable, "-c", RIVAL]) as theirs:
        pages = ((ours, OURS), (theirs, THEIRS))
        works = [partial(opened, browser, *page) for page in pages]
        columns = [column[1:] for column in alternate(repeats + 1, *works)]  # the first one warms
    new, again = ([median(times) for times in zip(*each, strict=True)] for each in columns)
    rows = [("paperqa", *new), ("gr.ChatInterface", *again)]
    ratios = [a / b for a, b in zip(new, again, strict=True)]
    table(
        f"Seconds until a question can be typed; medians of {repeats}",
        ("page", "a new browser", "the same again"),
        [*rows, ("paperqa / ChatInterface", *ratios)],
    )
    print(f"a new browser: {new[0]:.2f} s; goal {verdict(new[0], GOAL)}")


def ten_at_once(browser: Browser, llm: str) -> None:
    """Ask with ten browsers at once, and print when each got what."""
    samples = [s for s in load_dataset(ROOT / "eval" / "transformers", "dev") if s.kind == "fact"]
    with paperqa(llm) as address:
        pages = [browser.new_context().new_page() for _ in range(USERS)]
        for page, sample in zip(pages, samples, strict=False):
            page.goto(address)
            page.locator(OURS).fill(sample.question)
            page.evaluate(WATCH)
        for page in pages:
            page.locator(OURS).press("Enter")
        for page in pages:
            page.wait_for_function("marks.answer", timeout=PATIENCE)
        marks = [page.evaluate("marks") for page in pages]
        failed = sum(page.locator("#live .failure").count() for page in pages)
        for page in pages:
            page.context.close()
    waited = [[(m[what] - m["asked"]) / 1000 for what in ("evidence", "answer")] for m in marks]
    pairs = list(combinations([mark["answer"] for mark in marks], 2))
    table(
        f"Ten at once, {llm}: seconds since one's own question",
        ("place in line", "evidence", "answer"),
        [(place, *times) for place, times in enumerate(waited, 1)],
    )
    in_order = sum(first <= second for first, second in pairs)
    print(
        f"who asked first was answered first in {in_order} of {len(pairs)} pairs; {failed} failed"
    )


def main() -> None:
    """Measure and print."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--opening", action="store_true", help="only the opening of the page")
    parser.add_argument("--llm", choices=["local"], help="have this model answer ten at once too")
    given = parser.parse_args()
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or sys.exit("no Chromium is there; run `make browser`")
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        opening(browser, given.repeats)
        if not given.opening:
            for llm in filter(None, ("none", given.llm)):
                ten_at_once(browser, llm)
        browser.close()


if __name__ == "__main__":
    with quiet_check():
        main()

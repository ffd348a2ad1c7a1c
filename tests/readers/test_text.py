"""Plain text and Markdown: where title and abstract come from, and texts that are none."""

import io

import pytest

from paperqa.readers import Document, Unreadable, read
from paperqa.types import Paper


def paper(text: str | bytes, suffix: str = ".txt", name: str = "file") -> Paper:
    data = text.encode() if isinstance(text, str) else text
    (found,) = read(Document(name, suffix, lambda: io.BytesIO(data)))
    return found


@pytest.mark.parametrize(
    "text",
    [
        "Ferries on Ice\n\nThey cross the bay.\n\nAll winter.\n",
        "\n\nFerries on Ice\n\nThey cross the bay.\n\nAll winter.",
        "\ufeffFerries on Ice  \r\n\r\nThey cross the bay.\r\n\r\nAll winter.\r\n",
        "Ferries on Ice\n  \nThey cross the bay.\n\nAll winter.",
    ],
    ids=["plain", "blank lines first", "Windows", "blank line with spaces"],
)
@pytest.mark.parametrize("suffix", [".txt", ""])
def test_a_first_line_on_its_own_is_the_title(text, suffix):
    found = paper(text, suffix)
    assert (found.title, found.abstract, found.text) == (
        "Ferries on Ice",
        "They cross the bay.",
        "They cross the bay.\n\nAll winter.",
    )


@pytest.mark.parametrize(
    "text",
    [
        "They cross the bay.\nAll winter.",
        "They cross the bay.",
        "They cross the bay. " * 20 + "\n\nAll winter.",
    ],
    ids=["no blank line", "one line", "long first line"],
)
def test_a_text_without_a_title_is_known_by_its_words(text):
    found = paper(text)
    assert found.title == ""
    assert found.text == text.strip()
    assert found.id.startswith("text:")
    assert found.id == paper(f"\n{text}\n", name="other").id
    assert found.id != paper(f"{text} More.").id


@pytest.mark.parametrize(
    "heading",
    ["# Ferries on Ice", "# Ferries on Ice #", "---\ndate: 2021\n---\n\n#  Ferries on Ice"],
)
@pytest.mark.parametrize("suffix", [".md", ".markdown"])
def test_the_first_heading_is_the_title(heading, suffix):
    found = paper(f"{heading}\n\nThey cross the bay.\n\n## Winter\n\nThey stop.\n", suffix)
    assert found.title == "Ferries on Ice"
    assert found.text == "They cross the bay.\n\n## Winter\n\nThey stop."


@pytest.mark.parametrize(
    "text",
    [
        "Ferries on Ice\n\nRun this:\n\n```sh\n# cross the bay\nferry --go\n```\n\nThen wait.",
        "Ferries on Ice\n\n#\n\nThey cross the bay.",
        "Ferries on Ice\n\n#winter #bay",
    ],
    ids=["comment in code", "empty heading", "tags"],
)
def test_not_every_hash_is_a_heading(text):
    found = paper(text, ".md")
    assert found.title == "Ferries on Ice"
    assert found.text == text.split("\n\n", 1)[1]


@pytest.mark.parametrize(
    ("suffix", "section"),
    [
        (".md", "## Abstract\n\nWe cross\nthe bay.\n\n## Introduction"),
        (".md", "## ABSTRACT\nWe cross\nthe bay.\n## Introduction"),
        (".md", "**Abstract**\n\nWe cross\nthe bay."),
        (".txt", "Abstract\n\nWe cross\nthe bay.\n\nIntroduction"),
        (".txt", "Abstract:\nWe cross\nthe bay.\n\nIntroduction"),
    ],
)
def test_the_abstract_is_the_section_of_that_name(suffix, section):
    title = "# Ferries" if suffix == ".md" else "Ferries"
    found = paper(f"{title}\n\nAda Bay, Harbour Lab\n\n{section}\n\nBays are cold.\n", suffix)
    assert found.abstract == "We cross\nthe bay."
    assert found.text == f"Ada Bay, Harbour Lab\n\n{section}\n\nBays are cold."


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_with_a_mark_is_read(encoding):
    text = "Fähren\n\nSie fahren im Eis 🧊.\n"
    mark = "" if encoding == "utf-16" else "\ufeff"
    found = paper((mark + text).encode(encoding))
    assert (found.title, found.text) == ("Fähren", "Sie fahren im Eis 🧊.")


@pytest.mark.parametrize(
    ("data", "reason", "line"),
    [
        ("Fahrten\n\nFähren im Eis".encode("latin-1"), "not UTF-8 text; save it as UTF-8", 3),
        ("Fähren".encode("latin-1"), "not UTF-8 text; save it as UTF-8", 1),
        ("\ufeffTitle\n".encode("utf-16-le")[:-1], "not UTF-16 text", 1),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary file", None),
        ("No mark".encode("utf-16-le"), "binary file", None),
        (b"", "holds no text", None),
        (b" \n\t\r\n \n", "holds no text", None),
        ("\ufeff\n".encode(), "holds no text", None),
    ],
)
@pytest.mark.parametrize("suffix", [".txt", ".md", ".html"])
def test_what_is_no_text_is_refused_and_says_why(data, reason, line, suffix):
    with pytest.raises(Unreadable, match=reason) as caught:
        paper(data, suffix)
    assert caught.value.line == line


def test_a_heading_without_a_text_is_refused():
    with pytest.raises(Unreadable, match="holds no text"):
        paper("# Ferries on Ice\n", ".md")

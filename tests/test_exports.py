"""Conversations as files: worked by hand once, and with what hostile papers and models may say."""

import json
import re
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from paperqa.conversations import Conversation, Turn
from paperqa.exports import as_bibtex, as_json, as_markdown
from paperqa.types import Answer, Citation, Paper, Where

FOG = Paper(
    "doi:10.1/fog",
    "On {Fog} & 100% Mist_: A GAN",
    "",
    "",
    authors=("Ümit Öz", "Lovelace, Ada", "Fog and Mist Group"),
    organization="Harbour Lab",
    published="2023-03-05",
    url="https://example.org/a_b?x=1%20&y={z}#top",
    doi="10.1/fog_(a)<1::b>",
)
TIDES = Paper(
    "title:tides", "The Tides", "", "", organization="Brass & Co", n_authors=4, published="--07-11"
)
BARE = Paper("title:bare", "潮汐", "", "", n_authors=2, published="2021", url="javascript:alert(1)")


def turn(n, question, text, citations=(), **answer):
    form = Answer(question, question, text, False, (), citations, (), "extractive").to_dict()
    return Turn(n, question, form | answer, None, f"2026-05-0{n}T10:00:00.000000+00:00")


def conversation(*turns, scope=Where()):  # noqa: B008
    return Conversation("c0ffee", "ada", turns[0].question, scope, turns[-1].asked_at, turns)


TALK = conversation(
    turn(
        1,
        "What hides buoys?",
        "- On Fog: “It hides\nbuoys.” [1] [2]\n- Tides do not. [3]",
        (
            Citation(1, FOG.id, "On Fog", "It hides\nbuoys.", 0, 16, 0.9),
            Citation(2, FOG.id, "On Fog", "1. It is grey.", 17, 31, 0.8),
            Citation(3, TIDES.id, "The Tides", "Tides rise.", 0, 11, 0.7),
        ),
        notes=["Quotes stand in."],
    ),
    turn(
        2,
        "And its cost?",
        "The papers do not say.",
        refused=True,
        standalone_question="And On Fog's cost?",
    ),
    scope=Where(years=(2020, 2024), paper_ids=(FOG.id, "title:gone")),
)


def test_markdown_as_worked_by_hand():
    fog = replace(FOG, title="On Fog")
    assert (
        as_markdown(TALK, [fog])
        == """\
# What hides buoys?

*Only from: years 2020–2024; papers “On Fog”, title:gone*

## What hides buoys?

- On Fog: “It hides

buoys.” [1] [2]

- Tides do not. [3]

[1] **On Fog** (Harbour Lab, 2023-03-05)

> It hides buoys.

[2] **On Fog** (Harbour Lab, 2023-03-05)

> 1\\. It is grey.

[3] **The Tides**

> Tides rise.

*Note: Quotes stand in.*

*2026-05-01, extractive*

## And its cost?

*Understood as: And On Fog's cost?*

**Not answered.**

The papers do not say.

*2026-05-02, extractive*
"""
    )


HOSTILE = (
    "<script>alert(1)</script> <img src=x onerror=y> &lt;b&gt; <!-- c --> <?php ?>",
    "![a](http://evil.example/a.png) [b](javascript:x) [c][d] ![1](http://evil.example)",
    "[1]: http://evil.example [1](http://evil.example) [1][1] [^1]: x",
    "[1]: /x",
    "[1](/x) [1](javascript:x)",
    "<http://evil.example> http://evil.example www.evil.example a@evil.example mailto:a@b.c",
    "`` ` code ``` `http://e` ``x://`` `",
    "*a* **b** _c_ __d__ ~~e~~ $x^2$ \\ \\* \\[1\\] # h ##",
    "# heading",
    "> quote",
    "- item\n+ item\n* item\n1. item\n2) item\n- [ ] task\n- - x\n- # x\n-     code",
    "---\n***\n___\n===\n--- |\n-|-\n| a | b |\n|---|---|\n- ---",
    "    code\n\tcode\n```\nfence\n~~~\nfence",
    "<div>\n\n<b>x</b>\n\n</div>\n<table><tr><td>",
    "{{ liquid }} {% raw %} {#id .class} `http://x`{=html}",
    "a\x1b[31m\x00b\u202ec\r\nd\x85e\u2028f",
)
OWN = re.compile(r"</?(?:h1|h2|p|ul|li|em|strong|blockquote|code)>")


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_others_comes_alive_in_markdown(text):
    cited = (Citation(1, "x", text, text, 0, 1, 0.5),)
    talk = conversation(
        turn(1, text, text, cited, notes=[text], model=text, standalone_question=f"{text}!"),
        scope=Where(words=text, paper_ids=(text,)),
    )
    paper = Paper("x", text, "", "", authors=(text, text), published="2023")
    written = as_markdown(talk, [paper])
    for reader in ("commonmark", "js-default"):  # HTML is let through; tables, strikethrough
        shown = MarkdownIt(reader, {"html": True}).render(written)
        assert re.findall("<[^>]*>", OWN.sub("", shown)) == []
        # Nothing but the paper's own structure: one title, one question, one quote.
        counts = {tag: shown.count(f"<{tag}>") for tag in ("h1", "h2", "blockquote", "strong")}
        assert set(counts.values()) == {1}
        assert shown.count("<em>") == 4
        assert "<pre>" not in shown
    # Readers that make links of addresses look for them outside of code.
    inline = (t.children or () for t in MarkdownIt("commonmark").parse(written))
    words = "".join(t.content if t.type == "text" else " " for some in inline for t in some)
    assert not re.search(r"://|www\.|\w@\w", words)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", written)


@pytest.mark.parametrize("text", [t for t in HOSTILE if "\n" not in t and t.isprintable()])
def test_what_a_reader_of_markdown_sees_is_the_text_itself(text):
    rendered = MarkdownIt("commonmark").parse(as_markdown(conversation(turn(1, text, "No."))))
    heading = rendered[rendered.index(next(t for t in rendered if t.tag == "h2")) + 1]
    shown = "".join(child.content for child in heading.children)
    assert " ".join(shown.split()) == " ".join(text.split())


def test_nothing_is_escaped_without_need():
    written = as_markdown(conversation(turn(1, "Q?", "2.5 (or -1) [1] [12], [x] and a_b.")))
    assert "\n2.5 (or -1) [1] [12], \\[x\\] and a\\_b.\n" in written


def test_json_is_the_conversation_without_its_owner():
    given = json.loads(as_json(TALK))
    assert given == {
        "id": "c0ffee",
        "title": "What hides buoys?",
        "scope": {
            "years": [2020, 2024],
            "n_authors": None,
            "organization": None,
            "by": None,
            "dated": None,
            "words": None,
            "paper_ids": [FOG.id, "title:gone"],
        },
        "updated": "2026-05-02T10:00:00.000000+00:00",
        "turns": [
            {
                "id": turn.id,
                "question": turn.question,
                "answer": turn.answer,
                "liked": None,
                "asked_at": turn.asked_at,
            }
            for turn in TALK.turns
        ],
    }
    assert "ada" not in as_json(TALK)


def test_bibtex_as_worked_by_hand():
    # Braces of a title are words, as BibTeX counts them; a group isn't two authors; "潮汐" has no
    # letters for a key; a date without its year is a month.
    assert (
        as_bibtex([FOG, TIDES, BARE, FOG])
        == r"""@misc{oz2023fog,
  title = {{On \textbraceleft{}Fog\textbraceright{} \& 100\% Mist\_: A GAN}},
  author = {Ümit Öz and Lovelace, Ada and {Fog and Mist Group}},
  year = {2023},
  month = mar,
  url = {https://example.org/a_b?x=1%20&y=%7Bz%7D#top},
  doi = {10.1/fog_(a)<1::b>},
  note = {Harbour Lab},
}

@misc{brasscotides,
  title = {{The Tides}},
  author = {{Brass \& Co}},
  month = jul,
  note = {4 authors},
}

@misc{anon2021,
  title = {{潮汐}},
  year = {2021},
  note = {2 authors},
}
"""
    )
    assert as_bibtex([]) == ""


def test_keys_of_bibtex_are_unique():
    same = [replace(FOG, id=f"{n}") for n in range(3)]
    tricky = replace(FOG, id="x", title="Fog-2")  # its key has no hyphen of its own
    keys = re.findall(r"@misc{(.+),", as_bibtex([*same, tricky]))
    assert keys == ["oz2023fog", "oz2023fog-2", "oz2023fog-3", "oz2023fog-4"]


HOSTILE_LATEX = r"\input{/etc/passwd} }} \write18{ls} @misc{x, % $a^b$ ~ # & _ < > |" + "\n\x1b}"


def test_no_text_of_others_is_a_latex_command_or_ends_its_entry():
    paper = Paper(
        "x",
        HOSTILE_LATEX,
        "",
        "",
        authors=(HOSTILE_LATEX,),
        organization=HOSTILE_LATEX,
        published="2023-01-01",
        url="https://e.example/" + HOSTILE_LATEX,
        doi=HOSTILE_LATEX,
    )
    written = as_bibtex([paper, replace(paper, id="y", authors=())])
    depth, outside = 0, ""
    for char in written:
        depth += (char == "{") - (char == "}")
        outside += char if depth == 0 else ""
    assert outside == "@misc}\n\n@misc}\n"  # two entries, none of the paper's making
    words = "backslash braceleft braceright asciitilde asciicircum less greater bar".split()
    ours = rf"\\text(?:{'|'.join(words)}){{}}|\\[$&#_%]"
    assert "\\" not in re.sub(ours, "", written)
    assert "\x1b" not in written

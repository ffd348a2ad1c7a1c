"""Turns and evidence cards as HTML. Offsets count characters of TEXT."""

from html.parser import HTMLParser

import pytest

from paperqa.types import Answer, Citation, Claim, Evidence, Paper, Passage, Sentence
from paperqa.ui.cards import date_words, facts
from paperqa.ui.thread import show_turn, welcome

SENTENCES = ("Tides rise.", "Gaps last nine days.", "Nets fill gaps.")
TEXT = " ".join(SENTENCES)
PAPER = Paper("p", "TideFormer: Filling Gaps", TEXT, TEXT, published="2024", n_authors=3)
OTHER = Paper("q", "Another", "Other words.", "Other words.")
HOSTILE = (
    '"><img src=http://evil.example/x onerror=alert(1)><script>alert(1)</script>'
    "[x](javascript:alert(1)) ![y](http://evil.example/y) \u202e\x1b ' & ${alert(1)} {{x}}"
)


def citation(marker, sentence, paper=PAPER):
    start = paper.text.index(sentence)
    end = start + len(sentence)
    return Citation(marker, paper.id, paper.title, sentence, start, end, 0.9)


def evidence(paper, rank):
    sentence = Sentence(0, len(paper.text), paper.text, 1.0)
    passage = Passage("1", paper.id, 0, len(paper.text), paper.text, ((0, len(paper.text)),))
    return Evidence(paper, passage, 1.0, rank, 0.9, 0.9, (sentence,), 1)


def answer(text="", *, cited=(), claims=(), found=(PAPER, OTHER), **more):
    rows = tuple(evidence(paper, rank) for rank, paper in enumerate(found, 1))
    given = {"refused": False, "model": "extractive"} | more
    return Answer(
        "How long?", given.pop("standalone", "How long?"), text, claims=tuple(claims),
        citations=tuple(cited), evidence=rows, **given,
    ).to_dict()  # fmt: skip


def show(turn, key="7", papers=(PAPER, OTHER), **more):
    return show_turn(turn, key, {paper.id: paper for paper in papers}.get, **more)


class Read(HTMLParser):
    """Tags, attributes, ids and text of HTML; `marked` is what each <mark> holds."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes, self.text, self.marked = set(), [], "", []
        self.open = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs
        self.open.append(tag)
        if tag == "mark":
            self.marked.append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data
        if "mark" in self.open and "a" not in self.open:
            self.marked[-1] += data

    def all(self, name):
        return [value for key, value in self.attributes if key == name]


@pytest.mark.parametrize("state", ["running", "kept", "stopped", "failed"])
@pytest.mark.parametrize("refused", [False, True])
def test_hostile_text_stays_text_wherever_it_stands(state, refused):
    paper = Paper(
        HOSTILE, HOSTILE, HOSTILE, HOSTILE, authors=(HOSTILE,) * 4, organization=HOSTILE,
        published="2024", url="javascript:alert(1)", doi=HOSTILE, sources=(HOSTILE, "a/" + HOSTILE),
    )  # fmt: skip
    claims = [
        Claim(HOSTILE, (1,), True, HOSTILE),
        Claim(HOSTILE, (), False, HOSTILE),
    ]
    turn = answer(
        f"- {HOSTILE} [1]\n{HOSTILE}", cited=[citation(1, HOSTILE, paper)], claims=claims,
        found=(paper, OTHER), refused=refused, model=HOSTILE, notes=(HOSTILE,), standalone=HOSTILE,
    )  # fmt: skip
    turn["question"] = HOSTILE + "?"
    html = Read(show(turn, papers=(paper,), state=state, failure=HOSTILE))
    assert html.tags <= {
        "article", "h2", "h3", "p", "div", "aside", "ul", "li", "a", "b", "i", "span",
        "blockquote", "mark", "details", "summary", "button",
    }  # fmt: skip
    assert {name for name, _ in html.attributes} <= {
        "class", "id", "href", "target", "rel", "tabindex", "role", "aria-label", "aria-live",
        "aria-hidden", "aria-pressed", "type", "data-paper", "data-quotes", "data-turn",
        "data-copy", "data-like",
    }  # fmt: skip
    assert all(href.startswith(("#", "https://")) for href in html.all("href"))
    assert "<script>alert(1)</script>" in html.text
    assert not {"\u202e", "\x1b"} & set(html.text)


def test_a_huge_table_is_text():
    html = Read(show(answer("| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 2000)))
    assert "table" not in html.tags
    assert html.text.count("| 1 | 2 |") == 2000


def test_markers_lead_to_quotes_and_back():
    cited = [citation(1, SENTENCES[1]), citation(2, SENTENCES[0])]
    html = Read(show(answer("Nine days. [1][2] Really. [1] Not mine [3].", cited=cited)))
    hrefs = [href for href in html.all("href") if href.startswith("#")]
    assert hrefs[:3] == ["#card-7-1", "#card-7-2", "#card-7-1"]
    ids = html.all("id")
    assert len(ids) == len(set(ids))  # a marker that comes twice has one id
    assert {href[1:] for href in hrefs} <= set(ids)
    assert "Not mine [3]." in html.text  # no citation 3: no link
    assert "Citation 1: TideFormer: Filling Gaps" in html.all("aria-label")


def test_quotes_are_marked_within_their_passage():
    cited = [citation(1, SENTENCES[2]), citation(2, SENTENCES[0])]
    html = Read(show(answer("x [1][2]", cited=cited, found=())))
    assert [quote.strip() for quote in html.marked] == [SENTENCES[0], SENTENCES[2]]
    assert " Gaps last nine days. " in html.text


def test_long_passages_are_cut_between_words():
    text = "word " * 200 + "The quote." + " end" * 200
    paper = Paper("p", "T", text, text)
    html = Read(show(answer("x [1]", cited=[citation(1, "The quote.", paper)], found=()),
                     papers=(paper,)))  # fmt: skip
    shown = html.text[html.text.index("…") : html.text.rindex("…") + 1]
    assert shown.strip("… ").replace("1 The quote.", "The quote.") in text
    assert 300 < len(shown) < 400  # 180 characters on either side
    assert html.text.count("…") == 2


def test_quotes_that_overlap_show_each_character_once():
    whole, part = citation(1, TEXT), citation(2, SENTENCES[1])
    html = Read(show(answer("x [1][2]", cited=[whole, part], found=())))
    assert html.text.count("nine") == 1
    assert {"card-7-1", "card-7-2"} <= set(html.all("id"))


def test_a_card_leads_to_its_paper_and_all_its_quotes():
    cited = [citation(1, SENTENCES[2]), citation(2, SENTENCES[0])]
    html = Read(show(answer("x [1][2]", cited=cited)))
    assert html.all("data-paper") == ["p", "q"]
    spans = [tuple(map(int, each.split("-"))) for each in html.all("data-quotes")[0].split()]
    assert [TEXT[start:end] for start, end in spans] == [SENTENCES[2], SENTENCES[0]]
    assert "Open in Papers: TideFormer: Filling Gaps" in html.all("aria-label")
    assert Read(show(answer("x [1][2]", cited=cited), papers=())).all("data-paper") == []


@pytest.mark.parametrize("papers", [(), (Paper("p", "T", "changed", "changed"),)])
def test_a_quote_stands_alone_where_its_paper_is_gone_or_has_changed(papers):
    turn = answer("x [1]", cited=[citation(1, SENTENCES[1])], found=())
    html = Read(show(turn, papers=papers))
    assert [quote.strip() for quote in html.marked] == [SENTENCES[1]]
    assert SENTENCES[0] not in html.text
    assert ("no longer in the library" in html.text) == (not papers)


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("verbatim", "Checked: quoted word for word"),
        ("agreement 0.82", "Checked: agreement 0.82, supported"),
        ("from the catalogue", "Checked: from the catalogue, not from this text"),
    ],
)
def test_the_verdict_of_the_support_check_is_in_words(reason, said):
    claims = [Claim("a", (1,), True, reason), Claim("b", (1,), False, "says more")]
    turn = answer("a [1]", cited=[citation(1, SENTENCES[1])], claims=claims)
    html = Read(show(turn))
    assert said in html.text
    assert "says more" not in html.text[html.text.index(said) :]


def test_what_is_not_cited_is_folded_once_the_answer_is_there():
    turn = answer("x [1]", cited=[citation(1, SENTENCES[1])])
    done = show(turn)
    assert "1 paper cited" in done
    assert done.index("<details>") < done.index("Another") < done.index("</details>")
    reading = show(turn, key="now", state="running")
    assert "<details>" not in reading
    assert "2 papers found" in reading


def test_markers_lead_somewhere_while_the_answer_comes():
    turn = answer("Nine days. [1]", cited=[citation(1, SENTENCES[1])], found=(OTHER, PAPER))
    html = show(turn, key="now", state="running")
    assert 'href="#card-now-1"' in html
    assert 'id="card-now-1"' in html
    assert html.index("<h3>") < html.index("Filling Gaps</h3>") < html.index("Another</h3>")


def test_a_refusal_shows_the_nearest_papers_and_says_that_it_is_one():
    found = tuple(Paper(str(n), f"Paper {n}", "Words.", "Words.") for n in range(5))
    html = show(answer("The papers do not say.", refused=True, found=found))
    assert 'class="turn refused"' in html
    assert "Not in these papers" in html
    assert html.index("Paper 2") < html.index("<details>") < html.index("Paper 3")


def test_an_answer_that_comes_says_what_it_waits_for():
    assert "Reading 2 papers" in show(answer(), state="running")
    assert "In line: 3 before you" in show(answer(), state="running", n_before=3)
    assert "Reading on" in show(answer("x"), state="running")
    assert "waiting" not in show(answer("x"))


def test_a_failure_is_told_and_the_evidence_stays():
    html = show(answer(), state="failed", failure="the model server broke off; ask again")
    assert '<p class="failure" role="alert">' in html
    assert "the model server broke off; ask again" in html
    assert "TideFormer" in html


def test_what_is_kept_can_be_copied_and_liked():
    assert [show(answer("x"), liked=each).count('"true">') for each in (None, True, False)] == [
        0, 1, 1,
    ]  # fmt: skip
    html = Read(show(answer("x"), key="7"))
    assert html.all("data-turn") == ["7"]
    assert "CopyHelpfulNot helpful" in html.text
    assert "Copy" not in show(answer("x"), key="now", state="stopped")


def test_only_the_last_turn_is_read_out():
    assert 'aria-live="polite"' in show(answer("x"))
    assert "aria-live" not in show(answer("x"), is_last=False)


def test_lists_and_paragraphs_are_what_the_lines_say():
    html = show(answer("Two:\n- one\n- two\n\nEnd [1] “q”.", found=()))
    assert "<p>Two:</p><ul><li>one</li><li>two</li></ul><p>End" in html


def test_quotes_in_a_row_are_a_paragraph_each():
    cited = [citation(1, SENTENCES[0]), citation(2, SENTENCES[1])]
    html = show(answer("“Tides rise.” [1] “Gaps last nine days.” [2]", cited=cited))
    assert html.count('<p class="quote">') == 2


def test_dropped_sentences_are_there_for_those_who_want_them():
    claims = [Claim("It costs 99.", (), False, "not in the quote: 99")]
    html = show(answer("x", claims=claims, model="gpt"))
    assert "1 sentence of the model left out" in html
    assert "It costs 99. <i>(not in the quote: 99)</i>" in html


def test_a_rewritten_question_is_shown():
    assert "Understood as: How long are they?" in show(answer(standalone="How long are they?"))
    assert "Understood" not in show(answer())


def test_who_worded_it_and_what_it_took():
    made = {"usage": {"prompt_tokens": 1000, "completion_tokens": 50}, "timings": {"total": 1.26}}
    html = show(answer("x", model="gpt", confidence=0.8, cost=0.0123, **made))
    assert "Worded by gpt, checked · confidence 80% · 1.3 s · 1,050 tokens · $0.0123" in html


def test_the_sample_says_that_it_is_one():
    assert "From the packaged sample papers" in show(answer("x", sample=True))
    assert "sample papers answer" in welcome(0)
    assert "1,255 papers in your library" in welcome(1255)


@pytest.mark.parametrize(
    ("published", "words"),
    [
        ("2022-07-01", "1 July 2022"),
        ("2022", "2022"),
        ("--07-01", "1 July, year unknown"),
        (None, ""),
    ],
)
def test_dates_are_in_words(published, words):
    assert date_words(published) == words


def test_a_paper_is_told_by_date_organisation_and_first_authors():
    paper = Paper("p", "T", "", "", ("A", "B", "C"), 3, "Lab", "2022")
    assert facts(paper) == "2022 · Lab · A, B, 1 more"
    assert facts(PAPER) == "2024 · 3 authors"

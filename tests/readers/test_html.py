"""HTML: a saved listing page works like its text, any other page is one paper."""

import io

import pytest

from paperqa.readers import Document, Unreadable, read
from paperqa.types import Paper

LISTING = """<!doctype html>
<html class="dark">
<head>
  <meta charset="utf-8">
  <title>Daily Papers - by AK</title>
  <script>window.plausible = "tracking words";</script>
  <style>.line-clamp-3 { color: tan }</style>
</head>
<body>
<header><nav><ul><li><a href="/models">Models</a></li><li><a href="/docs">Docs</a></li></ul></nav>
</header>
<main>
  <div><span>new</span><p>Get trending papers in your email inbox!</p>
    <button>Subscribe</button></div>
  <h1>Daily Papers</h1>
  <p>by<a href="/akhaliq">AK</a> and the research community</p>
  <time datetime="2025-11-20">Nov 20</time>
  <article class="relative">
    <a href="/papers/1"><img src="1.png" alt=""></a>
    <h3 class="mb-1"><a href="/papers/1">LanternNet &amp; Friends: <em>Cheap</em> Kernels</a></h3>
    <p class="line-clamp-3">Softmax attention costs time and memory that grow with the square of the
      sequence. LanternNet replaces it by a kernel of rank&nbsp;16, at 81.4\\% accuracy where
      <i>n</i> &lt; 4096. An ablation shows that a rank below 8 costs four points of accuracy on
      each of the six tasks of the Harbour benchmark, on each of the two languages that it
      knows.</p>
    <div><ul><li><img src="a.png"></li><li>4 authors</li></ul><div>·</div>
      <div><time datetime="2023-03-03T00:00:00.000Z">Mar 3, 2023</time></div>
      <a href="/papers/1#community"><svg><title>Comments</title></svg><div>2</div></a></div>
  </article>
  <article class="relative">
    <h3><a href="/papers/2">Pruning Heads Without Regret</a></h3>
    <p>Large speech encoders carry heads that do little. HeadTrim scores each head on ten minutes of
      speech and removes 40 of them. Word error rate rises from 5.1 to 5.3 on clean speech, while
      decoding runs 1.7 times faster on a phone, and twice as fast on a watch with a small battery.
      Code, scores and a demonstration for three phones are public.</p>
  </article>
  <article class="relative">
    <h3><a href="/papers/3">TideFormer</a></h3>
    <p>Attention across gauges fills the gaps</p>
    <div><a href="/HarbourLab"><span>HarbourLab</span> <span>Harbour Lab</span></a><div>·</div>
      <time>Oct 3</time></div>
  </article>
</main>
<footer><ul><li>Company</li><li><a href="/terms">Terms</a></li></ul></footer>
<script>hydrate({"more": "tracking words"})</script>
</body>
</html>
"""
TEXT = """new

Daily Papers

byAK and the research community

Nov 20

LanternNet & Friends: Cheap Kernels

Softmax attention costs time and memory that grow with the square of the sequence. LanternNet \
replaces it by a kernel of rank\u00a016, at 81.4\\% accuracy where n < 4096. An ablation shows \
that a rank below 8 costs four points of accuracy on each of the six tasks of the Harbour \
benchmark, on each of the two languages that it knows.

  • 4 authors
·
Mar 3, 2023 2

Pruning Heads Without Regret

Large speech encoders carry heads that do little. HeadTrim scores each head on ten minutes of \
speech and removes 40 of them. Word error rate rises from 5.1 to 5.3 on clean speech, while \
decoding runs 1.7 times faster on a phone, and twice as fast on a watch with a small battery. \
Code, scores and a demonstration for three phones are public.

TideFormer

Attention across gauges fills the gaps

HarbourLab Harbour Lab
·
Oct 3
"""
PAGE = """<html><head><title>Notes</title><script>track("tracking words")</script></head><body>
<h1>Ferries &amp; Ice: <em>O(n<sup>2</sup>)</em> &lt; O(n<sup>3</sup>)</h1>
<script>more("tracking words")</script><style>p { color: tan }</style><!-- tracking words -->
<noscript>tracking words</noscript><template><p>tracking words</p></template>
<p>Ferries cross the bay.</p>
<p>Ice stops them.<br>Not always.</p>
</body></html>"""


def items(text: str, suffix: str = ".html") -> list:
    data = text.encode()
    return list(read(Document("page", suffix, lambda: io.BytesIO(data))))


def papers(text: str, suffix: str = ".html") -> list[Paper]:
    return [item for item in items(text, suffix) if isinstance(item, Paper)]


def test_a_listing_saved_as_html_gives_the_same_papers_as_its_text():
    expected = papers(TEXT, ".txt")
    assert [p.n_authors for p in expected] == [4, None, None]
    assert papers(LISTING) == expected


def test_the_page_around_a_listing_is_no_paper():
    words = " ".join(f"{p.title} {p.text}" for p in papers(LISTING))
    for word in ("Models", "Terms", "tracking", "Comments", "Subscribe"):
        assert word not in words


def test_any_other_page_is_one_paper_without_its_scripts():
    (paper,) = items(PAGE)
    assert paper.title == "Ferries & Ice: O(n2) < O(n3)"
    assert paper.text == "Ferries cross the bay.\n\nIce stops them.\n\nNot always."
    assert paper.abstract == "Ferries cross the bay."


def test_white_space_counts_once_as_in_a_browser():
    (paper,) = items("<h1>Ferries\n   and\n\n\n ice</h1><p>They  cross\n\n\n   the bay.</p>")
    assert (paper.title, paper.text) == ("Ferries and ice", "They cross the bay.")


def test_a_head_that_is_never_closed_hides_nothing():
    page = "<html><head><title>Notes</title><body><h1>Ferries</h1><p>They cross the bay.</p>"
    (paper,) = items(page)
    assert (paper.title, paper.text) == ("Ferries", "They cross the bay.")


def test_an_author_and_a_date_make_no_listing_of_an_article():
    story = "Ferries cross the bay all winter. " * 20
    (paper,) = items(f"<h1>On Ferries</h1><p>Jane Doe · May 5, 2021</p><p>{story}</p>")
    assert (paper.title, paper.organization, paper.published) == ("On Ferries", None, None)
    assert story.strip() in paper.text


def test_a_page_that_only_runs_a_script_is_unreadable():
    with pytest.raises(Unreadable, match="holds no text"):
        items("<html><body><div id=app></div><script>render()</script></body></html>")

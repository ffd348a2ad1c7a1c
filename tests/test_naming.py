"""A question names papers by title, by the name before the colon, by an acronym of their own."""

import pytest

from paperqa.naming import named_papers, short_title
from paperqa.types import Paper


def paper(title, abstract=""):
    return Paper(id=title, title=title, abstract=abstract, text=f"{title}\n{abstract}")


HERON = paper("HeronNet: Sparse Attention for River Maps", "HeronNet reads maps. It beats ViT.")
WAVE = paper("A Plain Network for Harbours", "The result, dubbed WaveNeXt, competes with ViT.")
TILES = paper("Masked Tiles Are Good Teachers", "We introduce Tile Encoders (MTE). We beat ViT.")
GULL = paper("Gull: Reading Tide Tables", "Gull reads tables better than ViT on RiverBench.")
SINE = paper("Sine Transformers", "Sine transformers mix tokens on RiverBench.")
PAPERS = (HERON, WAVE, TILES, GULL, SINE)


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("How do HeronNet and WaveNeXt differ?", (HERON, WAVE)),
        ("How do WaveNeXt and HeronNet differ?", (WAVE, HERON)),
        ("Is wavenext faster than heronnet?", (WAVE, HERON)),
        ("What is HeronNet's error?", (HERON,)), ("Does MTE beat Gull?", (TILES, GULL)),
        ("who wrote masked tiles are good teachers?", (TILES,)),
        ("What does “Masked Tiles Are Good” show?", (TILES,)),
        ("Is Sine better than other transformers?", (SINE,)),
        ("How do sine transformers mix?", (SINE,)),
        ("What does ViT do?", ()),  # all speak of it
        ("Where do gulls breed?", ()), ("Do transformers need masked tiles?", ()),
        ("Does SuperHeronNet work? And Super-HeronNet?", ()), ("", ()),
    ],
)  # fmt: skip
def test_papers_are_named_in_the_order_of_mention(question, named):
    assert named_papers(question, PAPERS) == named


def test_of_two_papers_with_one_name_the_first_is_taken():
    other = paper("Gull: Birds")
    assert named_papers("What is Gull?", (other, GULL)) == (other,)
    assert named_papers("What is Gull?", ()) == ()


@pytest.mark.xfail(strict=True, reason="naming.py:36-48: the first paper wins, not the best name")
@pytest.mark.parametrize(
    ("question", "papers", "named"),
    [
        (
            "How many rivers has RiverBench?",  # one mentions it, the other is it
            (paper("On Fog", "We present Fo. It wins on RiverBench."), paper("RiverBench: Maps")),
            "RiverBench: Maps",
        ),
        ("How fast is Tern-2?", (paper("Tern: One"), paper("Tern-2: Two")), "Tern-2: Two"),
        ("What is Gull: Birds about?", (GULL, paper("Gull: Birds")), "Gull: Birds"),
    ],
)
def test_the_paper_whose_name_fits_best_is_the_one_named(question, papers, named):
    assert [p.title for p in named_papers(question, papers)] == [named]


@pytest.mark.parametrize(
    ("title", "short"),
    [
        ("Gull: Reading Tide Tables", "Gull"), ("Gull – Reading", "Gull"),
        ("Self-attention at 3:1", "Self-attention at 3:1"), ("", ""),
    ],
)  # fmt: skip
def test_a_short_title_ends_before_the_colon(title, short):
    assert short_title(paper(title)) == short

"""A question names papers by title, by the name before the colon, by an acronym of their own."""

import pytest

from paperqa.naming import named_papers, short_title
from paperqa.types import Paper


def paper(title, abstract=""):
    return Paper(id=title, title=title, abstract=abstract, text=f"{title}\n{abstract}")


HERON = paper("HeronNet: Sparse Attention for River Maps", "HeronNet reads maps. It beats ViT.")
WAVE = paper(
    "A Plain Network for Harbours", "The result, dubbed WaveNeXt, is plain. We present it with ViT."
)
TILES = paper("Masked Tiles Are Good Teachers", "Tile encoders (MTE) teach. They beat ViT.")
GULL = paper("Gull: Reading Tide Tables", "Gull reads tables better than ViT on RiverBench.")
SINE = paper("Sine Transformers", "Sine transformers mix tokens on RiverBench.")
FOG = paper("On Fog", "We present Fo. It wins on BayBench.")  # mentions it, but is not it
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


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("How big is BayBench?", ("BayBench: Maps",)), ("How fast is Tern-2?", ("Tern-2: Two",)),
        ("What is Gull: Birds about?", ("Gull: Birds",)), ("BayBench on ABC?", ("BayBench: Maps",)),
        ("Is Tern-2 faster than Tern?", ("Tern-2: Two", "Tern: One")),
        ("Is Tern better than other Tern networks?", ("Tern: One",)),
    ],
)  # fmt: skip
def test_the_longest_and_surest_name_at_a_place_counts(question, named):
    both = (paper(title, "We present it with ABC.") for title in ("BayBench: Maps", "Tern: One"))
    papers = FOG, GULL, *both, paper("Tern-2: Two"), paper("Gull: Birds")
    assert tuple(p.title for p in named_papers(question, papers)) == named


@pytest.mark.parametrize(
    ("title", "short"),
    [
        ("Gull: Reading Tide Tables", "Gull"), ("Gull – Reading", "Gull"),
        ("Self-attention at 3:1", "Self-attention at 3:1"), ("", ""),
    ],
)  # fmt: skip
def test_a_short_title_ends_before_the_colon(title, short):
    assert short_title(paper(title)) == short

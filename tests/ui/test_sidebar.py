"""What is exported of a conversation whose papers have moved on."""

import json
from dataclasses import replace

from paperqa import Library
from paperqa.sample import PAPERS
from paperqa.ui.sidebar import _exported
from tests.test_exports import TALK

TEXT = json.loads(PAPERS.read_text().splitlines()[0])["abstract"]


def test_a_paper_that_got_a_better_id_is_still_exported(tmp_path, embedding):
    row = {"title": "Fog Signals in Ports", "abstract": TEXT, "organization": "Harbour Lab"}
    (tmp_path / "own.jsonl").write_text(json.dumps(row | {"year": 2023}))
    (tmp_path / "journal.jsonl").write_text(json.dumps(row | {"doi": "10.1234/fog"}))
    with Library(tmp_path / "library", embedding=embedding) as library:
        library.add(tmp_path / "own.jsonl")
        (before,) = library.papers()
        first, *others = TALK.turns
        citations = [c | {"paper_id": before.id} for c in first.answer["citations"]]
        turn = replace(first, answer={**first.answer, "citations": citations})
        talk = replace(TALK, turns=(turn, *others))
        library.add(tmp_path / "journal.jsonl")
        assert library.paper(before.id).id == "doi:10.1234/fog"
        assert "(Harbour Lab, 2023)" in _exported("Markdown", talk, library)
        assert _exported("BibTeX", talk, library).count("doi = {10.1234/fog}") == 1

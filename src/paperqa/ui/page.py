"""The page: a row of tabs, one module each. A tab is a function, and a line here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import gradio as gr

from paperqa.ui.chat import chat_tab
from paperqa.ui.compare import compare_tab
from paperqa.ui.context import Page
from paperqa.ui.papers import papers_tab
from paperqa.ui.runs import runs_tab
from paperqa.ui.settings import settings_tab

KEPT = 24 * 3600  # seconds that files which were uploaded, or made for download, are kept

TABS: dict[str, Callable[[Page], None]] = {
    "Chat": chat_tab,
    "Papers": papers_tab,
    "Compare": compare_tab,
    "Evaluation": runs_tab,
    "Settings": settings_tab,
}
STYLE = Path(__file__).parent / "style.css"
SCRIPT = Path(__file__).parent / "page.js"


def build(page: Page) -> gr.Blocks:
    """The Gradio page over a library."""
    blocks = gr.Blocks(
        title="paperqa", analytics_enabled=False, fill_width=True, delete_cache=(3600, KEPT)
    )
    with blocks:
        page.shared["blocks"] = blocks
        with gr.Tabs() as page.shared["tabs"]:
            for name, tab in TABS.items():
                with gr.Tab(name, id=name):
                    tab(page)
    return blocks


def theme() -> gr.themes.Base:
    """Gradio's plain theme with the system's fonts: its own would come from another host.

    Its pale texts and bright buttons are darker here, with a contrast of at least 4.5.
    """
    plain = gr.themes.Base(
        font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]
    )
    return plain.set(
        body_text_color_subdued="*neutral_500",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_background_fill_hover_dark="*primary_700",
    )

"""What every tab of the page is given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from paperqa.conversations import Conversations
from paperqa.library import Library

if TYPE_CHECKING:
    import gradio as gr


@dataclass
class Page:
    """A library, its conversations, and the components through which tabs reach each other.

    A tab puts a component that others listen to or write to into `shared`, by name. `owner` is
    the user who may change what is everyone's; "" is everyone, None nobody.
    """

    library: Library
    conversations: Conversations
    shared: dict[str, Any] = field(default_factory=dict)
    owner: str | None = None

    @property
    def may_add(self) -> bool:
        """Whether those who come may add papers: not where nobody knows who they are."""
        return self.owner is not None

    def may_manage(self, request: gr.Request) -> bool:
        """Whether this user may change settings, remove papers, and evaluate."""
        return self.owner is not None and (request.username or "") == self.owner

    @property
    def managed(self) -> str:
        """Who may do so, for those who may not."""
        return f"by {self.owner}" if self.owner else "where this server was started"

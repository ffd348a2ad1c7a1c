"""What every tab of the page is given."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from paperqa.conversations import Conversations
from paperqa.errors import InputError
from paperqa.library import Library

if TYPE_CHECKING:
    import gradio as gr

QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
"""Of events: no progress bar over what they change, and nothing of them in an API."""


@dataclass
class Page:
    """A library, its conversations, and the components through which tabs reach each other.

    A tab puts a component that others listen to or write to into `shared`, by name, and what is
    to be done when the server ends into `at_end`. `owner` is the user who may change what is
    everyone's; "" is everyone, None nobody.
    """

    library: Library
    conversations: Conversations
    shared: dict[str, Any] = field(default_factory=dict)
    owner: str | None = None
    at_end: ExitStack = field(default_factory=ExitStack)

    @property
    def may_add(self) -> bool:
        """Whether those who come may add papers: not where nobody knows who they are."""
        return self.owner is not None

    def may_manage(self, request: gr.Request) -> bool:
        """Whether this user may change settings, remove papers, and evaluate."""
        return self.owner is not None and user(request) == self.owner

    def demand(self, request: gr.Request, what: str) -> None:
        """Raise `InputError` for those who may not manage; `what` as in “papers are removed”."""
        if not self.may_manage(request):
            raise InputError(self.whose(what))

    def whose(self, what: str) -> str:
        """Who may do so, for those who may not."""
        by = f"by {self.owner}" if self.owner else "where this server was started"
        return f"{what} {by}"


def user(request: gr.Request) -> str:
    """The name of who asks; empty where nobody has one."""
    return request.username or ""

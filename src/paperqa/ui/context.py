"""What every tab of the page is given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from paperqa.conversations import Conversations
from paperqa.library import Library


@dataclass
class Page:
    """A library, its conversations, and the components through which tabs reach each other.

    A tab puts a component that others listen to or write to into `shared`, by name. `owner` is
    the user who may change the settings; "" is everyone, None nobody.
    """

    library: Library
    conversations: Conversations
    shared: dict[str, Any] = field(default_factory=dict)
    owner: str | None = None

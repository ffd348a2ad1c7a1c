"""The chat in the browser: a Gradio page that can be served, or mounted in another application."""

from paperqa.ui.server import app

__all__ = ["app"]

"""Text with `code` in backticks, as HTML."""

from __future__ import annotations

import re
from html import escape

__all__ = ["to_html"]


def to_html(text: str) -> str:
    """Escape a text and set what stands in backticks as code.

    Examples
    --------
    >>> to_html("Set `a < b` & run.")
    'Set <code>a &lt; b</code> &amp; run.'
    """
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))

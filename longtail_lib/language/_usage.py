"""The price of a language model: tokens and seconds."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Usage"]


@dataclass(frozen=True)
class Usage:
    """What a model has read and written so far, and how long that took.

    Take `model.usage` before and after: the difference is the price of what lies between.

    Parameters
    ----------
    tokens_read : int
        Of prompts, continuations and texts; a prompt that several continuations share counts once
        for each row that it is computed in, and padding does not count.
    tokens_written : int
        Chosen one at a time, each by a pass of its own.
    seconds : float
        On the clock; it differs from run to run, and from machine to machine.

    Examples
    --------
    >>> before, after = Usage(100, 0, 2.0), Usage(500, 60, 6.0)
    >>> (after - before).per(20)
    Usage(tokens_read=20.0, tokens_written=3.0, seconds=0.2)
    """

    tokens_read: float = 0
    tokens_written: float = 0
    seconds: float = 0.0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.tokens_read + other.tokens_read,
            self.tokens_written + other.tokens_written,
            self.seconds + other.seconds,
        )

    def __sub__(self, other: Usage) -> Usage:
        return self + Usage(-other.tokens_read, -other.tokens_written, -other.seconds)

    def per(self, requests: int) -> Usage:
        """Return the mean price of so many requests."""
        if requests < 1:
            raise ValueError(f"per: requests must be at least 1, got {requests}")
        return Usage(
            self.tokens_read / requests, self.tokens_written / requests, self.seconds / requests
        )

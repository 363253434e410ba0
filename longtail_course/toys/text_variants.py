"""The same catalogue with texts changed on purpose: what does a model really read in them?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

__all__ = ["TEXT_CHANGES", "change_texts"]

TEXT_CHANGES = (
    "titles shuffled",
    "titles renamed",
    "titles removed",
    "tags removed",
    "titles and tags removed",
)
_TAGS = ". Tags: "


def change_texts(
    texts: Sequence[str | None],
    titles: Sequence[str | None],
    change: str,
    *,
    name: str = "Item",
    seed: int = 0,
) -> list[str]:
    """Change titles or tags, and leave the rest of every text as it is.

    A pretrained encoder may know a title: what it read about a well-known film in training is no
    description that your catalogue holds. A made-up title takes that knowledge away, and with it
    the plain meaning of the title's words; so the same change on a catalogue whose titles were
    made up says how much the words alone are worth.

    Parameters
    ----------
    texts : sequence of str or None, length n
        Each starts with its title. One that does not is left as it is.
    titles : sequence of str or None, length n
    change : str
        "titles shuffled": the title of another item, drawn at random. "titles renamed": `name`
        and a random number. "titles removed": what follows the title alone. "tags removed": cut
        before ". Tags: ", as `read_movielens` writes them. "titles and tags removed".
    name : str
        For "titles renamed".
    seed : int

    Returns
    -------
    list of str
        A text of which nothing is left is "".

    Raises
    ------
    ValueError
        An unknown change, or lengths that differ.

    Examples
    --------
    >>> texts = ["Heat (1995). Genres: Crime. Tags: heist", "Up (2009)"]
    >>> change_texts(texts, ["Heat", "Up"], "titles shuffled")
    ['Up (1995). Genres: Crime. Tags: heist', 'Heat (2009)']
    >>> change_texts(texts, ["Heat", "Up"], "titles renamed", name="Film")
    ['Film 1 (1995). Genres: Crime. Tags: heist', 'Film 2 (2009)']
    >>> change_texts(texts, ["Heat", "Up"], "titles and tags removed")
    ['(1995). Genres: Crime', '(2009)']
    """
    if change not in TEXT_CHANGES:
        raise ValueError(
            f"change_texts: change must be one of {', '.join(map(repr, TEXT_CHANGES))}, got "
            f"{change!r}"
        )
    if len(texts) != len(titles):
        raise ValueError(
            f"change_texts: one title for each text is needed, got {len(titles)} titles for "
            f"{len(texts)} texts"
        )
    texts, titles = ([each or "" for each in column] for column in (texts, titles))
    n, rng = len(texts), np.random.default_rng(seed)
    # A cycle through a random order: no item keeps its own title.
    order = rng.permutation(n)
    if change == "titles shuffled":
        given = dict(zip(order.tolist(), np.roll(order, 1).tolist(), strict=True))
        new = [titles[given[place]] for place in range(n)]
    elif change == "titles renamed":
        new = [f"{name} {number + 1}" for number in order.tolist()]
    elif change == "tags removed":
        new = titles
    else:
        new = [""] * n
    changed = [
        fresh + text[len(title) :] if title and text.startswith(title) else text
        for text, title, fresh in zip(texts, titles, new, strict=True)
    ]
    if "tags" in change:
        changed = [text.partition(_TAGS)[0] for text in changed]
    return [text.strip(" .") if "removed" in change else text for text in changed]

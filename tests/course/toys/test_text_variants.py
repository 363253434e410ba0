"""Changed texts: only what should change does."""

import numpy as np
import pytest

from longtail_course.toys import change_texts
from longtail_course.toys.text_variants import TEXT_CHANGES

TEXTS = [
    "Heat (1995). Genres: Crime. Tags: heist, guns",
    "Up (2009). Genres: Children",
    "Tags: A Film (2001). Tags: odd",
    "No title in front",
]
TITLES = ["Heat", "Up", "Tags: A Film", "Something else"]


def test_titles_move_and_the_rest_stays():
    changed = change_texts(TEXTS[:3], TITLES[:3], "titles shuffled", seed=3)
    rest = [text[len(title) :] for text, title in zip(TEXTS, TITLES[:3], strict=False)]
    found = [text[: -len(each)] for text, each in zip(changed, rest, strict=True)]
    assert sorted(found) == sorted(TITLES[:3])
    assert all(new != old for new, old in zip(found, TITLES, strict=False))


def test_new_names_are_distinct_and_tell_nothing_of_the_order():
    titles = [f"film {place}" for place in range(200)]
    changed = change_texts(titles, titles, "titles renamed", name="Film")
    numbers = np.array([int(text.removeprefix("Film ")) for text in changed])
    assert sorted(numbers) == list(range(1, 201))
    assert abs(np.corrcoef(numbers, np.arange(200))[0, 1]) < 0.2


def test_removals():
    assert change_texts(TEXTS, TITLES, "titles removed") == [
        "(1995). Genres: Crime. Tags: heist, guns",
        "(2009). Genres: Children",
        "(2001). Tags: odd",
        "No title in front",
    ]
    assert change_texts(TEXTS, TITLES, "tags removed")[:2] == [
        "Heat (1995). Genres: Crime",
        "Up (2009). Genres: Children",
    ]
    both = change_texts(TEXTS, TITLES, "titles and tags removed")
    assert both[:3] == ["(1995). Genres: Crime", "(2009). Genres: Children", "(2001)"]


@pytest.mark.parametrize("change", TEXT_CHANGES)
def test_deterministic_and_nulls_are_empty(change):
    first = change_texts([*TEXTS, None], [*TITLES, None], change, seed=1)
    assert first == change_texts([*TEXTS, None], [*TITLES, None], change, seed=1)
    assert first[-1] == ""
    assert first[3] == "No title in front"


def test_bad_input():
    with pytest.raises(ValueError, match="'titles shuffled', "):
        change_texts(TEXTS, TITLES, "titles")
    with pytest.raises(ValueError, match="1 titles for 4 texts"):
        change_texts(TEXTS, TITLES[:1], "titles removed")

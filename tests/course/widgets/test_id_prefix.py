"""The explorer counts and lists the items that share the first tokens with the chosen one."""

import numpy as np
import polars as pl
import pytest

from longtail_course.widgets import prefix_explorer
from longtail_lib.models import SemanticIds

CODES = np.array([[4, 0, 1], [4, 0, 2], [4, 3, 0], [2, 0, 1]])
ITEMS = pl.DataFrame(
    {
        "title": ["Go", "Chess", "Draughts", "Lamp"],
        "category": ["game", "game", "game", "home"],
        "theme": ["sea", "sea", "snow", "sea"],
    }
)


def explorer(**options):
    return prefix_explorer(CODES, ITEMS, rows=[1, 3], **options)


def test_more_tokens_less_items():
    state = explorer().move(depth=2).state
    assert state["counts"] == [4, 3, 2, 1]
    assert state["count"] == 2
    assert state["titles"] == ["Chess", "Go"]


def test_the_most_common_value_of_each_attribute():
    common = explorer().state["common"]
    assert common == {"category": ("game", 1.0), "theme": ("sea", pytest.approx(2 / 3))}


def test_another_item_and_no_token_at_all():
    control = explorer(shown=2).move(item="Lamp", depth=0)
    assert control.state["count"] == 4
    assert control.state["titles"] == ["Lamp", "Go"]
    assert control.move(depth=1).state["count"] == 1


def test_items_are_those_of_prefix_table():
    vectors = np.random.default_rng(0).normal(size=(40, 3))
    items = pl.DataFrame({"title": [f"item {row}" for row in range(40)]})
    ids = SemanticIds(levels=2, codes=4).fit(vectors)
    state = prefix_explorer(ids.codes_, items, rows=[7], attributes=[], shown=40).state
    wanted = ids.prefix_table(items, ids.codes_[7, :1])["title"].to_list()
    assert sorted(state["titles"]) == sorted(wanted)


def test_picture_says_what_it_shows():
    picture = explorer(shown=2).snapshots(depth=[1, 2])
    assert len(picture.axes) == 4
    heights = [bar.get_height() for bar in picture.axes[0].patches]
    assert heights == [4, 3, 2, 1]
    assert "… and 1 more" in [text.get_text() for text in picture.axes[1].texts]
    assert picture.axes[3].get_title(loc="left") == "id begins 4-0"
    assert '2 tokens of "Chess", 4-0: 2 of 4 items begin like this; most common' in picture.alt_text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"rows": []}, "one or more rows"),
        ({"rows": [1, 1]}, "titles differ"),
        ({"items": ITEMS.head(2)}, "table of 2"),
        ({"depth": 4}, "from 0 to 3"),
    ],
)
def test_refuses(changed, said):
    wanted = {"codes": CODES, "items": ITEMS, "rows": [1], **changed}
    with pytest.raises(ValueError, match=said):
        prefix_explorer(**wanted)

"""The picture of a preparation draws what the preparation says."""

import polars as pl
import pytest

from longtail_course.pictures import preparation_steps
from longtail_lib import prepare
from longtail_lib.data import Dataset, DatasetCard


@pytest.fixture
def preparation():
    log = pl.DataFrame(
        {
            "user_id": [1, 1, 1, 2, None, 2],
            "item_id": ["a", "a", "b", "a", "b", "?"],
            "rating": [4.0, 4.0, 2.0, 9.0, 3.0, 1.0],
        }
    )
    items, users = pl.DataFrame({"item_id": ["a", "b"]}), pl.DataFrame({"user_id": [1, 2]})
    data = Dataset(log, items, users, DatasetCard(name="tiny"))
    return prepare(data, rating_range=(1, 5), min_rating=3).preparation


def test_bars_hold_what_is_left_and_what_is_dropped(preparation):
    left, dropped = preparation_steps(preparation).axes[0].containers
    assert [bar.get_width() for bar in left] == [6, 5, 4, 3, 2, 2, 1]
    assert [bar.get_width() for bar in dropped] == [0, 1, 1, 1, 1, 0, 1]
    # What a step dropped begins where what it left ends, so both reach back to the step before.
    assert [bar.get_x() for bar in dropped] == [6, 5, 4, 3, 2, 2, 1]


def test_words_hold_the_numbers(preparation):
    said = preparation_steps(preparation).alt_text
    assert "Rating range: 1 dropped, 3 left." in said
    assert said.endswith("1 of 6 are left (16.7%).")


def test_it_is_labelled_small_and_inside_its_frame(preparation):
    picture = preparation_steps(preparation)
    assert len(picture.png()) < 60_000
    assert picture.axes[0].get_xlabel()
    assert picture.axes[0].get_ylabel()
    picture.draw_without_rendering()
    box, frame = picture.get_tightbbox(), picture.get_size_inches()
    assert min(box.x0, box.y0) > -0.02
    assert box.x1 < frame[0] + 0.02
    assert box.y1 < frame[1] + 0.02


def test_a_dataset_that_was_never_prepared_is_refused():
    with pytest.raises(TypeError, match="got NoneType"):
        preparation_steps(None)

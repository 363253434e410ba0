import json
from html.parser import HTMLParser

import numpy as np
import pytest

from longtail_course.worlds import FeedbackLoop, feedback_loop
from longtail_course.worlds.feedback_rounds import QUANTITIES
from longtail_lib.models import Popularity
from tests.course.worlds.simulated_world import store


@pytest.fixture(scope="module")
def loop():
    return feedback_loop(Popularity(), store(), rounds=7, k=5, seed=2)


def test_frame_has_one_row_a_round(loop):
    frame = loop.to_frame(digits=None)
    assert frame.columns == ["model", "round", *QUANTITIES]
    assert frame["round"].to_list() == list(range(1, 8))
    for name in QUANTITIES:
        assert frame[name].to_list() == loop[name].tolist()
    assert loop.to_frame()["satisfaction"].to_list() == loop["satisfaction"].round(4).tolist()


def test_not_defined_is_null_in_frame_and_json():
    numbers = {name: np.array([0.5, np.nan]) for name in QUANTITIES} | {"choices": np.array([3, 0])}
    loop = FeedbackLoop("A", numbers, {"dataset": "x", "k": 1, "users": "2 of 2"})
    assert loop.to_frame()["tail_share"].to_list() == [0.5, None]
    back = FeedbackLoop.from_json(loop.to_json())
    assert np.isnan(back["tail_share"][1])
    assert back["choices"].tolist() == [3, 0]
    assert "–" in repr(loop)


@pytest.mark.parametrize("per_item", [False, True])
def test_json_round_trip(loop, per_item):
    text = loop.to_json(per_item=per_item)
    back = FeedbackLoop.from_json(text)
    assert back.to_json(per_item=per_item) == text
    assert repr(back) == repr(loop)
    assert back.protocol == loop.protocol
    assert bool(back.per_item) is bool(back.per_user) is per_item
    for name, numbers in back.per_item.items():
        assert np.array_equal(numbers, loop.per_item[name])


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"format": 9}', '{"format": 1, "rounds": {}}'])
def test_other_text_is_refused(text):
    with pytest.raises(ValueError, match="not a feedback loop written by to_json"):
        FeedbackLoop.from_json(text)


def test_incomplete_rounds_are_refused(loop):
    about = json.loads(loop.to_json())
    del about["rounds"]["coverage"]
    with pytest.raises(ValueError, match="not a feedback loop"):
        FeedbackLoop.from_json(json.dumps(about))


def test_repr_shows_first_and_last_round(loop):
    lines = repr(loop).splitlines()
    assert lines[0] == (
        "FeedbackLoop of Popularity on 'made': 7 rounds, k = 5, 150 of 150 users a round"
    )
    assert lines[1].split() == [
        "round",
        "1",
        "round",
        "3",
        "round",
        "4",
        "round",
        "5",
        "round",
        "7",
    ]
    satisfaction = next(line for line in lines if line.startswith("satisfaction "))
    assert satisfaction.split()[1] == f"{loop['satisfaction'][0]:.4f}"
    assert satisfaction.split()[-1] == f"{loop['satisfaction'][-1]:.4f}"


def test_html_is_well_formed_and_states_the_protocol(loop):
    page, opened = loop._repr_html_(), []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attributes):
            if tag != "br":
                opened.append(tag)

        def handle_endtag(self, tag):
            assert opened.pop() == tag

    Reader().feed(page)
    assert opened == []
    for words in ("How this was measured", "with probability r^-1", "tail-lovers: the third"):
        assert words in page


def test_unknown_quantity(loop):
    with pytest.raises(KeyError, match="no quantity 'gini'"):
        loop["gini"]

"""xQuAD against plain loops and against what its two variants are known for."""

import numpy as np
import pytest

from longtail_lib.rerank import xquad
from tests.lib.rerank import oracles
from tests.lib.rerank.conftest import draw


@pytest.mark.parametrize("variant", ["smooth", "binary"])
@pytest.mark.parametrize("weight", [0.2, 0.5, 0.8, 1.0])
@pytest.mark.parametrize("seed", range(4))
def test_equals_plain_loops(seed, weight, variant):
    d = draw(seed)
    options = {"weight": weight, "k": 12, "variant": variant}
    found = xquad(d.columns, d.scores, tail=d.tail, preference=d.preference, **options)
    for row in d.rows:
        expected = oracles.xquad(
            d.columns[row], d.scores[row], d.tail, d.preference[row], **options
        )
        assert found[row].tolist() == expected


def test_binary_is_content_with_one_tail_item_and_smooth_is_not():
    tail = np.repeat([False, True], 10)
    columns, scores = np.arange(20)[None], np.linspace(1, 0, 20)[None]
    held = {
        variant: tail[
            columns[0][
                xquad(
                    columns,
                    scores,
                    tail=tail,
                    preference=[0.5],
                    weight=0.8,
                    k=10,
                    variant=variant,
                )[0]
            ]
        ].sum()
        for variant in ("binary", "smooth")
    }
    assert held["binary"] == 1
    assert held["smooth"] > 1


def test_a_user_who_never_chose_the_tail_is_shown_none():
    tail = np.repeat([False, True], 10)
    columns, scores = np.tile(np.arange(20), (2, 1)), np.tile(np.linspace(1, 0, 20), (2, 1))
    found = xquad(columns, scores, tail=tail, preference=[0.0, 0.9], weight=0.5, k=5)
    assert not tail[found[0]].any()
    assert tail[found[1]].any()


def test_a_preference_that_is_no_share_is_refused(drawn):
    d = drawn
    with pytest.raises(ValueError, match="preference must be a share"):
        xquad(d.columns, d.scores, tail=d.tail, preference=d.preference * 5, weight=0.5, k=3)


def test_preferences_of_other_users_are_refused(drawn):
    d = drawn
    with pytest.raises(ValueError, match="one row for each of the 6 users"):
        xquad(d.columns, d.scores, tail=d.tail, preference=d.preference[:4], weight=0.5, k=3)

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longtail_lib.tail import Groups, popularity_groups

COUNTS = st.lists(st.integers(0, 9), min_size=1, max_size=60)


@given(COUNTS, st.integers(0, 20), st.integers(0, 20))
def test_items_are_cut_in_order_of_popularity(counts, head, tail):
    head, tail = head / 20, min(tail / 20, 1 - head / 20)
    groups = popularity_groups(counts, head=head, tail=tail)
    n = len(counts)
    # Oracle: sort by (-count, position) in plain Python and slice.
    order = sorted(range(n), key=lambda item: (-counts[item], item))
    n_head, n_tail = math.ceil(round(head * n, 9)), math.floor(round(tail * n, 9))
    assert set(np.flatnonzero(groups.mask("head"))) == set(order[:n_head])
    assert set(np.flatnonzero(groups.mask("tail"))) == set(order[n - n_tail :])
    assert groups.sizes.sum() == n
    assert sum(groups.mask(name).sum() for name in groups.names) == n


def test_default_is_a_fifth_and_a_half():
    groups = popularity_groups(np.arange(1000)[::-1])
    assert groups.sizes.tolist() == [200, 300, 500]
    assert groups.labels[199] == 0
    assert groups.labels[200] == 1
    assert groups.labels[500] == 2
    assert groups.labels.dtype == np.int8


def test_cold_items_belong_to_the_tail():
    counts = np.array([0] * 40 + [1] * 60)
    assert popularity_groups(counts).mask("tail")[:40].all()


def test_ties_at_the_border_go_by_catalogue_position():
    assert popularity_groups([1] * 10).labels.tolist() == [0] * 2 + [1] * 3 + [2] * 5


@given(COUNTS, st.floats(0.05, 0.6), st.floats(0, 0.4))
def test_shares_of_interactions(counts, head, tail):
    groups = popularity_groups(counts, head=head, tail=tail, by="interactions")
    x, total = np.array(counts), sum(counts)
    mask = groups.mask("head")
    assert x[mask].sum() >= head * total - 1e-6
    if mask.sum() > 1:
        # One item fewer would not do.
        assert x[mask].sum() - x[mask].min() < head * total + 1e-6
    assert x[groups.mask("tail")].sum() <= tail * total + 1e-6
    if mask.any() and not mask.all():
        assert x[mask].min() >= x[~mask].max()


def test_definition_says_the_shares():
    words = popularity_groups([3, 2, 1, 0], head=0.125, tail=0.25).definition
    assert "12.5%" in words
    assert "25%" in words
    assert "cold items" in words


def test_own_labels_and_names():
    groups = Groups(np.array([1, 0, 1]), names=("series", "films"), definition="by kind")
    assert groups.sizes.tolist() == [1, 2]
    assert repr(groups) == "Groups(series 1, films 2; by kind)"
    with pytest.raises(KeyError, match="series, films"):
        groups.mask("tail")


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        ([0, 3], ("head", "mid", "tail")),
        ([0, -1], ("head", "mid", "tail")),
        ([0.0, 1.0], ("head", "tail")),
        ([[0, 1]], ("head", "tail")),
        ([], ("head", "tail")),
        ([0, 0], ("overall", "tail")),
        ([0, 0], ("tail",)),
        ([0, 0], ("tail", "tail")),
    ],
)
def test_refuses_bad_labels(labels, names):
    with pytest.raises(ValueError, match="Groups:"):
        Groups(np.array(labels), names=names)


@pytest.mark.parametrize(
    "wrong",
    [{"head": 0.6, "tail": 0.5}, {"head": -0.1}, {"tail": 1.1}, {"names": ("a",)}],
)
def test_refuses_bad_parameters(wrong):
    with pytest.raises(ValueError, match="popularity_groups:"):
        popularity_groups([1, 2, 3], **wrong)

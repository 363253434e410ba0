import numpy as np
import pytest

from longtail_lib.models.content._item_layers import (
    FUSIONS,
    PrefixItems,
    centred_text,
    item_layer,
    keras,
    prefix_groups,
    semantic_basis,
)

ITEMS, DIM = 9, 6


@pytest.fixture(scope="module")
def vectors():
    vectors = np.random.default_rng(0).normal(size=(ITEMS, 12)).astype(np.float32)
    vectors[3] = 0
    return vectors


def made(fusion, vectors, seed=0):
    layer = item_layer(fusion, ITEMS, DIM, vectors=vectors, popularity=np.arange(ITEMS), seed=seed)
    layer.build()
    return layer


def values(tensor):
    return keras.ops.convert_to_numpy(tensor)


def unit(rows):
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(length > 0, length, 1)


@pytest.mark.parametrize("fusion", FUSIONS)
def test_rows_are_rows_of_the_whole(fusion, vectors):
    layer = made(fusion, vectors)
    whole, some = values(layer()), values(layer(np.array([5, 0, 5])))
    assert whole.shape == (ITEMS, DIM) == (ITEMS, layer.dim)
    assert np.allclose(some, whole[[5, 0, 5]], atol=1e-6)
    assert (values(made(fusion, vectors)()) == whole).all()
    if fusion != "null-space":
        assert not np.allclose(values(made(fusion, vectors, seed=50)()), whole)


def test_each_fusion_against_its_formula(vectors):
    text, popularity = centred_text(vectors), np.arange(ITEMS)
    found = {fusion: made(fusion, vectors) for fusion in FUSIONS}
    for fusion, layer in found.items():
        if fusion in ("none", "text", "prefixes"):
            continue
        ids = values(layer.ids())
        other = values(layer.text())
        if fusion == "sum":
            assert np.allclose(values(layer()), ids + other, atol=1e-6)
        elif fusion == "gate":
            gate = 1 / (1 + np.exp(-(np.log1p(popularity) - np.log(6))))[:, None]
            assert np.allclose(values(layer.gate()), gate, atol=1e-6)
            expected = gate * unit(ids) + (1 - gate) * unit(other)
            assert np.allclose(values(layer()), expected, atol=1e-6)
        else:
            assert np.allclose(values(layer()), np.hstack([ids, other]), atol=1e-6)
    layer = found["text"]
    assert np.allclose(values(layer()), text @ values(layer.adapter.kernel), atol=1e-5)
    basis = 0.1 * semantic_basis(vectors, DIM // 2)
    assert np.allclose(values(found["null-space"].text()), basis, atol=1e-6)
    assert np.allclose(values(found["dual-view"].ids()), basis, atol=1e-6)


def test_what_is_learned(vectors):
    learned = {
        fusion: sorted(tuple(weight.shape) for weight in made(fusion, vectors).trainable_variables)
        for fusion in FUSIONS
    }
    half = DIM // 2
    assert learned == {
        "none": [(ITEMS, DIM)],
        "text": [(12, DIM)],
        "sum": [(ITEMS, DIM), (12, DIM)],
        "gate": [(), (), (ITEMS, DIM), (12, DIM)],
        # Two beginnings of one token; of two tokens as many as the catalogue has.
        "prefixes": [(2, DIM), (4, DIM), (ITEMS, DIM)],
        "concatenation": [(ITEMS, half), (12, half)],
        "null-space": [(ITEMS, half)],
        "dual-view": [(ITEMS, half), (12, half)],
    }


def test_an_item_without_text_is_its_id_alone(vectors):
    for fusion in ("sum", "gate"):
        layer = made(fusion, vectors)
        whole, ids = unit(values(layer())), unit(values(layer.ids()))
        assert np.allclose(whole[3], ids[3], atol=1e-6)


# Items 0 to 3 and 4 to 7 are alike, and within these pairs of them more so; 8 has no text.
PAIRS = np.array([[0, 0], [0, 0.1], [0, 1], [0, 1.1], [9, 0], [9, 0.1], [9, 1], [9, 1.1], [0, 0]])


def test_prefixes_group_what_reads_alike_and_leave_out_what_nobody_taught():
    text, popularity = PAIRS.astype(np.float32), np.array([5, 1, 0, 0, 2, 0, 3, 1, 0])
    text[0], text[8] = (0.01, 0), 0
    groups, used = prefix_groups(text, popularity)
    first, second, own = groups.T
    assert len(set(first[:4])) == len(set(first[4:8])) == 1
    assert first[0] != first[4]
    pairs = [set(np.flatnonzero(second[:8] == group)) for group in np.unique(second[:8])]
    assert sorted(map(sorted, pairs)) == [[0, 1], [2, 3], [4, 5], [6, 7]]
    assert own.tolist() == list(range(9))
    expected = [
        [1, 1, 1],
        [1, 1, 1],
        # Cold, in a pair that is cold.
        [1, 0, 0],
        [1, 0, 0],
        [1, 1, 1],
        # Cold, beside a warm one.
        [1, 1, 0],
        [1, 1, 1],
        [1, 1, 1],
        # Without text and cold: nothing is known of it.
        [0, 0, 1],
    ]
    assert used.astype(int).tolist() == expected


def test_an_item_is_the_sum_of_its_prefixes_that_are_used(vectors):
    groups = np.array([[0, 1, 0], [0, 0, 1], [1, 2, 2]])
    used = np.array([[1, 1, 1], [1, 0, 0], [0, 0, 1]], dtype=bool)
    layer = PrefixItems(groups, used, DIM, seed=4)
    layer.build()
    one, two, own = (values(table.embeddings) for table in layer.tables)
    expected = [one[0] + two[1] + own[0], one[0], own[2]]
    assert np.allclose(values(layer()), expected, atol=1e-6)
    # Of a batch of histories, too.
    assert np.allclose(values(layer(np.array([[2, 1], [0, 0]])))[0, 1], one[0], atol=1e-6)


def test_a_dim_that_cannot_be_halved(vectors):
    with pytest.raises(ValueError, match="at least 2, got 1"):
        item_layer("concatenation", ITEMS, 1, vectors=vectors)

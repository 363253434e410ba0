"""What the encoder may see: the past, its own history, and no padding."""

import numpy as np
import pytest

from longtail_lib.models.sequence._sequence_network import SequenceEncoder
from longtail_lib.models.sequence._user_sequences import MASK, PADDING

LENGTH, DIM = 6, 8
VECTORS = np.random.default_rng(0).normal(size=(20, DIM)).astype(np.float32)


def made(causal=True, dropout=0.0):
    encoder = SequenceEncoder(DIM, LENGTH, blocks=2, heads=2, dropout=dropout, causal=causal)
    encoder.build()
    return encoder


def outputs(encoder, sequence, position=None, segment=None, training=False):
    sequence = np.atleast_2d(np.array(sequence, dtype=np.int32))
    if position is None:
        position = np.broadcast_to(np.arange(LENGTH), sequence.shape)
    if segment is None:
        segment = (sequence != PADDING).astype(np.int32)
    found = encoder(
        VECTORS[np.maximum(sequence, 0)],
        sequence,
        np.array(position),
        np.array(segment),
        training=training,
    )
    return np.array(found)


@pytest.mark.parametrize("place", range(LENGTH - 1))
def test_what_comes_later_has_no_influence(place):
    encoder = made()
    first, second = [1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6]
    second[place + 1 :] = [17] * (LENGTH - place - 1)
    one, other = outputs(encoder, first)[0], outputs(encoder, second)[0]
    np.testing.assert_allclose(one[: place + 1], other[: place + 1], atol=1e-6)
    assert np.abs(one[place + 1 :] - other[place + 1 :]).max() > 0.01


def test_what_came_before_has_influence():
    encoder = made()
    one, other = outputs(encoder, [1, 2, 3, 4, 5, 6])[0], outputs(encoder, [9, 2, 3, 4, 5, 6])[0]
    assert (np.abs(one - other).max(axis=1) > 1e-3).all()


def test_without_a_causal_mask_later_items_count():
    encoder = made(causal=False)
    one, other = outputs(encoder, [1, 2, 3, 4, 5, 6])[0], outputs(encoder, [1, 2, 3, 4, 5, 9])[0]
    assert (np.abs(one - other).max(axis=1) > 1e-3).all()


@pytest.mark.parametrize("causal", [True, False])
def test_padding_has_no_influence(causal):
    encoder = made(causal)
    sequence = np.array([[PADDING, PADDING, 3, 4, 5, 6]], dtype=np.int32)
    padded = outputs(encoder, sequence)[0, 2:]
    places = np.arange(2, LENGTH)[None]
    alone = encoder(
        VECTORS[sequence[:, 2:]], sequence[:, 2:], places, np.ones_like(sequence[:, 2:])
    )
    np.testing.assert_allclose(padded, np.array(alone)[0], atol=1e-5)
    # Whatever vector stands at padding is not read.
    tokens = VECTORS[np.maximum(sequence, 0)]
    tokens[0, :2] = 99
    other = encoder(tokens, sequence, np.arange(LENGTH)[None], (sequence >= 0).astype(np.int32))
    np.testing.assert_allclose(padded, np.array(other)[0, 2:], atol=1e-5)


@pytest.mark.parametrize("causal", [True, False])
def test_histories_that_share_a_row_do_not_see_each_other(causal):
    encoder = made(causal)
    packed = outputs(encoder, [7, 8, 9, 3, 4, PADDING], [[3, 4, 5, 4, 5, 0]], [[1, 1, 1, 2, 2, 0]])
    first = encoder.encode(VECTORS, np.array([[PADDING] * 3 + [7, 8, 9]]))
    second = encoder.encode(VECTORS, np.array([[PADDING] * 4 + [3, 4]]))
    np.testing.assert_allclose(packed[0, 2], first[0], atol=1e-5)
    np.testing.assert_allclose(packed[0, 4], second[0], atol=1e-5)


def test_encode_keeps_the_order_of_rows_and_leaves_padding_zero():
    encoder = made()
    sequences = np.array([[1, 2, 3, 4, 5, 6], [PADDING] * 6, [PADDING] * 5 + [2]])
    found = encoder.encode(VECTORS, sequences, block=1)
    np.testing.assert_allclose(found[0], outputs(encoder, sequences[0])[0, -1], atol=1e-5)
    assert not found[1].any()
    np.testing.assert_allclose(found[2], outputs(encoder, sequences[2])[0, -1], atol=1e-5)


def test_order_matters():
    encoder = made()
    one = encoder.encode(VECTORS, np.array([[PADDING] * 3 + [1, 2, 3]]))
    other = encoder.encode(VECTORS, np.array([[PADDING] * 3 + [2, 1, 3]]))
    assert np.abs(one - other).max() > 1e-3


def test_a_mask_hides_the_item_behind_it():
    encoder = made(causal=False)
    tokens = np.array([[1, 2, MASK, 4, 5, 6]])
    one = outputs(encoder, tokens)
    vectors = VECTORS[np.maximum(tokens, 0)]
    vectors[0, 2] = 50
    places = np.arange(LENGTH)[None]
    other = np.array(encoder(vectors, tokens, places, np.ones((1, 6), dtype=np.int32)))
    np.testing.assert_allclose(one, other, atol=1e-6)


def test_dropout_in_training_alone():
    encoder = made(dropout=0.5)
    sequence = [1, 2, 3, 4, 5, 6]
    np.testing.assert_array_equal(outputs(encoder, sequence), outputs(encoder, sequence))
    one = outputs(encoder, sequence, training=True)
    assert np.abs(one - outputs(encoder, sequence, training=True)).max() > 0.01
    # A second encoder of the same seed drops the same.
    np.testing.assert_array_equal(one, outputs(made(dropout=0.5), sequence, training=True))

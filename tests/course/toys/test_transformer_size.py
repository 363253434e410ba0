"""Parameters of a transformer, against keras_hub's own."""

import pytest

from longtail_course.toys import transformer_parameters


@pytest.mark.slow
@pytest.mark.parametrize("layers", [0, 1, 3])
def test_count_is_that_of_keras_hub(layers):
    keras_hub = pytest.importorskip("keras_hub")
    peer = keras_hub.models.BertBackbone(
        vocabulary_size=50,
        num_layers=layers,
        num_heads=2,
        hidden_dim=8,
        intermediate_dim=20,
        max_sequence_length=16,
    )
    assert transformer_parameters(50, 8, layers, 20, positions=16) == peer.count_params()


def test_a_hand_count():
    # Tables (3 + 1 + 2) x 2 and 4; one layer 4 x 6, 2 x 8 + 8, 8 x 2 + 2, 8; pooler 6.
    assert transformer_parameters(3, 2, 1, positions=1) == 12 + 4 + 24 + 24 + 18 + 8 + 6


def test_impossible_sizes_are_refused():
    with pytest.raises(ValueError, match="width 0"):
        transformer_parameters(10, 0, 1)

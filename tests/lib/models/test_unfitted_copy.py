import numpy as np
import pytest

from longtail_lib.models import EASE, Random, Recommender, unfitted_copy


class Around(Recommender):
    """Holds another model, a seed and a folder among its parameters."""

    def __init__(self, model, seed=1, checkpoint=None):
        self.model, self.seed, self.checkpoint = model, seed, checkpoint

    def _fit(self, parts):
        self.model.fit(parts)

    def _score(self, user_rows):
        return self.model.score(user_rows)

    def _state(self):
        return {}

    def _restore(self, state):
        pass


def test_copies_parameters_and_nothing_learned(parts):
    model = EASE(l2=7.0, popularity_exponent=0.2).fit(parts)
    copy = unfitted_copy(model)
    assert copy.get_params() == model.get_params()
    assert not hasattr(copy, "weights_")
    assert np.array_equal(copy.fit(parts).weights_, model.weights_)


def test_models_inside_are_copied_and_seeds_raised(parts):
    inside = Random(seed=5).fit(parts)
    copy = unfitted_copy(Around(inside, checkpoint="folder"), seed_shift=10)
    assert copy.model is not inside
    assert not hasattr(copy.model, "item_ids_")
    assert (copy.seed, copy.model.seed, copy.checkpoint) == (11, 15, None)
    assert inside.seed == 5


def test_something_else():
    with pytest.raises(TypeError, match="takes a recommender, got str"):
        unfitted_copy("EASE")

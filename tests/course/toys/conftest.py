"""An optimiser that only takes notes, and the finite differences to compare them with."""

import numpy as np
import pytest

from tests.lib.evaluation.conftest import make_random_split, make_split, scores_model
from tests.lib.models.sequence.conftest import chains

__all__ = ["chains", "make_random_split", "make_split", "notes", "scores_model", "slope"]


class Notebook:
    """Stands in for Adam: keeps the first gradients and changes nothing."""

    def __init__(self):
        self.gradients = None

    def step(self, gradients):
        if self.gradients is None:
            self.gradients = {name: np.array(value) for name, value in gradients.items()}


def differences(loss, parameter, places, nudge=1e-6):
    """Slope of loss() along some entries of a parameter, changed in place."""
    found = []
    for place in places:
        before = parameter[place]
        parameter[place] = before + nudge
        up = loss()
        parameter[place] = before - nudge
        down = loss()
        parameter[place] = before
        found.append((up - down) / (2 * nudge))
    return np.array(found)


@pytest.fixture
def notes():
    """Give a fresh note-taking optimiser at each call."""
    return Notebook


@pytest.fixture
def slope():
    return differences

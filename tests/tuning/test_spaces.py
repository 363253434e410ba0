"""The default spaces fit the models they are for."""

import inspect

import pytest

import longtail_lib.models as models
from longtail_lib.models import Ease
from longtail_lib.tuning import default_space
from longtail_lib.tuning.proposal import contains, distributions_of

NAMES = [
    "BPR",
    "ContentKNN",
    "ContentTower",
    "Ease",
    "EaseText",
    "ImplicitALS",
    "ItemKNN",
    "Popularity",
    "TwoTower",
]


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_is_one_of_the_model(name):
    space = default_space(name)
    known = inspect.signature(getattr(models, name)).parameters
    assert set(space) <= set(known)
    distributions = distributions_of(space)
    defaults = {one: known[one].default for one in space}
    assert contains(distributions, defaults) or name == "Ease", defaults


def test_classes_derived_ones_and_names():
    class Mine(Ease):
        pass

    assert default_space(Mine) == default_space(Ease) == default_space("Ease")


def test_each_call_gives_its_own():
    default_space("Ease").clear()
    assert default_space("Ease")


@pytest.mark.parametrize("unknown", ["Random", int, len])
def test_no_space_is_known(unknown):
    with pytest.raises(KeyError, match="there are some for Popularity, ItemKNN"):
        default_space(unknown)

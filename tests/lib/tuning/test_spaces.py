"""The default spaces fit the models they are for."""

import inspect

import pytest

import longtail_lib.models as models
from longtail_lib.models import EASE
from longtail_lib.tuning import default_space
from longtail_lib.tuning._default_space import read_toml
from longtail_lib.tuning._proposal import contains, distributions_of

NAMES = [
    "BPR",
    "ContentKNN",
    "ContentTower",
    "EASE",
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
    assert contains(distributions, defaults) or name == "EASE", defaults


def test_classes_derived_ones_and_names():
    class Mine(EASE):
        pass

    assert default_space(Mine) == default_space(EASE) == default_space("EASE")


def test_each_call_gives_its_own():
    default_space("EASE").clear()
    assert default_space("EASE")


@pytest.mark.parametrize("unknown", ["Random", int, len])
def test_no_space_is_known(unknown):
    with pytest.raises(KeyError, match="there are some for Popularity, ItemKNN"):
        default_space(unknown)


def test_what_a_table_has_no_words_for(tmp_path):
    path = tmp_path / "table.toml"
    path.write_text(
        """
        [A.space]
        l2 = ["log", 1.0, 9.0]
        half_life = ["None", 3.0, 7.0]
        loss = ["log", "squared"]
        logq = ["right", "none", "wrong"]
        [A.fixed]
        patience = "None"
        """,
        encoding="utf-8",
    )
    space = {
        "l2": ("log", 1.0, 9.0),
        "half_life": [None, 3.0, 7.0],
        "loss": ["log", "squared"],
        "logq": ["right", "none", "wrong"],
    }
    assert read_toml(path) == {"A": {"space": space, "fixed": {"patience": None}}}

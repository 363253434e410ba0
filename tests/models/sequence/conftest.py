"""Small timed splits whose order can be learned: items come in chains."""

import pytest

from longtail_lib.models import item_chains
from longtail_lib.preprocessing.parts import Split


@pytest.fixture(scope="session")
def chains() -> Split:
    return item_chains()

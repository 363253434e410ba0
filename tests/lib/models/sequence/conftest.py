"""Small timed splits whose order can be learned: items come in chains."""

import pytest

from longtail_course.toys import item_chains
from longtail_lib.preprocessing import Split


@pytest.fixture(scope="session")
def chains() -> Split:
    return item_chains()

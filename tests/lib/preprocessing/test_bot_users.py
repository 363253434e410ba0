"""Bot users against a count by user and calendar day."""

from collections import Counter
from datetime import UTC, datetime

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from longtail_lib.preprocessing._cleaning_steps import bot_users


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(-200_000, 200_000)), max_size=40),
    st.integers(1, 6),
)
def test_equals_a_count_by_day(log, most):
    users = np.array([user for user, _ in log], dtype=np.int64)
    times = np.array([time for _, time in log], dtype=np.int64)
    per_day = Counter((user, datetime.fromtimestamp(time, UTC).date()) for user, time in log)
    bots = {user for (user, _), count in per_day.items() if count > most}
    assert set(np.flatnonzero(bot_users(users, times, 4, most))) == bots

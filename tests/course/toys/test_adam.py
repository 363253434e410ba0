"""Adam, against a second writing of the paper's algorithm."""

import numpy as np

from longtail_course.toys.adam import Adam


def test_steps_are_those_of_the_paper():
    rng = np.random.default_rng(0)
    start, gradients = rng.normal(size=(3, 2)), rng.normal(size=(6, 3, 2))
    mine = {"w": start.copy()}
    adam = Adam(mine, learning_rate=0.02)
    theta, m, v = start.copy(), 0.0, 0.0
    for t, g in enumerate(gradients, start=1):
        adam.step({"w": g})
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        theta -= 0.02 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        np.testing.assert_allclose(mine["w"], theta)

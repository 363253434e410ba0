"""The article's Keras model, repaired in four places."""

from __future__ import annotations

from typing import Any

from longtail_lib.models import import_keras

__all__ = ["build_repaired_model"]


def build_repaired_model(
    n_features: int = 5,
    units: int = 10,
    *,
    temperature: float = 0.1,
    learning_rate: float = 0.001,
    seed: int | None = None,
    steps_per_execution: int = 1,
    jit_compile: bool | str = "auto",
) -> Any:
    """Build the model of section 5.2 with linear towers and the loss that section 3.2 names.

    The same inputs, units and optimiser as `build_model`, so that the two can be compared, and
    four changes: no sigmoid, so a vector may point anywhere and the cosine spans [-1, 1]; the
    cosine is divided by a temperature, so the loss has room; the output is a log-odds, whose
    sigmoid is the probability of an interaction; and the loss is binary cross-entropy. Training
    is `train_model`, unchanged.

    `RepairedTwoTower` is another network: a recommender with negatives of the whole batch in one
    softmax and, if asked for, a vector for each id. The two have a linear layer in common, and
    nothing to share that would not be longer than it.

    Parameters
    ----------
    n_features : int
        Features of a user, and of an item.
    units : int
        Outputs of each tower.
    temperature : float > 0
        Smaller is sharper. At .1 the log-odds span [-10, 10].
    learning_rate : float
    seed : int or None
        Seed of the initial weights.
    steps_per_execution, jit_compile
        Passed to `compile`.

    Returns
    -------
    keras.Model
        Compiled. Takes [x_user, x_item], each (n, n_features); returns log-odds, shape (n, 1).
        The layers are named `user_tower`, `item_tower`, `cosine` and `log_odds`.

    Raises
    ------
    ValueError
        The temperature is not positive.
    ImportError
        Keras or TensorFlow is not installed.

    Examples
    --------
    >>> build_repaired_model(seed=0).count_params()
    120
    """
    if temperature <= 0:
        raise ValueError(f"temperature must be positive, got {temperature}")
    keras = import_keras()
    inputs, towers = [], []
    for place, tower in enumerate(("user", "item")):
        start = keras.initializers.GlorotUniform(None if seed is None else 2 * seed + place)
        layer = keras.layers.Dense(units, kernel_initializer=start, name=f"{tower}_tower")
        inputs.append(keras.layers.Input(shape=(n_features,), name=f"x_{tower}"))
        towers.append(layer(inputs[-1]))
    cosine = keras.layers.Dot(axes=(-1, -1), normalize=True, name="cosine")(towers)
    log_odds = keras.layers.Rescaling(1 / temperature, name="log_odds")(cosine)
    model = keras.Model(inputs=inputs, outputs=log_odds, name="repaired_two_tower")
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=learning_rate),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
        steps_per_execution=steps_per_execution,
        jit_compile=jit_compile,
    )
    return model

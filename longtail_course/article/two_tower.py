"""The Keras model of article section 5.2, exactly as printed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from longtail_lib.models import import_keras

__all__ = ["build_model", "train_model"]


def build_model(
    n_features: int = 5,
    units: int = 10,
    *,
    learning_rate: float = 0.001,
    seed: int | None = None,
    steps_per_execution: int = 1,
    jit_compile: bool | str = "auto",
) -> Any:
    """Build the article's two-tower model; the defaults are what it prints.

    One sigmoid layer for the user, one for the item, the cosine of the two
    (`Dot(normalize=True)`), Adam at .001, mean squared error.

    What to know before use: sigmoid outputs are positive, so the score lies in (0, 1] and starts
    near 1 (see `sigmoid_cosine_floor`); a label of 0 cannot be reached. The text of section 3.2
    says cross-entropy, this code says mean squared error. Unlike the formulas of section 4.2,
    each tower sees only its own features.

    Parameters
    ----------
    n_features : int
        Features of a user, and of an item.
    units : int
        Outputs of each tower.
    learning_rate : float
    seed : int or None
        Seed of the initial weights; None draws new ones each time, as printed.
    steps_per_execution, jit_compile
        Passed to `compile`: the same computation in fewer, faster calls.

    Returns
    -------
    keras.Model
        Compiled. Takes [x_user, x_item], each (n, n_features); returns (n, 1). The layers are
        named `user_tower`, `item_tower` and `score`.

    Raises
    ------
    ImportError
        Keras or TensorFlow is not installed.

    Examples
    --------
    >>> build_model(seed=0).count_params()
    120
    """
    keras = import_keras()
    inputs, towers = [], []
    for place, tower in enumerate(("user", "item")):
        start = keras.initializers.GlorotUniform(None if seed is None else 2 * seed + place)
        layer = keras.layers.Dense(
            units, activation="sigmoid", kernel_initializer=start, name=f"{tower}_tower"
        )
        inputs.append(keras.layers.Input(shape=(n_features,), name=f"x_{tower}"))
        towers.append(layer(inputs[-1]))
    score = keras.layers.Dot(axes=(-1, -1), normalize=True, name="score")(towers)
    model = keras.Model(inputs=inputs, outputs=score, name="article_two_tower")
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=learning_rate),
        loss="mse",
        steps_per_execution=steps_per_execution,
        jit_compile=jit_compile,
    )
    return model


def train_model(
    model: Any,
    data: Sequence[ArrayLike],
    labels: ArrayLike,
    *,
    batch_size: int = 32,
    epochs: int = 100,
    validation_split: float = 0.2,
    seed: int | None = None,
    verbose: int = 0,
    progress: bool = False,
) -> Any:
    """Train as the article does; the defaults are what it prints.

    Mind `validation_split`: Keras takes the *last* rows, before any shuffling. Rows sorted by
    label, user or time give a validation part unlike the rest (all negatives, unknown users);
    shuffle the pairs first where that is not what you want.

    Parameters
    ----------
    model : keras.Model
        From `build_model` or `build_repaired_model`.
    data : sequence of two arrays of float, each (n, n_features)
        x_user and x_item of n pairs.
    labels : array of float, shape (n,)
        1 for an interaction, 0 for a pair without one. The article does not say what they are,
        nor where the zeros come from.
    batch_size, epochs : int
    validation_split : float in [0, 1)
        Share of rows, from the end, to validate on.
    seed : int or None
        None leaves shuffling to Keras, as printed. A number makes two runs on one machine equal,
        provided the model was built with a seed: rows are then shuffled here, without touching
        any global random state.
    verbose : int
        Passed to Keras; 0 is silent.
    progress : bool
        Show a progress bar over epochs (needs a seed).

    Returns
    -------
    keras.callbacks.History
        `.history["loss"]` and, with a validation split, `.history["val_loss"]`.

    Raises
    ------
    ValueError
        Arrays of different length, a share outside [0, 1), or progress without a seed.
    """
    x_user, x_item = (np.asarray(x, dtype=np.float32) for x in data)
    y = np.asarray(labels, dtype=np.float32).reshape(-1)
    if not len(x_user) == len(x_item) == len(y):
        raise ValueError(
            "data and labels must have one row a pair, got "
            f"{len(x_user)}, {len(x_item)} and {len(y)} rows"
        )
    if not 0 <= validation_split < 1:
        raise ValueError(f"validation_split must lie in [0, 1), got {validation_split}")
    if seed is None:
        if progress:
            raise ValueError("progress=True needs a seed; or use verbose=1 for Keras' own bar")
        return model.fit(
            [x_user, x_item],
            y,
            batch_size=batch_size,
            epochs=epochs,
            validation_split=validation_split,
            verbose=verbose,
        )
    return _train_seeded(
        model, (x_user, x_item, y), batch_size, epochs, validation_split, seed, verbose, progress
    )


def _train_seeded(
    model: Any,
    arrays: tuple[np.ndarray, np.ndarray, np.ndarray],
    batch_size: int,
    epochs: int,
    validation_split: float,
    seed: int,
    verbose: int,
    progress: bool,
) -> Any:
    """Shuffle with a generator of our own, one call of `fit` an epoch."""
    # Keras shuffles from the backend's global state, which can be set but not restored.
    from tqdm.auto import tqdm

    keras = import_keras()
    rng = np.random.default_rng(seed)
    n_train = int(len(arrays[2]) * (1 - validation_split))
    held_out = tuple(array[n_train:] for array in arrays)
    history = keras.callbacks.History()
    history.set_model(model)
    history.on_train_begin()
    for epoch in tqdm(range(epochs), desc="epochs", disable=not progress):
        order = rng.permutation(n_train)
        x_user, x_item, y = (array[order] for array in arrays)
        part = model.fit(
            [x_user, x_item],
            y,
            batch_size=batch_size,
            initial_epoch=epoch,
            epochs=epoch + 1,
            shuffle=False,
            verbose=verbose,
        )
        logs = {"loss": part.history["loss"][-1]}
        if len(held_out[2]):
            # The same mean as Keras' own validation, without a data pipeline for each epoch.
            predicted = model([held_out[0], held_out[1]], training=False)
            logs["val_loss"] = float(model.compute_loss(y=held_out[2][:, None], y_pred=predicted))
        history.on_epoch_end(epoch, logs)
    # `fit` leaves its own one-epoch history on the model.
    model.history = history
    return history

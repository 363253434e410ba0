"""The smallest model that learns by gradient, to test the training loop alone."""

import numpy as np

from longtail_lib.models import GradientRecommender, import_keras
from longtail_lib.models._training_batches import batches_of, shuffled_pairs


class Factors(GradientRecommender):
    """Dot product of two embeddings, trained to tell an interaction from a drawn pair."""

    def __init__(
        self,
        dim=8,
        epochs=12,
        batch_size=128,
        learning_rate=0.02,
        patience=None,
        checkpoint=None,
        seed=0,
        progress=False,
    ):
        self.dim = dim
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.patience = patience
        self.checkpoint = checkpoint
        self.seed = seed
        self.progress = progress

    def _build(self, parts):
        keras = import_keras()
        inputs, sides = [], []
        for place, n in enumerate((parts.n_users, parts.n_items)):
            row = keras.layers.Input(shape=(), dtype="int32")
            start = keras.initializers.RandomNormal(stddev=0.1, seed=2 * self.seed + place)
            inputs.append(row)
            sides.append(keras.layers.Embedding(n, self.dim, embeddings_initializer=start)(row))
        # The dropout has a random state of its own, which a checkpoint must hold, too.
        user = keras.layers.Dropout(0.1, seed=self.seed)(sides[0])
        network = keras.Model(inputs, keras.ops.sum(user * sides[1], axis=1))
        network.compile(
            keras.optimizers.Adam(self.learning_rate),
            keras.losses.BinaryCrossentropy(from_logits=True),
        )
        return network

    def _batches(self, parts, epoch, rng):
        users, items = shuffled_pairs(parts.train, rng)
        drawn = rng.integers(parts.n_items, size=len(items), dtype=np.int32)
        labels = np.tile(np.array([1, 0], np.float32), len(users))
        pairs = np.repeat(users, 2), np.stack([items, drawn], axis=1).ravel()
        return batches_of((pairs, labels), self.batch_size)

    def _snapshot(self, network):
        users, items = network.get_weights()[:2]
        return {"user_vectors": users, "item_vectors": items}

    def _score(self, user_rows):
        return self.user_vectors_[user_rows] @ self.item_vectors_.T

"""The frozen phase: the head learns on what the body makes of the images, kept or made anew each time."""

from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from fototeca.learning.augmentation import Change
from fototeca.learning.batches import Numbers, Rows, plain_batches
from fototeca.learning.examples import Examples
from fototeca.learning.features import Features
from fototeca.learning.objectives import Objective


@dataclass(frozen=True)
class FrozenBody:
    """A body that stays as it is, and the images that it sees."""

    backbone: keras.Model
    examples: Examples
    features: Features | None
    """What it made of the images; none, if they are to be computed each time."""
    views: int
    """Views of each training image, of which an epoch draws one."""
    batch_size: int

    def head(self, network: keras.Model) -> keras.Model:
        """The network behind its body: it shares neck and head with it."""
        inputs = keras.Input(self.backbone.output_shape[1:], name="features")
        return keras.Model(inputs, network.layers[-1](network.get_layer("neck")(inputs)), name=network.name)

    def batches(
        self, objective: Objective, rows: Rows, weights: Numbers, random: np.random.Generator
    ) -> tf.data.Dataset:
        """The batches of an epoch: (features, targets, weights)."""
        views = random.integers(self.views, size=len(rows))
        truth = tf.data.Dataset.from_tensor_slices((objective.targets[rows], weights[rows])).batch(self.batch_size)
        features = self._features(rows, views)
        return tf.data.Dataset.zip(features, truth).map(lambda seen, truth: (seen, truth[0], truth[1])).prefetch(2)

    def validation(self) -> tf.data.Dataset:
        """The features of the validation images."""
        rows = self.examples.rows("val")
        return self._features(rows, np.zeros_like(rows))

    def _features(self, rows: Rows, views: Rows) -> tf.data.Dataset:
        if self.features is None:
            seen = plain_batches(self.examples.pixels, rows, self.batch_size, [Change(view=int(v)) for v in views])
            return seen.map(lambda pixels: self.backbone(pixels, training=False))
        kept, shape = self.features, self.backbone.output_shape[1:]

        def read(places: Rows) -> Numbers:
            return kept.take(rows[places], views[places])

        def load(places: tf.Tensor) -> tf.Tensor:
            return tf.ensure_shape(tf.numpy_function(read, [places], tf.float32, stateful=False), (None, *shape))

        return tf.data.Dataset.range(len(rows)).batch(self.batch_size).map(load)

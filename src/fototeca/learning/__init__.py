"""Networks: their shapes, how they are fed, trained, measured and exported. Only here is TensorFlow imported.

This package itself imports nothing, so that `fototeca.learning.recipe` stays cheap.
"""

import os

os.environ["KERAS_BACKEND"] = "tensorflow"  # whatever a keras.json of the user says
os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")  # leave memory to the other jobs of a shared GPU
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # errors only

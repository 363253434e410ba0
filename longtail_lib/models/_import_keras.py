"""Where models find Keras; what brings it in lies below texts, which need it too."""

from longtail_lib._import_keras import import_keras

__all__ = ["import_keras"]

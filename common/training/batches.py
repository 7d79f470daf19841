"""What a training trains and validates on, in the form that Keras' backend takes."""

import keras

from fast_style.common.images.crops import validation_crops


def open_photographs(settings):
    """The stream of batches that a :class:`TrainingSettings` asks for: of tf.data, or of threads for other backends."""
    if keras.backend.backend() == "tensorflow":
        from fast_style.common.training.dataset import Photographs

        return Photographs.from_settings(settings)
    from fast_style.common.training.crops_ahead import CropsAhead

    return CropsAhead.from_settings(settings)


def validation_data(settings, size):
    """Batches of one square, uint8 (1, size, size, 3), of the photographs that losses are measured on; None for none.

    Args:
        settings: :class:`TrainingSettings`.
        size: side of the squares in pixels.
    """
    if not settings.validation:
        return None
    resize = settings.resize_to != 0  # photographs as they are, where those trained on are
    if keras.backend.backend() == "tensorflow":
        from fast_style.common.training.dataset import validation_batches

        return validation_batches(settings.validation, size, resize=resize)
    return [photo[None] for photo in validation_crops(settings.validation, size, resize)]

"""What Keras must be set to, told at the door of networks."""

from fast_style.common.errors import UserError

# TensorFlow, and what trains too.
BACKENDS = ("tensorflow", "jax")


def check_keras():
    """Raises UserError where Keras is set to a backend or a layout of images that nothing here is made for."""
    import keras

    backend, layout = keras.backend.backend(), keras.config.image_data_format()
    if backend not in BACKENDS:
        raise UserError(f"KERAS_BACKEND: expected {' or '.join(BACKENDS)}. Received: {backend}")
    if layout != "channels_last":
        raise UserError(
            f"image_data_format of Keras (keras.json): expected channels_last. Received: {layout}; "
            "keras.config.set_image_data_format('channels_last') sets it for a process"
        )

"""Training by Keras' JAX backend, for a machine with a GPU and without TensorFlow; see :mod:`.__main__`."""

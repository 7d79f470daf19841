"""``keras.ops``, imported when a function of it is first asked for: what works on arrays alone starts no TensorFlow."""


class _Ops:
    def __getattr__(self, name):
        import keras

        return getattr(keras.ops, name)


ops = _Ops()

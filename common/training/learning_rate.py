"""The learning rate of a training run."""

import keras


def learning_rate(settings):
    """The learning rate over the run: a number, or a Keras schedule."""
    rate, warmup = settings.learning_rate, settings.warmup
    if settings.schedule == "cosine":
        falling = max(1, settings.iterations - warmup)
        if not warmup:
            return keras.optimizers.schedules.CosineDecay(rate, falling)
        return keras.optimizers.schedules.CosineDecay(0.0, falling, warmup_target=rate, warmup_steps=warmup)
    if warmup:
        return keras.optimizers.schedules.PolynomialDecay(0.0, warmup, end_learning_rate=rate)
    return rate

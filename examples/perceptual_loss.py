"""The perceptual loss in a Keras model of your own: a small network that takes noise out of photographs.

By a pixel loss alone it would learn to blur; features of VGG16 ask for texture.
"""

import keras
import tensorflow as tf

import fast_style

PHOTOS = "photos"
SIZE = 128
BATCH_SIZE = 8
EPOCHS = 10
LOSS_WEIGHTS = "imagenet"
NOISE = 25.0  # standard deviation in pixel values of 0..255


def noisy_and_clean(photos):
    """uint8 (batch, height, width, 3) -> float32 inputs and targets, 0..255."""
    photos = tf.cast(photos, tf.float32)
    return photos + NOISE * tf.random.normal(tf.shape(photos)), photos


inputs = keras.Input((None, None, 3))
x = keras.layers.Rescaling(1 / 127.5, offset=-1.0)(inputs)
for _ in range(3):
    x = keras.layers.Conv2D(32, 3, padding="same", activation="relu")(x)
noise = keras.layers.Conv2D(3, 3, padding="same")(x)
outputs = keras.layers.Subtract()([inputs, keras.layers.Rescaling(127.5)(noise)])
model = keras.Model(inputs, outputs)

model.compile("adam", loss=fast_style.losses.PerceptualLoss(pixel_weight=10.0, loss_weights=LOSS_WEIGHTS))
photos = fast_style.photos(PHOTOS, size=SIZE, batch_size=BATCH_SIZE)  # in another order each epoch
model.fit(photos.map(noisy_and_clean), epochs=EPOCHS, shuffle=False)
model.save("denoiser.keras")

"""Fine-tune a network that ships on a painting of your own: sooner than from random weights.

What it has learnt of photographs stays; what it has learnt of its painting is replaced.
"""

import keras

import fast_style

NETWORK = "starry_night_fast"  # `fast-style styles` lists what ships
PAINTING = "painting.jpg"
PHOTOS = "photos"
SIZE = 256
STYLE_SIZE = 256
BATCH_SIZE = 4
EPOCHS = 2
LOSS_WEIGHTS = "imagenet"

network = fast_style.load_network(NETWORK)
model = fast_style.StyleTransfer(PAINTING, network, style_size=STYLE_SIZE, loss_weights=LOSS_WEIGHTS)
# A third of what a new network is trained with, so that the first steps undo less.
model.compile(keras.optimizers.Adam(3e-4))
model.fit(fast_style.photos(PHOTOS, size=SIZE, batch_size=BATCH_SIZE), epochs=EPOCHS)
network.save("network.keras")

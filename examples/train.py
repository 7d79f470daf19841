"""Train a network on one painting, save it, and paint a photograph with it.

Two epochs over the 80,000 photographs of COCO are the paper's training; some hundred photographs and more epochs make a
network too.
"""

# %%
import keras
from PIL import Image

import fast_style

PAINTING = "painting.jpg"
PHOTOS = "photos"  # a folder of photographs to train on, searched recursively
PHOTO = "me.jpg"
SIZE = 256  # side in pixels of the squares of photographs
STYLE_SIZE = 256  # short side in pixels at which the painting is read: smaller gives finer strokes
BATCH_SIZE = 4
EPOCHS = 2
LOSS_WEIGHTS = "imagenet"  # of VGG16, which Keras downloads; or a file of them

# %%
model = fast_style.StyleTransfer(PAINTING, style_size=STYLE_SIZE, loss_weights=LOSS_WEIGHTS)
model.compile(keras.optimizers.Adam(1e-3))
model.fit(fast_style.photos(PHOTOS, size=SIZE, batch_size=BATCH_SIZE), epochs=EPOCHS)
model.network.save("network.keras")

# %%
picture = fast_style.stylize(PHOTO, model.network)
Image.fromarray(picture).save("painted.jpg")

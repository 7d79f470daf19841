"""Export a network as a SavedModel and ask it, as a server would: the process needs TensorFlow alone for that."""

import tensorflow as tf

from fast_style.export import export_saved_model, find_network

NETWORK = "starry_night_fast"  # or the path of a .keras file
PHOTO = "me.jpg"

export_saved_model(find_network(NETWORK), "served")

# From here on nothing is of fast_style. `tf.saved_model.load` reads what TF Serving reads.
served = tf.saved_model.load("served")
encoded = tf.io.read_file(PHOTO)
painted = served.signatures["serve_bytes"](image_bytes=encoded[None])["image_bytes"][0]
tf.io.write_file("painted.png", painted)

# The same for arrays: uint8 (batch, height, width, 3) in and out. TensorFlow's default transform gives other pixels.
images = tf.io.decode_jpeg(encoded, channels=3, dct_method="INTEGER_ACCURATE")[None]
painted = served.signatures["serving_default"](images=images)["images"]

"""Sends an image file to TF Serving over REST and writes the PNG that comes back. Python's own library suffices.

python rest_client.py MODEL photo.jpg result.png [http://localhost:8501]
"""

import base64
import json
import sys
import urllib.error
import urllib.request


def predict(model, image, server="http://localhost:8501"):
    """bytes of a JPEG or PNG -> bytes of a PNG."""
    body = {
        "signature_name": "serve_bytes",
        "instances": [{"image_bytes": {"b64": base64.b64encode(image).decode()}}],
    }
    request = urllib.request.Request(
        f"{server}/v1/models/{model}:predict", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as response:
        (prediction,) = json.load(response)["predictions"]
    # A signature with one output: the prediction is its value.
    return base64.b64decode(prediction["b64"])


def main(model, source, target, server="http://localhost:8501"):
    try:
        with open(source, "rb") as file:
            image = file.read()
        result = predict(model, image, server)
        with open(target, "wb") as file:
            file.write(result)
    except urllib.error.HTTPError as error:
        sys.exit(f"{source}: {error.read().decode(errors='replace')}")
    except urllib.error.URLError as error:
        sys.exit(f"{server}: expected TF Serving there. Received: {error.reason}")
    except OSError as error:
        sys.exit(f"{error.filename}: {error.strerror}")


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__.strip())
    main(*sys.argv[1:])

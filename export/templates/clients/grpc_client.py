"""Sends an image file to TF Serving over gRPC and writes the PNG that comes back.

pip install tensorflow-serving-api
python grpc_client.py MODEL photo.jpg result.png [localhost:8500]

An array instead of a file goes to the signature serving_default: see predict_array.
"""

import sys

import grpc
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

LIMIT = 256 * 2**20  # gRPC's own is 4 MiB, less than the pixels of a photograph


def connect(server="localhost:8500"):
    options = [("grpc.max_send_message_length", LIMIT), ("grpc.max_receive_message_length", LIMIT)]
    return prediction_service_pb2_grpc.PredictionServiceStub(grpc.insecure_channel(server, options))


def predict(stub, model, image, timeout=60.0):
    """bytes of a JPEG or PNG -> bytes of a PNG."""
    request = predict_pb2.PredictRequest()
    request.model_spec.name = model
    request.model_spec.signature_name = "serve_bytes"
    request.inputs["image_bytes"].CopyFrom(tf.make_tensor_proto([image]))
    return stub.Predict(request, timeout).outputs["image_bytes"].string_val[0]


def predict_array(stub, model, images, timeout=60.0):
    """uint8 array (batch, height, width, 3) -> uint8 array."""
    request = predict_pb2.PredictRequest()
    request.model_spec.name = model
    request.inputs["images"].CopyFrom(tf.make_tensor_proto(images))
    return tf.make_ndarray(stub.Predict(request, timeout).outputs["images"])


def main(model, source, target, server="localhost:8500"):
    try:
        with open(source, "rb") as file:
            image = file.read()
        result = predict(connect(server), model, image)
        with open(target, "wb") as file:
            file.write(result)
    except grpc.RpcError as error:
        sys.exit(f"{source}: {error.code().name}: {error.details()}")
    except OSError as error:
        sys.exit(f"{error.filename}: {error.strerror}")


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__.strip())
    main(*sys.argv[1:])

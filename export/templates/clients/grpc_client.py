"""Sends an image file to TF Serving over gRPC and writes the PNG that comes back. It needs rest_client.py beside it.

pip install tensorflow-serving-api
python grpc_client.py MODEL photo.jpg result.png [localhost:8500] [--timeout SECONDS]

An array instead of a file goes to the signature serving_default: see predict_array.
"""

import sys

import grpc
import tensorflow as tf
from rest_client import LIMIT, TIMEOUT, Refused, command
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

SERVER = "localhost:8500"


def connect(server=SERVER):
    # gRPC's own limit is 4 MiB, less than the pixels of a photograph.
    options = [("grpc.max_send_message_length", LIMIT), ("grpc.max_receive_message_length", LIMIT)]
    return prediction_service_pb2_grpc.PredictionServiceStub(grpc.insecure_channel(server, options))


def predict(stub, model, image, timeout=TIMEOUT):
    """bytes of a JPEG or PNG -> bytes of a PNG."""
    request = predict_pb2.PredictRequest()
    request.model_spec.name = model
    request.model_spec.signature_name = "serve_bytes"
    request.inputs["image_bytes"].CopyFrom(tf.make_tensor_proto([image]))
    return stub.Predict(request, timeout).outputs["image_bytes"].string_val[0]


def predict_array(stub, model, images, timeout=TIMEOUT):
    """uint8 array (batch, height, width, 3) -> uint8 array."""
    request = predict_pb2.PredictRequest()
    request.model_spec.name = model
    request.inputs["images"].CopyFrom(tf.make_tensor_proto(images))
    return tf.make_ndarray(stub.Predict(request, timeout).outputs["images"])


def ask(model, image, server, timeout):
    """As of rest_client.command."""
    try:
        return predict(connect(server), model, image, timeout)
    except grpc.RpcError as error:
        raise Refused(f"{server}: expected a picture. Received: {error.code().name}: {error.details()}") from None
    except IndexError:
        raise Refused(f"{server}: expected one picture. Received: none in the answer") from None


if __name__ == "__main__":
    sys.exit(command(ask, __doc__, SERVER))

"""The PyTorch network, exported to ONNX and run by ONNX Runtime."""

import io

import onnxruntime
import torch

from benchmarks.pytorch import MARGIN, Network, _parameters_and_multiply_adds, _pixels


def inference(size):
    network = Network(MARGIN).eval()
    counts = _parameters_and_multiply_adds(network, size)
    photo = _pixels(1, 1, 3, size, size)
    file = io.BytesIO()
    torch.onnx.export(network, (photo,), file, input_names=["photo"], dynamo=False)
    session = onnxruntime.InferenceSession(file.getvalue(), providers=["CPUExecutionProvider"])
    values = photo.numpy()
    return lambda: session.run(None, {"photo": values})[0].clip(0, 255).astype("uint8"), *counts

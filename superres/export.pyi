from fast_style.export import export_onnx as export_onnx
from fast_style.export import export_saved_model as export_saved_model
from fast_style.export import export_serving as export_serving
from fast_style.export import export_tflite as export_tflite
from fast_style.export import find_network as find_network
from fast_style.export import verify as verify

from fast_style.common.networks.source import find_network as find_network
from fast_style.export.onnx import export_onnx as export_onnx
from fast_style.export.saved_model import export_saved_model as export_saved_model
from fast_style.export.styled_source import fixed_styles as fixed_styles
from fast_style.export.tf_serving import export_serving as export_serving
from fast_style.export.tflite import export_tflite as export_tflite
from fast_style.export.variation import seeded_source as seeded_source
from fast_style.export.verification import verify as verify

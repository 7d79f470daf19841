"""Counts the multiplications of a TensorFlow function."""


def convolution_multiply_adds(function, size):
    """Multiply-adds in the convolutions of a function of one float32 (1, size, size, 3) image."""
    import tensorflow as tf

    graph = tf.function(function).get_concrete_function(tf.TensorSpec((1, size, size, 3))).graph
    total = 0
    for operation in graph.get_operations():
        if operation.type == "Conv2D":
            pixels, kernel = operation.outputs[0].shape[1:3], operation.inputs[1].shape
        elif operation.type == "Conv2DBackpropInput":  # a transposed convolution: every input pixel meets the kernel
            pixels, kernel = operation.inputs[2].shape[1:3], operation.inputs[1].shape
        else:
            continue
        total += pixels.num_elements() * kernel.num_elements()
    return total

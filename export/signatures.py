"""Functions of a network as the signatures of a SavedModel."""


def write_signatures(folder, network, signatures):
    """Writes a SavedModel whose signatures are functions of a network.

    Each function is traced once; ``keras.export.ExportArchive`` traces it several times, which takes twice as long, and
    keeps a second copy of its graph.

    Args:
        folder: path.
        network: the Keras model that the functions call, whose variables are saved.
        signatures: ``{name: (function, specification, ...)}``: a function of tensors to a dict of tensors, and the
            ``tf.TensorSpec`` of each, whose name is that of the signature's input.
    """
    import tensorflow as tf

    module = tf.Module()
    # The variables, and not the network: what Keras saves with a model is for loading that again, not for serving.
    module.variables_of_the_network = [variable.value for variable in network.variables]
    traced = {
        name: tf.function(function, specifications, autograph=False)
        for name, (function, *specifications) in signatures.items()
    }
    tf.saved_model.save(module, str(folder), traced)


def ensure_shape(tensor, shape):
    """The input of a signature, unless it has another shape than its specification: that is InvalidArgument.

    TF Serving and TensorFlow's C++ API feed what they are given. A graph optimizer believes the specification and folds
    every check of it away; then oneDNN ends the process for a tensor of three dimensions. A placeholder with a default
    is the operation that passes its tensor on and promises no shape.

    Args:
        tensor: the input.
        shape: as of its ``tf.TensorSpec``; None for any length.
    """
    import tensorflow as tf

    return tf.ensure_shape(tf.raw_ops.PlaceholderWithDefault(input=tensor, shape=None), shape, name="input")

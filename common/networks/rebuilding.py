"""The same network anew: its weights in another of its architecture, or under another precision."""

from fast_style.common.errors import UserError
from fast_style.common.networks.precision import resolve_precision

# Of a network's description, what does not change what its weights mean.
AROUND_THE_WEIGHTS = ("name", "trainable", "dtype", "histogram_matching", "margin", "noise_seed")


def copy_weights(source, target, given=None):
    """Copies all weights of a network into another of the same architecture.

    Args:
        source, target: the networks.
        given: the network that the error describes, where `source` was made of another.

    Raises:
        UserError: the architectures differ.
    """
    # Shapes alone would not tell: the weights of a residual fit a network without a skip, too.
    if _architecture(source) != _architecture(target):
        raise UserError(
            f"network: expected weights of the architecture {_architecture(target)}. "
            f"Received: {_architecture(given or source)}"
        )
    target.set_weights(source.get_weights())


def _architecture(network):
    config = network.get_config()
    options = [f"{k}={v}" for k, v in config.items() if k not in AROUND_THE_WEIGHTS]
    return f"{type(network).__name__} of {', '.join(options)}"


def redescribed(network, **changes):
    """A new network, described as another is but for these changes; of its dtype policy, where that is none of them."""
    return type(network).from_config({**network.get_config(), "dtype": network.dtype_policy.name, **changes})


def rebuilt(network, policy="float32", **changes):
    """The same network under a dtype policy: one trained under mixed_float16, say, exports in float32 only.

    Args:
        network: :class:`ImageNetwork`.
        policy: a Keras dtype policy name; variables are float32 under every one offered.
        changes: of the network's description, which leave its architecture.

    Returns:
        a new network of the same class, with copies of the weights.
    """
    twin = redescribed(network, dtype=policy, **changes)
    copy_weights(network, twin)
    return twin


def in_precision(network, precision="auto"):
    """The network as it makes pictures in a precision: itself, or :func:`rebuilt` where that is another policy.

    Args:
        network: :class:`ImageNetwork`.
        precision: see :func:`resolve_precision`; ``"auto"`` is what is quickest forward here. In bfloat16 the pictures
            of networks that ship are within 50 dB of PSNR of those in float32.

    Raises:
        UserError: an unknown precision.
    """
    policy = resolve_precision(precision, training=False)
    return network if network.dtype_policy.name == policy else rebuilt(network, policy)

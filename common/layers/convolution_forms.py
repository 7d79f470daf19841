"""Which form convolutions are computed in: Keras', or one that a processor or another runtime is quicker with."""

import contextlib
import contextvars

_forms = contextvars.ContextVar("convolution_forms", default=None)


@contextlib.contextmanager
def convolution_forms(forms):
    """Context within which layers compute convolutions by functions of another form, to the same results.

    It counts where a function is traced.

    Args:
        forms: a module with ``takes``, ``convolve``, ``convolve_transposed`` and ``double_and_convolve``, such as
            :mod:`common.layers.cpu_convolution`.
    """
    token = _forms.set(forms)
    try:
        yield
    finally:
        _forms.reset(token)


def forms_for(inputs):
    """The module whose functions are to compute convolutions of `inputs`; None for Keras' own."""
    forms = _forms.get()
    return forms if forms is not None and forms.takes(inputs) else None

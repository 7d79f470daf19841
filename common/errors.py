"""The one exception that a command line turns into a line of text and exit code 2."""


class UserError(ValueError):
    """Something the caller can mend: a bad file, argument, folder or setting.

    The message is one line. It names the argument, what was expected and what was received,
    because it is all that a command-line user sees.
    """

    # Raised while TensorFlow traces a function, it comes out as it is, and not as an error of AutoGraph's.
    ag_pass_through = True


def check_whole(least=0, **values):
    """Raises UserError for a value, by name, that is no whole number of at least `least`."""
    for name, value in values.items():
        if not (isinstance(value, int) and value >= least):
            raise UserError(f"{name}: expected a whole number of at least {least}. Received: {value!r}")

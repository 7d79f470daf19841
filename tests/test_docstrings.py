"""Every public docstring has an example, which runs and leaves nothing behind."""

import doctest

import pytest

from tools.api_reference import public_modules

# What is in several modules runs once, under the name of the first.
PUBLIC = {}
for face, names in public_modules().items():
    for name, value in names.items():
        PUBLIC.setdefault(id(value), (f"{face}.{name}", value))


def level(name):
    """Examples that write exports are for the whole suite, as far as something is traced in them."""
    return [pytest.mark.slow] if name.startswith("fast_style.export.") else []


@pytest.mark.parametrize("name, value", [pytest.param(*one, id=one[0], marks=level(one[0])) for one in PUBLIC.values()])
def test_its_example_runs(name, value, tmp_path, monkeypatch, eager_steps, eager_pictures):
    monkeypatch.chdir(tmp_path)
    example = doctest.DocTestParser().get_doctest(value.__doc__, {}, name, None, None)
    assert example.examples, f"{name}: no example"
    code = "".join(one.source for one in example.examples)
    assert "import" in code, "as a user would write it"
    assert "common" not in code, "not public"
    found = []
    doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS).run(example, out=found.append)
    assert not found, "".join(found)
    assert not list(tmp_path.iterdir())

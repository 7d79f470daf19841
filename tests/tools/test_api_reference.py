"""The API reference: the pages in the repository are those of the docstrings, and lose none of them."""

import inspect
import re
from pathlib import Path

from tools import api_reference

DOCS = Path(__file__).parents[2] / "docs"
COMMAND = "python -m tools.api_reference --output docs"


def words(text):
    return set(re.findall(r"\w+", text))


def test_the_pages_in_the_repository_are_of_the_docstrings(tmp_path, capsys):
    api_reference.main(["--output", str(tmp_path)])
    made = {path.relative_to(tmp_path): path.read_text() for path in tmp_path.rglob("*.md")}
    assert {path.name for path in made if path.parent.name == "api"} == {path.name for path in (DOCS / "api").iterdir()}
    for path, text in made.items():
        assert text == (DOCS / path).read_text(), COMMAND
    assert len(capsys.readouterr().out.splitlines()) == len(made)


def test_every_public_name_has_its_docstring_on_a_page_whole():
    pages = api_reference.pages()
    for face, names in api_reference.public_modules().items():
        for name, value in names.items():
            page = pages.get(f"api/{face}.md", "") + pages[f"api/{face.replace('superres', 'fast_style')}.md"]
            assert f"\n## `{name}`\n" in page, f"{face}.{name}"
            text = re.sub(r":\w+:`", "`", inspect.getdoc(value))
            assert words(text) <= words(page), f"{face}.{name}"


def test_what_keras_has_is_left_out():
    import fast_style

    members = api_reference.members(fast_style.TransformationNetwork)
    assert {"presets", "from_preset", "render"} <= set(members)
    assert not {"call", "get_config", "fit", "build"} & set(members)


def test_docstrings_become_markdown():
    docstring = """Enlarges ``x`` by :class:`Net`.

    Args:
        one, two: numbers, as
            of :func:`f`.
        three: another: the third.

    Behind it ``y``.

    Returns:
        (a, b): both.

    >>> 1 + 1
    2
    """
    assert api_reference.markdown(docstring).split("\n\n") == [
        "Enlarges `x` by `Net`.",
        "**Args**",
        "- `one`, `two`: numbers, as of `f`.\n- `three`: another: the third.",
        "Behind it `y`.",
        "**Returns**",
        "- (a, b): both.",
        "```python\n>>> 1 + 1\n2\n```",
    ]

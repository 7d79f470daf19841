"""Names of image files."""

import pytest

from fast_style.common.images.image_formats import format_of_result


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.jfif", "jpg"),
        ("a.JPE", "jpg"),
        ("a.mpo", "jpg"),
        ("folder.d/a.webp", "webp"),
        ("a.gif", "png"),
        ("a.avif", "png"),
        ("a.heic", "png"),
        ("-", "png"),
    ],
)
def test_result_has_the_format_of_its_photograph_where_that_is_written(name, expected):
    assert format_of_result(name) == expected

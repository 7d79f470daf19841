"""`fast-style gallery`: a page whose pictures are all there, and small."""

import re

from common.image_io import read_photo
from fast_style.cli import main
from fast_style.pretrained_networks import style_entries


def test_the_page_names_every_style_and_its_pictures_are_there(tmp_path, capsys):
    main(["gallery", "--output", str(tmp_path)])
    page = (tmp_path / "gallery.md").read_text()
    for style, entry in style_entries().items():
        assert f"## {style}" in page
        assert entry["title"] in page
    pictures = re.findall(r'src="([^"]+)"', page)
    assert {f"gallery/{path.name}" for path in (tmp_path / "gallery").iterdir()} == set(pictures)
    expected = {f"gallery/{name}.jpg" for name in ("chelsea", "astronaut_starry_night", "coffee_x4_bicubic")}
    assert expected <= set(pictures)
    assert read_photo(tmp_path / "gallery" / "coffee_starry_night.jpg").rgb.shape == (400, 600, 3)
    assert all((tmp_path / name).stat().st_size < 200_000 for name in pictures)
    assert "gallery.md" in capsys.readouterr().out

"""`fast-style demo`: every sample photograph in every style, and a contact sheet."""

from common.image_io import read_photo
from common.sample_photos import NAMES, sample_photos
from fast_style.cli import main
from fast_style.pretrained_networks import style_entries


def test_demo_writes_pictures_and_a_contact_sheet_and_says_where(tmp_path, capsys):
    main(["demo", "--output", str(tmp_path / "demo")])
    out = capsys.readouterr().out
    names = {f"{photo}_{style}.png" for photo in NAMES for style in style_entries()}
    assert {path.name for path in (tmp_path / "demo").iterdir()} == names | {"contact_sheet.png"}
    for photo, original in sample_photos().items():
        assert read_photo(tmp_path / "demo" / f"{photo}_starry_night.png").rgb.shape == original.shape
    assert all(name in out for name in names)
    assert out.count(" s\n") == len(names)
    assert str(tmp_path / "demo") in out.splitlines()[-1]

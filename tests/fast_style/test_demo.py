"""`fast-style demo`: every sample photograph in every style, details enlarged, and a contact sheet."""

from common.image_io import read_photo
from common.sample_photos import NAMES, sample_photos
from fast_style.cli import main
from fast_style.pretrained_networks import style_entries
from superres.pretrained_networks import network_entries


def test_demo_writes_pictures_and_a_contact_sheet_and_says_where(tmp_path, capsys):
    main(["demo", "--output", str(tmp_path / "demo")])
    out = capsys.readouterr().out
    fours = [name for name, entry in network_entries().items() if entry["config"]["factor"] == 4]
    labels = [*style_entries(), "x4_bicubic", *fours]
    names = {f"{photo}_{label}.png" for photo in NAMES for label in labels}
    assert {path.name for path in (tmp_path / "demo").iterdir()} == names | {"contact_sheet.png"}
    for photo, original in sample_photos().items():
        assert read_photo(tmp_path / "demo" / f"{photo}_starry_night.png").rgb.shape == original.shape
    assert read_photo(tmp_path / "demo" / "chelsea_x4_bicubic.png").rgb.shape == (384, 384, 3)
    assert all(name in out for name in names)
    assert out.count(" s\n") == len(names)
    assert str(tmp_path / "demo") in out.splitlines()[-1]

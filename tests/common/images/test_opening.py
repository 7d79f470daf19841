"""What is opened at all, and what a stranger's file may cost."""

import io
import itertools
import os
import struct
import subprocess
import sys
import time

import numpy as np
import pytest
from PIL import Image, features

from fast_style.common.errors import UserError
from fast_style.common.images import opening
from fast_style.common.images.image_io import read_photo
from fast_style.common.images.opening import read_stream
from tests.common.images.files import animated_webp, png, png_chunk


def encoded(image, file_format, **options):
    buffer = io.BytesIO()
    image.save(buffer, file_format, **options)
    return buffer.getvalue()


def ramp(height=40, width=60):
    rows, columns = np.mgrid[:height, :width]
    return Image.fromarray(np.stack([4 * rows, 4 * columns, 255 - 2 * rows - 2 * columns], axis=-1).astype(np.uint8))


def refused(source, **options):
    with pytest.raises(UserError) as caught:
        read_photo(source, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


class TestFormats:
    def test_postscript_starts_no_other_program(self, tmp_path, monkeypatch):
        """Pillow runs Ghostscript, whichever ``gs`` comes first, for what begins so."""
        path = tmp_path / "cat.jpg"
        path.write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\nshowpage\n%%EOF\n")
        monkeypatch.setattr(subprocess, "Popen", lambda *args, **options: pytest.fail("a program was started"))
        assert refused(path).endswith("Received: a file of no known format")

    @pytest.mark.parametrize("file_format", ["PPM", "TGA", "ICO", "PCX", "SGI", "DDS", "JPEG2000", "PDF", "EPS"])
    def test_others_that_pillow_reads_or_writes(self, file_format):
        assert "Received: a file of no known format" in refused(encoded(ramp(), file_format))

    @pytest.mark.skipif(not features.check("avif"), reason="this Pillow has no AVIF")
    def test_avif(self):
        photo = read_photo(encoded(ramp(), "AVIF", quality=95))
        np.testing.assert_allclose(photo.rgb.astype(int), np.asarray(ramp()).astype(int), atol=16)

    def test_avif_without_a_pillow_that_reads_it(self, monkeypatch):
        monkeypatch.setattr(features, "check", lambda name: False)
        assert "expected a Pillow that reads AVIF" in refused(b"\0\0\0\x20ftypavif" + bytes(60))

    @pytest.mark.parametrize("brand", [b"heic", b"heix", b"mif1", b"msf1"])
    def test_heic_without_its_extra(self, brand, monkeypatch):
        monkeypatch.setattr(opening, "_register_heif", lambda: False)
        message = refused(b"\0\0\0\x20ftyp" + brand + bytes(60), name="a.heic")
        expected = "a.heic: expected pillow-heif for HEIC pictures (pip install 'fast-style[heic]'). Received: none"
        assert message.startswith(expected)

    def test_heic(self):
        pillow_heif = pytest.importorskip("pillow_heif")
        buffer = io.BytesIO()
        pillow_heif.from_pillow(ramp()).save(buffer, quality=95)
        photo = read_photo(buffer.getvalue())
        np.testing.assert_allclose(photo.rgb.astype(int), np.asarray(ramp()).astype(int), atol=16)

    def test_several_pictures_in_a_jpeg(self):
        """MPO, as some cameras write: the first."""
        content = encoded(ramp(), "MPO", save_all=True, append_images=[Image.new("RGB", (60, 40))], quality=95)
        np.testing.assert_allclose(read_photo(content).rgb.astype(int), np.asarray(ramp()).astype(int), atol=16)


class TestRegularFiles:
    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
    def test_a_named_pipe_is_not_waited_for(self, tmp_path):
        os.mkfifo(tmp_path / "a.jpg")
        expected = "expected an image file. Received: a pipe or device; - reads standard input"
        assert refused(tmp_path / "a.jpg") == f"{tmp_path / 'a.jpg'}: {expected}"

    @pytest.mark.parametrize("device", ["/dev/zero", "/dev/null"])
    def test_a_device(self, device):
        if os.path.exists(device):
            assert refused(device).endswith("Received: a pipe or device; - reads standard input")

    def test_a_large_sparse_file(self, tmp_path):
        with open(tmp_path / "a.png", "wb") as file:
            file.write(b"\x89PNG\r\n\x1a\n")
            file.truncate(7 << 30)
        message = refused(tmp_path / "a.png")
        assert message.endswith("a.png: expected a file of at most 2 GiB. Received: 7,168 MiB")

    def test_a_smaller_one_is_not_read_into_memory(self, tmp_path):
        start = time.monotonic()
        with open(tmp_path / "a.jpg", "wb") as file:
            file.truncate(1 << 30)
        assert refused(tmp_path / "a.jpg").endswith("Received: a file of no known format")
        assert time.monotonic() - start < 1

    def test_a_name_that_is_none(self):
        assert "expected a readable image file" in refused("a\0b.jpg")


class TestStreams:
    class Endless(io.RawIOBase):
        def __init__(self, start):
            self.start, self.count = start, 0

        def read(self, size=-1):
            assert size >= 0, "all of an endless stream"
            self.count += size
            start, self.start = self.start[:size], self.start[size:]
            return start + bytes(size - len(start))

    def test_whole(self):
        content = encoded(ramp(), "PNG")
        assert read_stream(io.BytesIO(content)) == content
        assert read_stream(io.BytesIO(b"")) == b""

    @pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF"])
    def test_every_format(self, file_format):
        content = encoded(ramp(), file_format)
        assert read_stream(io.BytesIO(content)) == content

    def test_endless_zeros_are_no_image(self):
        stream = self.Endless(b"")
        with pytest.raises(UserError, match=r"^standard input: expected an image \(.*\)\. Received: bytes of no known"):
            read_stream(stream)
        assert stream.count < 1000

    def test_an_endless_image(self, monkeypatch):
        monkeypatch.setattr(opening, "MAX_STREAM", 3 << 20)
        stream = self.Endless(b"\xff\xd8\xff\xe0")
        with pytest.raises(UserError, match=r"expected at most 3 MiB\. Received: more; give it as a file"):
            read_stream(stream)
        assert stream.count < 5 << 20


def flat_webp(side):
    """A lossless WebP of 34 bytes of one colour (WebP container and lossless bitstream specifications)."""
    bits = (side - 1) | (side - 1) << 14
    content = b"\x2f" + struct.pack("<I", bits) + bytes([0x88, 0x88, 0x08]) + bytes(6)
    return b"RIFF" + struct.pack("<I", 12 + len(content)) + b"WEBPVP8L" + struct.pack("<I", len(content)) + content


def widened_webp(side):
    """An animation whose canvas is larger than its frames."""
    content = bytearray(animated_webp())
    content[24:27] = content[27:30] = (side - 1).to_bytes(3, "little")
    return bytes(content)


def widened_jpeg(side, **options):
    content = encoded(ramp(), "JPEG", **options)
    frame = content.index(b"\xff\xc2" if options.get("progressive") else b"\xff\xc0")
    return content[: frame + 5] + struct.pack(">HH", side, side) + content[frame + 9 :]


def bombs():
    padding = png_chunk(b"prIv", np.random.default_rng(0).bytes(900_000))
    for (depth, colour_type, samples), chunks in itertools.product(
        [(16, 0, 1), (8, 2, 3), (8, 6, 4), (16, 6, 4), (1, 0, 1)], [(), (padding,)]
    ):
        row = bytes(20_000 * depth * samples // 8)
        yield f"PNG {depth} {colour_type} {len(chunks)}", png([row], 20_000, depth, colour_type, *chunks, height=20_000)
    yield "WebP", flat_webp(16_383)
    yield "padded WebP", flat_webp(12_000) + bytes(900_000)
    yield "animated WebP", widened_webp(12_300)
    yield "padded animated WebP", widened_webp(12_300) + b"prIv" + struct.pack("<I", 900_000) + bytes(900_000)
    yield "JPEG", widened_jpeg(20_000)
    yield "progressive JPEG", widened_jpeg(20_000, progressive=True)
    image = struct.pack("<BHHHHB", 0x2C, 0, 0, 20_000, 20_000, 0) + b"\x02\x02\x44\x01\x00;"
    yield "GIF", b"GIF89a" + struct.pack("<HHBBB", 20_000, 20_000, 0x80, 0, 0) + bytes(6) + image
    header = struct.pack("<IiiHHIIiiII", 40, 20_000, 20_000, 1, 8, 1, 8, 0, 0, 256, 0) + bytes(1024)
    yield "BMP", b"BM" + struct.pack("<IHHI", 0, 0, 0, 54 + 1024) + header + b"\0\1" * 4


def test_bombs_are_refused_in_one_line_before_they_are_decoded(tmp_path):
    """400 megapixels, or a canvas of 150 to 268, in files of less than a megabyte: 500 MiB and 5 s at most, for all."""
    if not os.path.exists("/proc/self/status"):
        pytest.skip("memory is measured by Linux")
    for number, (_, content) in enumerate(bombs()):
        (tmp_path / f"{number:02}.bin").write_bytes(content)
    script = """
import pathlib, sys, time
from fast_style.common.errors import UserError
from fast_style.common.images.image_io import read_photo
for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    start = time.monotonic()
    try:
        read_photo(path)
        print(path.name, "was read")
    except UserError as error:
        assert "\\n" not in str(error)
    if time.monotonic() - start > 5:
        print(path.name, "took more than 5 s")
print(next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")) >> 10)
"""
    command = [sys.executable, "-c", script, str(tmp_path)]
    result = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": "."})
    *complaints, most = result.stdout.splitlines()
    assert complaints == []
    assert int(most) < 500
    assert result.stderr == ""


def test_what_reading_takes_is_told(monkeypatch):
    """RGB takes 4 bytes a pixel in Pillow and 3 in the result: 7 x 2,400 = 16,800."""
    monkeypatch.setattr(opening, "MAX_MEMORY", 16_799)
    assert "expected an image that takes at most 0 GiB to read. Received: 60x40" in refused(encoded(ramp(), "PNG"))
    monkeypatch.setattr(opening, "MAX_MEMORY", 16_800)
    assert read_photo(encoded(ramp(), "PNG")).rgb.shape == (40, 60, 3)


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 2}, {"restart_marker_blocks": 2}])
class TestJpegWithoutItsEnd:
    @pytest.mark.parametrize("missing", [1, 2])
    def test_is_read(self, options, missing):
        """Browsers show it; the marker of the end has no pixels in it."""
        content = encoded(ramp(), "JPEG", **options)
        assert content[-2:] == b"\xff\xd9"
        np.testing.assert_array_equal(read_photo(content[:-missing]).rgb, read_photo(content).rgb)

    @pytest.mark.parametrize("kept", [0.3, 0.6, 0.95])
    def test_without_pixels_is_refused(self, options, kept, rng):
        """Also where so many are missing that the lowest rows are grey whatever follows."""
        noise = Image.fromarray(rng.integers(0, 256, (200, 64, 3), np.uint8))
        content = encoded(noise, "JPEG", **options)
        assert "(image file is truncated)" in refused(content[: int(len(content) * kept)])


def test_grey_jpeg_without_its_end():
    content = encoded(ramp().convert("L"), "JPEG")
    np.testing.assert_array_equal(read_photo(content[:-2]).rgb, read_photo(content).rgb)

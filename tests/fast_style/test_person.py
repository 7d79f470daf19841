"""The person of a photograph as a mask."""

import numpy as np
import pytest

from fast_style.common.errors import UserError
from fast_style.common.images.image_io import as_rgb
from fast_style.person import person_mask


def test_people_are_found(shared_data):
    """Masks that people drew: the mean intersection over union of five portraits is 0.90."""
    folder, found = shared_data / "masks", []
    for path in sorted((folder / "people").glob("*_mask.png"))[:5]:
        mask = person_mask(
            path.with_name(path.name.replace("_mask.png", ".jpg")), folder / "selfie_segmentation.tflite"
        )
        drawn = as_rgb(str(path))[..., 0] > 127
        assert mask.shape == drawn.shape
        assert mask.dtype == np.uint8
        found.append(((mask > 127) & drawn).sum() / ((mask > 127) | drawn).sum())
    assert np.mean(found) > 0.85


@pytest.mark.parametrize("content", [b"", b"no model", None])
def test_what_is_no_such_model_is_one_line(tmp_path, content):
    path = tmp_path / "model.tflite"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UserError, match="segmentation: expected a TFLite file from RGB to a mask .* Received: .*model"):
        person_mask(np.zeros((8, 8, 3), np.uint8), path)

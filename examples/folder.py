"""Paint every photograph of a folder; `fast-style stylize photos/ --style starry_night` does it from a command line."""

from pathlib import Path

from PIL import Image

import fast_style

STYLE = "starry_night"  # `fast-style styles` lists what ships; or the path of a .keras file
PHOTOS = "photos"
MAX_SIZE = 1024  # longest side in pixels of what is painted

network = fast_style.load_network(STYLE)
painted = Path("painted")
painted.mkdir(exist_ok=True)
for path in sorted(Path(PHOTOS).glob("*.jpg")):
    picture = fast_style.stylize(path, network, max_size=MAX_SIZE)
    Image.fromarray(picture).save(painted / path.name)

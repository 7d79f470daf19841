"""Serves a network by LitServe. Photographs are read as on the command line: colour profiles, TIFF, any orientation.

pip install litserve python-multipart
python litserve_server.py
curl -sS --max-time 60 --fail-with-body -F request=@me.jpg http://localhost:8000/predict -o painted.png
"""

import io

import litserve
from fastapi import HTTPException, Response, UploadFile
from PIL import Image

NETWORK = "starry_night_fast"  # or the path of a .keras file
PORT = 8000
MAX_SIZE = 2048  # pixels of a photograph's longer side; a larger one is shrunk
MAX_BYTES = 64 * 2**20  # of a request


class Painter(litserve.LitAPI):
    def setup(self, device):
        # Here and not above: a process that is forked once TensorFlow has run hangs.
        import fast_style

        self.network = fast_style.load_network(NETWORK)

    def decode_request(self, request: UploadFile):
        return request.file.read()

    def predict(self, content):
        import fast_style
        from fast_style.common.errors import UserError

        try:
            return fast_style.stylize(content, self.network, max_size=MAX_SIZE)
        except UserError as error:
            raise HTTPException(400, str(error)) from error

    def encode_response(self, picture):
        png = io.BytesIO()
        Image.fromarray(picture).save(png, "PNG")
        return Response(png.getvalue(), media_type="image/png")


if __name__ == "__main__":
    server = litserve.LitServer(Painter(), accelerator="cpu", timeout=60, max_payload_size=MAX_BYTES)
    server.run(port=PORT, generate_client_file=False)

"""OpenCV, which an extra installs."""

from fast_style.common.errors import UserError


def opencv():
    """The module ``cv2``.

    Raises:
        UserError: it is not installed.
    """
    try:
        import cv2
    except ImportError:
        raise UserError(
            "optical flow: expected opencv-python-headless (pip install 'fast-style[video]'). Received: no module cv2"
        ) from None
    return cv2

"""A window on the screen."""

from fast_style.common.errors import UserError


class Window:
    """A window of the toolkit that comes with Python, as pictures are shown in it.

    Raises:
        UserError: no screen, or a Python without it.
    """

    def __init__(self, title):
        try:
            import tkinter

            from PIL import ImageTk
        except ImportError as error:
            raise UserError(f"--output: expected a Python with tkinter, or -o FILE. Received: {error}") from error
        self._image_tk, self.closed, self._keys, self._picture = ImageTk, False, [], None
        try:
            self._root = tkinter.Tk()
        except tkinter.TclError as error:
            raise UserError(
                f"--output: expected a screen to show pictures on, or -o FILE. Received: {error}"
            ) from error
        self._root.title(title)
        self._label = tkinter.Label(self._root, borderwidth=0)
        self._label.pack()
        self._root.bind("<Key>", lambda event: self._keys.append(event.char or event.keysym))
        self._root.protocol("WM_DELETE_WINDOW", self._close)

    def _close(self):
        self.closed = True

    def show(self, rgb, title):
        """A picture, uint8 (height, width, 3); None for the one before."""
        from PIL import Image

        if rgb is not None:
            self._picture = self._image_tk.PhotoImage(Image.fromarray(rgb), master=self._root)
            self._label.configure(image=self._picture)
            self._root.title(title)
        self._root.update()

    def keys(self):
        """Keys that were pressed since they were last asked for."""
        pressed, self._keys = self._keys, []
        return pressed

    def close(self):
        """Takes the window away."""
        self._root.destroy()

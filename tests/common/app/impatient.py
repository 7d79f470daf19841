"""Progress of somebody who stops early."""

from fast_style.common.app.working import WorkProgress


class Impatient(WorkProgress):
    """Stops work behind its second frame."""

    def update(self):
        super().update()
        if self.done == 2:
            self.stop()

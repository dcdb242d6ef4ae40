"""One line on stderr: how far, how fast, how long still."""

import sys
import time


class Progress:
    """Counts finished pictures. Leave it as a context so that the line is closed on every way out."""

    def __init__(self, total: int, done: int = 0, stream=None):
        self.total, self.done, self.made = total, done, 0
        self.stream = stream or sys.stderr
        self.started = time.monotonic()

    def __enter__(self):
        self.show()
        return self

    def __exit__(self, *_):
        self.stream.write("\n")
        self.stream.flush()

    def step(self):
        self.done += 1
        self.made += 1
        self.show()

    def show(self):
        line = f"{self.done}/{self.total} pictures"
        if self.made:
            seconds = (time.monotonic() - self.started) / self.made
            line += f" · {seconds:.1f} s each · {_clock(seconds * (self.total - self.done))} left"
        # A terminal's line is written over; a log gets a line a picture.
        self.stream.write(f"\r\033[K{line}" if self.stream.isatty() else f"{line}\n")
        self.stream.flush()


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {seconds:02d} s"

"""Programs that run beside Blender while it stays usable: what they say goes to a log that a timer reads."""

import os
import signal
import subprocess
import tempfile
from pathlib import Path

TAIL = 4096
"""Bytes of the log's end that are read each time."""
PATIENCE = 10.0
"""Seconds after which a program that was asked to stop is made to."""


class Child:
    """One program and its log."""

    def __init__(self, command: list, environment: dict):
        number, name = tempfile.mkstemp(prefix="posewright_", suffix=".log")
        self.log = Path(name)
        self.stopped = False
        with os.fdopen(number, "wb") as file:
            self.process = subprocess.Popen(
                [str(word) for word in command],
                stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT, env=environment,
            )  # fmt: skip

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None

    def lines(self) -> list[str]:
        """The last ones it has said."""
        with open(self.log, "rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(file.tell() - TAIL, 0))
            return [line.strip() for line in file.read().decode("utf-8", "replace").splitlines() if line.strip()]

    def stop(self) -> None:
        """Ask it to stop; what it has finished stays."""
        self.stopped = True
        if self.is_running:
            self.process.send_signal(signal.SIGINT if os.name == "posix" else signal.SIGTERM)

    def kill(self) -> None:
        """When Blender closes, and nobody could wait."""
        if self.is_running:
            self.process.terminate()
            try:
                self.process.wait(2)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.log.unlink(missing_ok=True)


def environment(python: str) -> dict:
    """For headless/render.py, which writes the labels with `python`."""
    given = {name: value for name, value in os.environ.items() if name != "PYTHONHOME"}
    return {**given, "POSEWRIGHT_PYTHON": python} if python else given

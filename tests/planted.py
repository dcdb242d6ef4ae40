"""For tests of validate: a sound data set, and whether a fault that was planted in it is found."""

from pathlib import Path

from headless import validate
from headless.annotate import annotate
from tests.made_dataset import make_dataset

PICTURES = [[(0, 0, 3.0), (0.3, 0, 4.0)], [(-1.2, 0, 2.5)], [], [(0.5, 0, 2.8)]]


def make_sound(folder: Path, image_format: str = "jpg") -> Path:
    out = make_dataset(folder, PICTURES, image_format)
    annotate(out)
    return out


def faults_of(out: Path) -> dict[str, list[str]]:
    """check -> its faults."""
    return {check: lines.first for check, lines in validate.inspect(out).faults.items() if lines.number}


def assert_found(out: Path, check: str, words: str) -> None:
    faults = faults_of(out)
    assert any(words in line for line in faults.get(check, [])), faults

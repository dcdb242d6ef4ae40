"""Fixtures that several rooms share."""

from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def open_body_path() -> Path:
    """The baked open body; a test without it fails rather than passes unseen."""
    path = REPOSITORY / "assets/library/bodies/open_body.npz"
    if not path.exists():
        pytest.fail(f"{path} is missing: run `make assets`", pytrace=False)
    return path

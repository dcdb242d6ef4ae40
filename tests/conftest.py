"""Fixtures that several rooms share."""

from pathlib import Path

import pytest

from blender_addon.core.cast import load_cast
from blender_addon.core.catalog import Asset, Catalog
from blender_addon.core.ranges import Ranges

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def open_body_path() -> Path:
    """The baked open body; a test without it fails rather than passes unseen."""
    path = REPOSITORY / "assets/library/bodies/open_body.npz"
    if not path.exists():
        pytest.fail(f"{path} is missing: run `make assets`", pytrace=False)
    return path


@pytest.fixture(scope="session")
def catalog(open_body_path) -> Catalog:
    """The open body, and environments that nobody looks at."""
    skies = tuple(Asset(name, "environment", open_body_path, "CC0", "", (9.0,) * 128) for name in ("dawn", "noon"))
    return Catalog((Asset("open_body", "body", open_body_path, "CC0", ""),), skies)


@pytest.fixture(scope="session")
def cast(catalog):
    """What scenes of the default settings are drawn from."""
    return load_cast(catalog, Ranges())

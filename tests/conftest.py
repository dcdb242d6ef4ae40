"""Fixtures that several rooms share."""

from pathlib import Path

import pytest
import torch

from blender_addon.core.body import load_body
from blender_addon.core.cast import load_cast
from blender_addon.core.catalog import Asset, Catalog
from blender_addon.core.ranges import Ranges
from warp_net.texture_net import TextureNet
from warp_net.uv_layout import build_layout

from .made_photos import made_photo, made_texture

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def open_body_path() -> Path:
    """The baked open body; a test without it fails rather than passes unseen."""
    path = REPOSITORY / "assets/library/bodies/open_body.npz"
    if not path.exists():
        pytest.fail(f"{path} is missing: run `make assets`", pytrace=False)
    return path


@pytest.fixture(scope="session")
def body(open_body_path):
    return load_body(open_body_path)


@pytest.fixture(scope="session")
def catalog(open_body_path) -> Catalog:
    """The open body, and environments that nobody looks at."""
    skies = tuple(Asset(name, "environment", open_body_path, "CC0", "", (9.0,) * 128) for name in ("dawn", "noon"))
    return Catalog((Asset("open_body", "body", open_body_path, "CC0", ""),), skies)


@pytest.fixture(scope="session")
def cast(catalog):
    """What scenes of the default settings are drawn from."""
    return load_cast(catalog, Ranges())


@pytest.fixture(scope="session")
def layout(body):
    """The open body's texture layout."""
    return build_layout(body, 256)


@pytest.fixture(scope="session")
def texture(layout):
    return made_texture(layout)


@pytest.fixture(scope="session")
def front(body, layout, texture):
    """A photo of the texture's owner from in front."""
    return made_photo(body, layout, texture)


@pytest.fixture(scope="module")
def one_thread():
    """Small networks lose more to sharing than they gain."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def untrained():
    """It begins as a mixture of candidates, which is a sensible texture already."""
    torch.manual_seed(0)
    return TextureNet().eval()

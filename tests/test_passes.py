"""Pictures beside the photo: their files, their names, and what validate finds in them."""

import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from blender_addon.core.dataset import finish_picture, is_finished, open_dataset
from blender_addon.core.errors import AssetError, SettingsError
from blender_addon.core.passes import (
    DEEPEST,
    LARGEST_FLOW,
    PASSES,
    decode_depth,
    decode_flow,
    decode_normals,
    encode_depth,
    encode_flow,
    encode_normals,
    parse_passes,
    pass_file,
    pass_path,
)
from blender_addon.core.png import encode_png
from blender_addon.core.ranges import Ranges
from blender_addon.core.records import image_path, temporary_name
from headless.mask_file import read_mask
from headless.pass_file import read_pass
from tests.made_dataset import HEIGHT, WIDTH
from tests.planted import assert_found, faults_of, make_sound
from tests.test_dataset import VERSIONS, catalog  # noqa: F401
from tests.test_spec import SCENE

SHAPE = (HEIGHT, WIDTH)


@pytest.mark.parametrize("text, names", [
    ("", ()),
    ("depth", ("depth",)),
    (" flow , parts,flow", ("parts", "flow")),
    (",".join(PASSES), PASSES),
])  # fmt: skip
def test_names_of_passes(text, names):
    assert parse_passes(text) == names


@pytest.mark.parametrize("text", ["deep", "depth;flow", "masks", "depth,../flow"])
def test_an_unknown_pass_is_refused_with_the_choices(text):
    with pytest.raises(SettingsError, match="Choose from parts,depth,normals,iuv,flow"):
        parse_passes(text)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [(), (3,)])
def test_png_files_open_elsewhere(kind, channels):
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, np.iinfo(kind).max, (7, 5, *channels), kind, endpoint=True)
    found = cv2.imdecode(np.frombuffer(encode_png(pixels), np.uint8), cv2.IMREAD_UNCHANGED)
    assert found.dtype == kind
    np.testing.assert_array_equal(found[..., ::-1] if channels else found, pixels)


@pytest.mark.parametrize("pixels", [np.zeros((2, 2), np.int32), np.zeros((2, 2, 4), np.uint8), np.zeros(3, np.uint8)])
def test_png_refuses_other_forms(pixels):
    with pytest.raises(ValueError, match="expected"):
        encode_png(pixels)


@given(arrays(float, (3, 4), elements=st.one_of(st.floats(0.001, 65.534), st.just(np.nan))))
def test_depth_is_kept_to_half_a_millimetre(metres):
    np.testing.assert_allclose(decode_depth(encode_depth(metres)), metres, atol=0.000501)


def test_depth_beyond_its_steps_is_far_and_nothing_is_nothing():
    pixels = encode_depth(np.array([[70.0, np.nan, 0.0001]]))
    assert pixels.tolist() == [[DEEPEST, 0, 1]]
    assert np.isinf(decode_depth(pixels)[0, 0]) and np.isnan(decode_depth(pixels)[0, 1])


@given(arrays(float, (2, 5, 3), elements=st.floats(-1, 1)))
def test_normals_are_kept_to_half_a_degree(vectors):
    vectors = np.where(np.linalg.norm(vectors, axis=-1, keepdims=True) > 0.1, vectors, [0.0, 0.6, -0.8])
    vectors = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    cosine = (decode_normals(encode_normals(vectors)) * vectors).sum(-1)
    assert np.degrees(np.arccos(np.clip(cosine, -1, 1))).max() < 0.5


def test_no_normal_is_nothing():
    pixels = encode_normals(np.array([[[np.nan] * 3, [0.0, 0.0, -1.0]]]))
    assert pixels[0, 0].tolist() == [0, 0, 0] and np.isnan(decode_normals(pixels)[0, 0]).all()


@given(arrays(float, (3, 4, 2), elements=st.one_of(st.floats(-LARGEST_FLOW, LARGEST_FLOW), st.just(np.nan))))
def test_flow_is_kept_to_a_128th_of_a_pixel(flow):
    known = np.isfinite(flow).all(-1, keepdims=True)
    np.testing.assert_allclose(decode_flow(encode_flow(flow)), np.where(known, flow, np.nan), atol=1 / 128 + 1e-9)


def test_what_leaves_far_away_is_not_known():
    assert np.isnan(decode_flow(encode_flow(np.array([[[600.0, 0.0]]])))).all()


def values() -> dict:
    """Of a picture of nobody."""
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(6, 8, 3))
    return {
        "parts": rng.integers(0, 25, (6, 8), np.uint8),
        "depth": rng.uniform(1, 9, (6, 8)),
        "normals": vectors / np.linalg.norm(vectors, axis=-1, keepdims=True),
        "iuv": rng.integers(0, 25, (6, 8, 3), np.uint8),
        "flow": rng.normal(0, 9, (6, 8, 2)),
    }


def test_files_are_read_back_as_they_were_written(tmp_path):
    decode = {"depth": decode_depth, "normals": decode_normals, "flow": decode_flow}
    for name, wanted in values().items():
        path = pass_path(tmp_path, name, 3)
        path.parent.mkdir()
        path.write_bytes(pass_file(name, wanted))
        found = decode.get(name, np.asarray)(read_pass(path, name, (6, 8)))
        np.testing.assert_allclose(found, wanted, atol=0.01)


def test_iuv_lies_in_the_file_as_densepose_has_it():
    """OpenCV's first channel is I."""
    iuv = np.array([[[7, 100, 200]]], np.uint8)
    assert cv2.imdecode(np.frombuffer(pass_file("iuv", iuv), np.uint8), cv2.IMREAD_COLOR).tolist() == [[[7, 100, 200]]]


def test_a_picture_is_finished_with_all_its_passes(tmp_path):
    final = image_path(tmp_path, SCENE.index, "png")
    final.parent.mkdir()
    picture = temporary_name(final)
    picture.write_bytes(encode_png(np.zeros((6, 8), np.uint8)))
    left = tmp_path / "flow" / f".{SCENE.index:06d}.1.part.png"
    left.parent.mkdir()
    left.touch()
    finish_picture(tmp_path, SCENE, {}, {}, picture, np.zeros((6, 8), np.uint8), "png", values())
    assert is_finished(tmp_path, SCENE.index, "png", PASSES)
    assert not list(tmp_path.rglob("*.part*"))
    record = json.loads((tmp_path / f"records/{SCENE.index:06d}.json").read_text())
    assert sorted(record["made"]["passes"]) == sorted(PASSES)
    assert all((tmp_path / path).is_file() for path in record["made"]["passes"].values())
    pass_path(tmp_path, "depth", SCENE.index).unlink()
    assert not is_finished(tmp_path, SCENE.index, "png", PASSES)
    assert is_finished(tmp_path, SCENE.index, "png", ("parts",))


def test_going_on_with_other_passes_is_refused(tmp_path, catalog):  # noqa: F811
    out = tmp_path / "out"
    open_dataset(out, 0, Ranges(), "jpg", catalog, VERSIONS, ("depth",))
    open_dataset(out, 0, Ranges(), "jpg", catalog, VERSIONS, ("depth",))
    with pytest.raises(SettingsError, match=r"other settings \(passes differs\)"):
        open_dataset(out, 0, Ranges(), "jpg", catalog, VERSIONS, ("depth", "flow"))


def test_a_data_set_from_before_there_were_passes_goes_on(tmp_path, catalog):  # noqa: F811
    out = tmp_path / "out"
    open_dataset(out, 0, Ranges(), "jpg", catalog, VERSIONS)
    description = json.loads((out / "dataset.json").read_text())
    del description["passes"]
    (out / "dataset.json").write_text(json.dumps(description))
    open_dataset(out, 0, Ranges(), "jpg", catalog, VERSIONS)
    with pytest.raises(SettingsError, match="passes differs"):
        open_dataset(out, 0, Ranges(), "jpg", catalog, VERSIONS, ("depth",))


def drawn_on(mask: np.ndarray) -> dict:
    """Passes of a wall of people, 3 m away, who all move to the right."""
    there = mask > 0
    normals = np.full((*mask.shape, 3), np.nan)
    normals[there] = [0, 0, -1]
    return {
        "parts": np.where(there, 16, 0).astype(np.uint8),
        "depth": np.where(there, 3.0, np.nan),
        "normals": normals,
        "iuv": np.where(there[..., None], [2, 50, 60], 0).astype(np.uint8),
        "flow": np.where(there[..., None], [4.0, 0.0], 0.0),
    }


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    out = make_sound(tmp_path_factory.mktemp("passes"))
    description = json.loads((out / "dataset.json").read_text())
    (out / "dataset.json").write_text(json.dumps({**description, "passes": list(PASSES)}))
    for path in sorted((out / "records").iterdir()):
        index, record = int(path.stem), json.loads(path.read_text())
        for name, drawn in drawn_on(read_mask(out / f"masks/{path.stem}.png", SHAPE, "")).items():
            target = pass_path(out, name, index)
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(pass_file(name, drawn))
            record["made"].setdefault("passes", {})[name] = target.relative_to(out).as_posix()
        path.write_text(json.dumps(record))
    return out


@pytest.fixture
def out(sound, tmp_path):
    return Path(shutil.copytree(sound, tmp_path / "set"))


def test_sound_passes_pass(sound):
    assert faults_of(sound) == {}


def change(name: str, pixels_of):
    def plant(out: Path) -> None:
        path = pass_path(out, name, 0)
        pixels = pixels_of(read_pass(path, name, SHAPE).copy())
        path.write_bytes(encode_png(pixels[..., ::-1] if name == "iuv" else pixels))

    return plant


def nobody_at_once(pixels):
    pixels[tuple(np.argwhere(pixels if pixels.ndim == 2 else pixels.any(-1))[0])] = 0
    return pixels


def cut(out: Path) -> None:
    path = pass_path(out, "depth", 0)
    path.write_bytes(path.read_bytes()[:-30])


@pytest.mark.parametrize("plant, words", [
    (lambda out: pass_path(out, "flow", 1).unlink(), "Cannot read"),
    (cut, "damaged, cut short"),
    (change("depth", lambda pixels: pixels[:, :-1]), "not of 160x120 pixels"),
    (change("depth", lambda pixels: pixels.astype(np.uint8)), "expected (120, 160) uint16"),
    (change("depth", nobody_at_once), "nothing in 1 pixels of persons"),
    (change("parts", nobody_at_once), "differs from the mask in 1 pixels"),
    (change("parts", lambda pixels: pixels + np.uint8(1)), "differs from the mask"),
    (change("parts", lambda pixels: pixels * np.uint8(2)), "part 32, there are 24"),
    (change("iuv", nobody_at_once), "differs from the mask"),
    (change("normals", nobody_at_once), "nothing in 1 pixels of persons"),
    (change("normals", lambda pixels: pixels // np.uint8(2)), "whose length is not 1"),
    (change("flow", lambda pixels: pixels[::-1]), "moves where the mask has nobody"),
    (change("flow", lambda pixels: pixels * np.uint16(2)), "neither known nor unknown"),
])  # fmt: skip
def test_a_broken_pass_is_found(out, plant, words):
    plant(out)
    assert_found(out, "passes", words)


def test_a_pass_without_a_record_is_a_stray(out):
    shutil.copy(pass_path(out, "depth", 0), pass_path(out, "depth", 77))
    assert_found(out, "folder", "000077.png has no record")


@pytest.mark.parametrize("named", ["depth", ["depth", "smell"], [["depth"]], {"depth": 1}])
def test_a_description_of_strange_passes_is_a_fault(out, named):
    description = json.loads((out / "dataset.json").read_text())
    (out / "dataset.json").write_text(json.dumps({**description, "passes": named}))
    assert_found(out, "folder", "its passes are")


def test_a_file_that_claims_to_be_huge_is_refused_before_it_is_opened(tmp_path):
    data = bytearray(encode_png(np.zeros((2, 2), np.uint8)))
    data[16:24] = (60000).to_bytes(4, "big") * 2
    path = tmp_path / "huge.png"
    path.write_bytes(data)
    with pytest.raises(AssetError, match="damaged"):
        read_pass(path, "parts", (2, 2))

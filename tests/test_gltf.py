"""glTF models: what is read of them, and that nothing hostile gets further than its message."""

import json
import os

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blender_addon.core import gltf_file
from blender_addon.core.errors import AssetError
from blender_addon.core.gltf import load_gltf

from .made_models import box_points, write_model, write_png


def bounds(path):
    points = np.concatenate([piece.points for piece in load_gltf(path).pieces])
    return np.concatenate([points.min(0), points.max(0)])


def outward(path):
    """Volume by the triangles' order, which is positive where they face outwards."""
    (piece,) = load_gltf(path).pieces
    a, b, c = piece.points[piece.triangles].transpose(1, 0, 2)
    return float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6)


UNIT = [((0, 0, 0), (1, 2, 3))]


def test_y_up_becomes_z_up_and_the_front_faces_minus_y(tmp_path):
    path = write_model(tmp_path, boxes=UNIT)
    np.testing.assert_allclose(bounds(path), [0, -3, 0, 1, 0, 2], atol=1e-6)
    assert outward(path) == pytest.approx(6)


def test_pictures_factors_and_buffers_are_named(tmp_path):
    def change(model):
        surface = model["materials"][0]
        surface["pbrMetallicRoughness"] |= {"roughnessFactor": 0.5, "metallicRoughnessTexture": {"index": 0}}
        surface |= {"normalTexture": {"index": 0, "scale": 0.7}, "alphaMode": "MASK", "doubleSided": True}

    path = write_model(tmp_path, change=change)
    model = load_gltf(path)
    (piece,) = model.pieces
    surface = piece.material
    wood = (path.parent / "textures" / "wood.png").resolve()
    assert surface.base_picture == surface.rough_picture == surface.normal_picture == wood
    assert (surface.metallic, surface.roughness, surface.normal_scale) == (0, 0.5, 0.7)
    assert (surface.alpha_mode, surface.double_sided) == ("MASK", True)
    assert set(model.files) == {wood, path.with_suffix(".bin").resolve()}
    points, _ = box_points((0, 0, 0), (1, 1, 1))
    assert piece.uv.shape == (len(points) * 5, 2) and piece.uv.min() >= 0 and piece.uv.max() <= 1


@pytest.mark.parametrize(
    "nodes, expected",
    [
        pytest.param(
            [{"mesh": 0, "translation": [5, 1, 0], "scale": [2, 2, 2]}], [5, -6, 1, 7, 0, 5], id="scale, then shift"
        ),
        pytest.param(
            [{"children": [1], "translation": [0, 10, 0]}, {"mesh": 0, "rotation": [0, 0.70710678, 0, 0.70710678]}],
            [0, 0, 10, 3, 1, 12],
            id="a child turned about the vertical",
        ),
        pytest.param(
            [{"mesh": 0, "matrix": [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 4, 5, 6, 1]}],
            [4, -9, 5, 5, -6, 7],
            id="matrices by columns",
        ),
        pytest.param([{"mesh": 0, "scale": [-1, 1, 1]}], [-1, -3, 0, 0, 0, 2], id="mirrored"),
    ],
)
def test_nodes_move_their_mesh(tmp_path, nodes, expected):
    path = write_model(tmp_path, boxes=UNIT, change=lambda model: model.update(nodes=nodes))
    np.testing.assert_allclose(bounds(path), expected, atol=1e-5)
    assert outward(path) > 0  # triangles still face outwards


def put(*path_and_value):
    """A change that puts a value at a path of keys; without the last it is taken away."""
    *path, key, value = path_and_value

    def change(model):
        for step in path:
            model = model[step]
        if value is ...:
            del model[key]
        else:
            model[key] = value

    return change


HOSTILE = {
    "parent folder": (put("buffers", 0, "uri", "../secret.bin"), "buffers.0..uri.*leads out"),
    "parent folder, percent-encoded": (put("buffers", 0, "uri", "%2e%2e/secret.bin"), "leads out"),
    "absolute": (put("images", 0, "uri", "/etc/passwd"), "leads out"),
    "drive letter": (put("images", 0, "uri", "C:wood.png"), "leads out"),
    "backslash": (put("images", 0, "uri", "textures\\..\\..\\wood.png"), "leads out"),
    "scheme": (put("images", 0, "uri", "https://example.org/wood.png"), "leads out"),
    "file scheme": (put("images", 0, "uri", "file:///etc/passwd"), "leads out"),
    "line break": (put("images", 0, "uri", "wood%0A.png"), "leads out"),
    "zero byte": (put("images", 0, "uri", "wood.png%00"), "leads out"),
    "data inside": (put("buffers", 0, "uri", "data:application/octet-stream;base64,AA=="), "separate"),
    "no buffer file": (put("buffers", 0, "uri", "gone.bin"), "gone.bin"),
    "a folder": (put("buffers", 0, "uri", "textures"), "no file"),
    "GLB's buffer": (put("buffers", 0, "uri", ...), "uri is None"),
    "no picture": (put("images", 0, "uri", "textures/gone.png"), "gone.png"),
    "picture in a buffer": (put("images", 0, {"bufferView": 0, "mimeType": "image/png"}), "images.0."),
    "webp only": (put("textures", 0, {"extensions": {"EXT_texture_webp": {"source": 0}}}), "images.None"),
    "buffer too short": (put("buffers", 0, "byteLength", 10**6), "should have 1000000 bytes"),
    "huge buffer": (put("buffers", 0, "byteLength", 2**50), "byteLength"),
    "view past its buffer": (put("bufferViews", 0, "byteLength", 10**5), "ends at byte"),
    "view that is not there": (put("accessors", 0, "bufferView", 9), "bufferViews.9."),
    "accessor past its view": (put("accessors", 0, "byteOffset", 4), "needs"),
    "negative offset": (put("bufferViews", 0, "byteOffset", -4), "byteOffset"),
    "too many points": (put("accessors", 0, "count", 10**9), "count"),
    "no points": (put("accessors", 0, "count", 0), "count"),
    "count that is no number": (put("accessors", 0, "count", True), "count"),
    "wrong component": (put("accessors", 0, "componentType", 5130), "expected VEC3 of 5126"),
    "wrong width": (put("accessors", 0, "type", "MAT4"), "expected VEC3"),
    "sparse": (put("accessors", 0, "sparse", {"count": 1}), "sparse"),
    "no accessor": (put("meshes", 0, "primitives", 0, "attributes", "POSITION", 7), "accessors.7."),
    "no positions": (put("meshes", 0, "primitives", 0, "attributes", {}), "accessors.None"),
    "no texture coordinates": (put("meshes", 0, "primitives", 0, "attributes", {"POSITION": 0}), "TEXCOORD_0"),
    "draco": (
        put("meshes", 0, "primitives", 0, "extensions", {"KHR_draco_mesh_compression": {}}),
        "Draco.*without compression",
    ),
    "lines": (put("meshes", 0, "primitives", 0, "mode", 1), "only triangles"),
    "needs an extension": (put("extensionsRequired", ["KHR_mesh_quantization"]), "KHR_mesh_quantization"),
    "bones": (put("skins", [{"joints": [0]}]), "bones"),
    "own ancestor": (put("nodes", 0, {"mesh": 0, "children": [0]}), "ancestor"),
    "two parents": (put("nodes", [{"children": [1, 1]}, {"mesh": 0}]), "two parents"),
    "no such node": (put("scenes", 0, "nodes", [5]), "nodes.5."),
    "no mesh": (put("nodes", 0, {}), "no mesh"),
    "no such mesh": (put("nodes", 0, "mesh", "0"), "meshes"),
    "scale of 0": (put("nodes", 0, "scale", [0, 1, 1]), "scale"),
    "far away": (put("nodes", 0, "translation", [1e300, 0, 0]), "more than 1000"),
    "no rotation": (put("nodes", 0, "rotation", [0, 0, 0, 0]), "rotation"),
    "huge number": (put("nodes", 0, "translation", [10**400, 0, 0]), "finite"),
    "perspective": (put("nodes", 0, "matrix", [1] * 16), "affine"),
    "second texture coordinates": (
        put("materials", 0, "pbrMetallicRoughness", "baseColorTexture", "texCoord", 1),
        "one UV map",
    ),
    "unknown alpha": (put("materials", 0, "alphaMode", "GLOW"), "alphaMode"),
    "no such material": (put("meshes", 0, "primitives", 0, "material", 3), "materials.3."),
    "old version": (put("asset", "version", "1.0"), "only 2.0"),
    "lists for objects": (put("meshes", 0, []), "not an object"),
}


@pytest.mark.parametrize("change, said", HOSTILE.values(), ids=HOSTILE)
def test_what_is_hostile_or_broken_is_refused_by_name_and_place(tmp_path, change, said):
    (tmp_path / "occluders" / "secret.bin").parent.mkdir()
    (tmp_path / "occluders" / "secret.bin").write_bytes(bytes(10**4))
    path = write_model(tmp_path, change=change)
    with pytest.raises(AssetError, match=f"(?s){path}.*{said}"):
        load_gltf(path)


@pytest.mark.parametrize(
    "text",
    [b"", b"no json", b"[]", b"{", b"\xff\xfe", b"[" * 100_000, b'{"asset": {"version": NaN}}', b"1" * 5000],
    ids=["empty", "text", "list", "cut short", "bytes", "deep", "NaN", "long number"],
)
def test_what_is_no_json_object_is_refused(tmp_path, text):
    path = tmp_path / "a.gltf"
    path.write_bytes(text)
    with pytest.raises(AssetError, match=r"a\.gltf"):
        load_gltf(path)


def test_links_out_of_the_folder_are_refused_and_links_inside_are_followed(tmp_path):
    path = write_model(tmp_path)
    picture = path.parent / "textures" / "wood.png"
    picture.rename(path.parent / "elsewhere.png")
    picture.symlink_to("../elsewhere.png")
    assert load_gltf(path).pieces
    (path.parent / "elsewhere.png").rename(tmp_path / "outside.png")
    picture.unlink()
    picture.symlink_to(tmp_path / "outside.png")
    with pytest.raises(AssetError, match="leads out"):
        load_gltf(path)


def test_what_is_no_plain_file_is_not_opened(tmp_path):
    path = write_model(tmp_path)
    (path.parent / "stool_1k.bin").unlink()
    os.mkfifo(path.parent / "stool_1k.bin")
    with pytest.raises(AssetError, match="no file"):
        load_gltf(path)


def test_numbers_that_are_none_are_refused(tmp_path):
    path = write_model(tmp_path)
    data = bytearray((path.parent / "stool_1k.bin").read_bytes())
    data[8:12] = np.array(np.nan, "<f4").tobytes()
    (path.parent / "stool_1k.bin").write_bytes(data)
    with pytest.raises(AssetError, match="no numbers"):
        load_gltf(path)


def test_corners_beyond_the_points_are_refused(tmp_path):
    path = write_model(tmp_path)
    data = (path.parent / "stool_1k.bin").read_bytes()
    (path.parent / "stool_1k.bin").write_bytes(data[:-2] + b"\xff\xff")
    with pytest.raises(AssetError, match="name point 65535 of 40"):
        load_gltf(path)


def test_huge_pictures_and_texts_are_refused_unopened(tmp_path, monkeypatch):
    path = write_model(tmp_path)
    picture = path.parent / "textures" / "wood.png"
    head = picture.read_bytes()
    picture.write_bytes(head[:16] + b"\x00\x01\x00\x00" * 2 + head[24:])
    with pytest.raises(AssetError, match="65536x65536"):
        load_gltf(path)
    picture.write_bytes(b"GIF89a" + head)
    with pytest.raises(AssetError, match="not a whole JPEG or PNG"):
        load_gltf(path)
    write_png(picture)
    monkeypatch.setattr(gltf_file, "LARGEST_JSON", 100)
    with pytest.raises(AssetError, match="JSON"):
        load_gltf(path)


def test_a_mesh_many_times_over_comes_to_an_end(tmp_path, monkeypatch):
    monkeypatch.setattr("blender_addon.core.gltf.MOST_VERTICES", 500)
    nodes = [{"children": list(range(1, 50))}, *({"mesh": 0} for _ in range(49))]
    path = write_model(tmp_path, change=lambda model: model.update(nodes=nodes))
    with pytest.raises(AssetError, match=r"vertices|count"):
        load_gltf(path)


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sound")
    path = write_model(folder)
    return path, path.read_bytes(), path.with_suffix(".bin").read_bytes()


BYTES = st.tuples(st.integers(0, 5000), st.integers(0, 255))


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(BYTES, max_size=6), st.lists(BYTES, max_size=6), st.integers(0, 3000))
def test_changed_bytes_give_a_model_or_an_asset_error(sound, text, data, cut):
    path, plain, buffer = sound
    for target, original, changes in ((path, plain, text), (path.with_suffix(".bin"), buffer, data)):
        changed = bytearray(original)
        for place, value in changes:
            changed[place % len(changed)] = value
        target.write_bytes(changed[: cut or len(changed)])
    load_or_refuse(path)


ANY = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), st.text(max_size=5)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def places_of(value, path=()):
    """Paths to everything in a JSON value."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places_of(item, (*path, key))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_value_in_any_place_gives_a_model_or_an_asset_error(sound, data):
    path, plain, buffer = sound
    model = json.loads(plain)
    place = data.draw(st.sampled_from([place for place in places_of(model) if place]))
    put(*place, data.draw(ANY))(model)
    path.write_text(json.dumps(model))
    path.with_suffix(".bin").write_bytes(buffer)
    load_or_refuse(path)


def load_or_refuse(path):
    try:
        model = load_gltf(path)
    except AssetError as error:
        assert str(path) in str(error)
    else:
        assert all(np.isfinite(piece.points).all() for piece in model.pieces)

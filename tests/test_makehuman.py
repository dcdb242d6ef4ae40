"""MakeHuman's files: read as published, refused when broken, and fitted as MakeHuman fits them."""

import shutil

import numpy as np
import pytest

from blender_addon.core.errors import AssetError
from blender_addon.core.makehuman.mhclo import BASE_VERTICES, read_mhclo
from blender_addon.core.makehuman.mhmat import read_mhmat
from blender_addon.core.makehuman.obj_mesh import read_obj
from blender_addon.core.makehuman.pieces import hidden_under, pieces_of
from blender_addon.core.makehuman.proxy import load_proxy, place_points, scale_of, skin_weights
from blender_addon.core.posing import pose_body, shape_body, skin

from .made_makehuman import make_clothes, make_material
from .shared import shared_folder

HEAD = "basemesh hm08\nobj_file a.obj\nverts 0\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory, body):
    folder = tmp_path_factory.mktemp("makehuman")
    return make_clothes(folder, body), folder


def write(path, text):
    path.write_text(text)
    return path


def test_places_and_hidden_vertices_are_read(tmp_path):
    text = HEAD + "7\nmaterial a.mhmat\n1 2 3 0.25 0.25 0.5 0.1 -0.2 0.3\ndelete_verts\n12 - 15 40\n3\n"
    binding = read_mhclo(write(tmp_path / "a.mhclo", "z_depth 61\ntag Hats\ny_scale 5 6 2.5\n" + text))
    np.testing.assert_array_equal(binding.corners, [[7, 7, 7], [1, 2, 3]])
    np.testing.assert_array_equal(binding.shares, [[1, 0, 0], [0.25, 0.25, 0.5]])
    np.testing.assert_array_equal(binding.offsets, [[0, 0, 0], [0.1, -0.2, 0.3]])
    np.testing.assert_array_equal(binding.hides, [3, 12, 13, 14, 15, 40])
    assert (binding.depth, binding.tags, binding.material) == (61, ("hats",), "a.mhmat")
    assert binding.scales == (None, (5, 6, 2.5), None)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "expected 'obj_file'"),
        (HEAD, "expected 'obj_file' and a 'verts' list"),
        (HEAD + "1 2 3\n", ":4: expected 1 or 9 numbers"),
        (HEAD + f"{BASE_VERTICES}\n", ":4: no place on a mesh"),
        (HEAD + "-1\n", ":4: no place on a mesh"),
        (HEAD + "1 2 3 0.5 0.5 nan 0 0 0\n", ":4: no place on a mesh"),
        (HEAD + "1 2 3 0.5 0.5 x 0 0 0\n", ":4: expected numbers"),
        (HEAD + "1 2 3 0.5 0.5 0 0 1e9 0\n", ":4: no place on a mesh"),
        (HEAD + "1\ndelete_verts\n5 - 99999\n", ":6: no range"),
        (HEAD + "1\ndelete_verts\n9 - 5\n", ":6: no range"),
        (HEAD + "1\ndelete_verts\n5 -\n", ":6: expected vertices"),
        ("x_scale 1 2\n" + HEAD + "1\n", "'x_scale' should be two vertices and a length"),
        ("x_scale 1 2 0\n" + HEAD + "1\n", "'x_scale' should be two vertices and a length"),
        ("z_depth deep\n" + HEAD + "1\n", "'z_depth' should be a number"),
        ("basemesh hm99\nobj_file a.obj\nverts 0\n1\n", "expected hm08"),
    ],
)
def test_a_broken_mhclo_is_refused_by_line(tmp_path, text, complaint):
    with pytest.raises(AssetError, match=complaint):
        read_mhclo(write(tmp_path / "a.mhclo", text))


def test_a_huge_file_is_refused_unread(tmp_path, monkeypatch):
    monkeypatch.setattr("blender_addon.core.makehuman.mhclo.LARGEST_FILE", 50)
    with pytest.raises(AssetError, match="more than any such file"):
        read_mhclo(write(tmp_path / "a.mhclo", HEAD + "1\n" * 50))
    with pytest.raises(AssetError, match="cannot be read"):
        read_mhclo(tmp_path / "none.mhclo")


def test_faces_of_any_size_become_quads(tmp_path):
    points = "".join(f"v {x} {y} 0\n" for x, y in ((0, 0), (1, 0), (2, 1), (1, 2), (0, 2)))
    mesh = read_obj(
        write(tmp_path / "a.obj", points + "vt 0 0\nvt 1 0\nvt 1 1\nf 1/1 2/2 3/3\nf 1 2 3 4\nf 1 2 3 4 5\n")
    )
    assert mesh.faces.tolist() == [[0, 1, 2, 2], [0, 1, 2, 3], [0, 1, 2, 3], [0, 3, 4, 4]]
    np.testing.assert_array_equal(mesh.uv[0], [[0, 0], [1, 0], [1, 1], [1, 1]])
    assert not mesh.uv[1:].any()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "expected 'v' and 'f' lines"),
        ("v 0 0\nf 1 1 1\n", ":1: expected 3 numbers"),
        ("v 0 0 inf\nf 1 1 1\n", ":1: expected 3 numbers"),
        ("v 0 0 0\nf 1 2 3\n", "that are not there"),
        ("v 0 0 0\nf 0 0 0\n", "that are not there"),
        ("v 0 0 0\nf 1/9 1/9 1/9\n", "that are not there"),
        ("v 0 0 0\nf 1 1\n", ":2: expected a face"),
        ("v 0 0 0\nf -1 -1 -1\n", ":2: expected a face"),
    ],
)
def test_a_broken_obj_is_refused(tmp_path, text, complaint):
    with pytest.raises(AssetError, match=complaint):
        read_obj(write(tmp_path / "a.obj", text))


def test_pictures_that_are_missing_or_none_are_noted(tmp_path):
    make_material(tmp_path / "a.mhmat", "a.png")
    with open(tmp_path / "a.mhmat", "a") as file:
        file.write("normalmapTexture gone.png\naomapTexture text.png\n")
    (tmp_path / "text.png").write_text("no picture")
    material = read_mhmat(tmp_path / "a.mhmat", tmp_path)
    assert material.pictures == {"color": tmp_path.resolve() / "a.png"}
    assert material.missing == ("gone.png", "text.png")
    assert material.color == (0.5, 0.6, 0.7)


@pytest.mark.parametrize("name", ["../secret.png", "/etc/passwd", "..\\secret.png", "link.png"])
def test_a_picture_outside_the_folder_is_refused(tmp_path, name):
    folder = tmp_path / "assets"
    folder.mkdir()
    make_material(tmp_path / "b.mhmat", "secret.png")
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    (folder / "a.mhmat").write_text(f"diffuseTexture {name}\n")
    with pytest.raises(AssetError, match="lies outside"):
        read_mhmat(folder / "a.mhmat", folder)


@pytest.mark.parametrize("line", ["diffuseColor 1 2", "diffuseColor a b c", "shininess nan"])
def test_a_broken_material_is_refused(tmp_path, line):
    with pytest.raises(AssetError, match=line.split()[0]):
        read_mhmat(write(tmp_path / "a.mhmat", line), tmp_path)


def test_a_mesh_of_another_size_is_refused(made, tmp_path):
    path, _ = made
    shutil.copytree(path.parent, tmp_path / "copy")
    mesh = tmp_path / "copy" / f"{path.stem}.obj"
    mesh.write_text("v 0 0 0\n" + mesh.read_text())
    with pytest.raises(AssetError, match="binds"):
        load_proxy(tmp_path / "copy" / path.name, tmp_path)


def in_modelled_pose(proxy, body, shaped, moved):
    """What MakeHuman does: places on the body in the pose that its mesh was modelled in, and offsets as they are."""
    binding = proxy.binding
    places = (binding.shares[..., None] * moved[binding.corners]).sum(1)
    return places + binding.offsets * 0.1 * scale_of(binding, shaped)


def test_points_lie_where_makehuman_puts_them(made, body):
    path, folder = made
    check_fit(load_proxy(path, folder), body, 0.001)


def check_fit(proxy, body, allowed):
    shaped, _ = shape_body(body, body.population_betas[7])
    posed = pose_body(body, body.population_betas[7], body.a_pose, np.zeros(3))
    points = skin(place_points(proxy, body, shaped), skin_weights(proxy, body), posed.transforms)
    expected = in_modelled_pose(proxy, body, shaped, posed.vertices)
    assert np.quantile(np.linalg.norm(points - expected, axis=1), 0.99) < allowed


def test_shoes_bound_to_shin_heel_and_toe_go_with_the_foot(body, tmp_path):
    """As published shoes are: their points lie far off the corners that they hang on."""
    path = make_clothes(tmp_path, body, "made_shoes01", parts=("bottom",), offset=0.0)
    modelled = pose_body(body, np.zeros(body.shapedirs.shape[-1]), body.a_pose, np.zeros(3)).vertices
    tights = np.unique(body.poly[body.poly_group == list(body.group_names).index("helper-tights")])
    left = tights[body.v_template[tights, 0] > 0]
    foot = left[body.weights[left][:, [7, 10]].sum(1) > 0.9]
    shin = left[(body.weights[left, 4] > 0.9)][0]
    corners = [shin, foot[modelled[foot, 2].argmin()], foot[modelled[foot, 2].argmax()]]
    lines = path.read_text().split("verts 0")[0].splitlines() + ["verts 0"]
    edges = (modelled[corners[1:]] - modelled[corners[0]]).T
    for point in modelled[foot]:
        shares = np.linalg.lstsq(edges, point - modelled[corners[0]], rcond=None)[0]
        shares = [1 - shares.sum(), *shares]
        offset = 10 * (point - shares @ modelled[corners])
        lines.append(" ".join(map(str, [*corners, *shares, *offset])))
    path.write_text("\n".join(line for line in lines if not line.startswith("x_scale")))
    mesh = [f"v {x} {y} {z}" for x, y, z in body.v_template[foot]] + ["vt 0 0"]
    path.with_suffix(".obj").write_text("\n".join([*mesh, "f 1/1 2/1 3/1"]))
    proxy = load_proxy(path, tmp_path)
    pose = np.zeros((body.joint_template.shape[0], 3))
    pose[7] = 0.7, 0, 0  # the ankle
    pose[4] = 0.9, 0, 0
    posed = pose_body(body, np.zeros(body.shapedirs.shape[-1]), pose, np.zeros(3))
    placed = skin(place_points(proxy, body, body.v_template), skin_weights(proxy, body), posed.transforms)
    assert np.linalg.norm(placed - posed.vertices[foot], axis=1).max() < 0.012
    assert np.ptp(body.v_template[foot, 2]) > 0.15  # heel and toe are among them


def test_what_is_not_joined_can_be_worn_apart(made, body, tmp_path):
    path, folder = made
    pieces = pieces_of(load_proxy(path, folder), body)
    assert list(pieces) == ["top", "bottom"]
    assert pieces["top"].hem > pieces["bottom"].hem
    assert pieces["bottom"].waist < 2.4 < pieces["top"].waist
    assert sum(len(piece.rows) for piece in pieces.values()) == len(load_proxy(path, folder).binding.corners)
    proxy = load_proxy(path, folder)
    assert len(hidden_under(proxy, pieces["bottom"], body)) and not len(hidden_under(proxy, pieces["top"], body))


@pytest.mark.skipif(shared_folder() is None, reason="no shared assets")
def test_everything_published_loads_and_fits(body):
    root = shared_folder() / "cc0" / "makehuman"
    roles = set()
    for path in sorted(root.rglob("*.mhclo")):
        proxy = load_proxy(path, root)
        check_fit(proxy, body, 0.012)  # offsets turn with blended rotations, which shorten them where limbs bend
        if path.is_relative_to(root / "clothes"):
            roles |= set(pieces_of(proxy, body))
    assert roles == {"top", "bottom", "skirt", "suit", "shoes", "hat"}
    assert len([read_mhmat(path, root) for path in sorted(root.rglob("*.mhmat"))]) > 50

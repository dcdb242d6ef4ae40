"""A published .obj gives a model's faces their texture coordinates, or names the line that cannot be right."""

import numpy as np
import pytest

from assets.bodies.uv_file import read_uv
from blender_addon.core.errors import AssetError

FACES = np.array([[0, 1, 2], [2, 1, 3]])
GOOD = "# uv\nv 0 0 0\nvt 0 0\nvt 1 0\nvt 0 1\nvt 1 1\nvt 0.5 0.5\nf 2/2/1 4/4/1 3/3/1\nf 1/1 2/2 3/5\n"


def test_texture_coordinates_follow_the_models_order_of_faces(tmp_path):
    path = tmp_path / "uv.obj"
    path.write_text(GOOD)
    uv, face_uv = read_uv(path, FACES, 4)
    np.testing.assert_array_equal(face_uv, [[0, 1, 4], [2, 1, 3]])
    np.testing.assert_allclose(uv[4], 0.5)


@pytest.mark.parametrize(
    "old, new, complaint",
    [
        pytest.param("3/5", "3/6", r"uv\.obj:9: texture coordinate 6 of 5", id="texture beyond"),
        pytest.param("3/5", "9/5", r"expected vertices 1 to 4, found 9", id="vertex beyond"),
        pytest.param("3/5", "4/5", r"uv\.obj:9: this face is not the model's", id="another face"),
        pytest.param("3/5", "0/5", r"uv\.obj:9: .*count from 1", id="zero"),
        pytest.param("3/5", "-1/5", r"uv\.obj:9: expected a triangle", id="relative"),
        pytest.param("3/5", "3", r"uv\.obj:9: expected a triangle", id="no texture"),
        pytest.param("3/5", "3/99999999999999999999", r"uv\.obj:9: expected a triangle", id="huge number"),
        pytest.param("3/5", "3/5 1/1", r"uv\.obj:9: expected a triangle", id="a quad"),
        pytest.param("vt 1 0", "vt nan 0", r"uv\.obj:4: expected texture coordinates about", id="not a number"),
        pytest.param("vt 1 0", "vt 1e30 0", r"uv\.obj:4: expected texture coordinates about", id="huge"),
        pytest.param("vt 1 0", "vt one 0", r"uv\.obj:4: expected 'vt u v'", id="text"),
        pytest.param("f 1/1 2/2 3/5\n", "", r"expected the model's 2 faces, found 1", id="a face missing"),
        pytest.param(GOOD, "\0\1\2", r"found 0 and 0", id="no obj"),
    ],
)
def test_a_bad_obj_is_refused_by_line(tmp_path, old, new, complaint):
    path = tmp_path / "uv.obj"
    path.write_text(GOOD.replace(old, new))
    with pytest.raises(AssetError, match=complaint):
        read_uv(path, FACES, 4)

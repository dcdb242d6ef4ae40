"""Assets laid out as MakeHuman publishes them, made from the open body's own helper mesh."""

from pathlib import Path

import imageio.v3 as iio
import numpy as np

SUIT = {"top": (0.05, 0.36), "bottom": (-0.9, 0.0)}
"""Heights between which the tights are taken for each part, metres of the template."""


def make_clothes(folder: Path, body, name="made_suit01", parts=("top", "bottom"), offset=0.08, tags=("Male",)) -> Path:
    """A .mhclo with its .obj, .mhmat and picture: parts of the tights, `offset` decimetres outside them."""
    place = folder / "clothes" / name
    place.mkdir(parents=True)
    quads = body.poly[body.poly_group == list(body.group_names).index("helper-tights")]
    height = body.v_template[:, 1]
    level = height[quads]
    faces = np.concatenate([quads[(level > low).all(1) & (level < high).all(1)] for low, high in map(SUIT.get, parts)])
    used, local = np.unique(faces, return_inverse=True)
    local = local.reshape(faces.shape)
    lines = ["basemesh hm08", *(f"tag {tag}" for tag in tags), f"name {name}", f"obj_file {name}.obj"]
    lines += ["x_scale 5399 11998 1.4", "z_depth 50", "verts 0", f"material {name}.mhmat"]
    lines += [f"{vertex} {vertex} {vertex} 1 0 0 0 {offset} 0" for vertex in used]
    skin = np.flatnonzero(height[:13380] < 0.0)
    lines += ["delete_verts", f"{skin[0]} - {skin[0] + 5} {skin[-1]}"]
    (place / f"{name}.mhclo").write_text("\n".join(lines))
    corner = [(0, 0), (1, 0), (1, 1), (0, 1)]
    mesh = [f"v {x} {y} {z}" for x, y, z in body.v_template[used] * 10] + [f"vt {u} {v}" for u, v in corner]
    mesh += ["f " + " ".join(f"{point + 1}/{k + 1}" for k, point in enumerate(face)) for face in local]
    (place / f"{name}.obj").write_text("\n".join(mesh))
    make_material(place / f"{name}.mhmat", f"{name}.png")
    return place / f"{name}.mhclo"


def make_material(path: Path, picture: str, color=(40, 90, 200)) -> None:
    """A .mhmat, and a picture of one colour with a dark seam across."""
    path.write_text(
        f"name made\ndiffuseColor 0.5 0.6 0.7\nshininess 0.3\ntransparent False\ndiffuseTexture {picture}\n"
    )
    pixels = np.full((32, 32, 3), color, np.uint8)
    pixels[14:18] = np.array(color) // 3
    iio.imwrite(path.parent / picture, pixels)

"""glTF models as triangles and materials: static meshes in files of their own, as Poly Haven publishes them.

Read with numpy alone, because Blender's own importers differ from version to version and 3.4's fails with numpy 1.24.
glTF has Y up and its front at +Z; what comes out has Z up and its front at -Y, in metres.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .gltf_file import MOST_ITEMS, MOST_VERTICES, Document, open_document

FLOAT, SHARES = (5126,), (5126, 5121, 5123)
INDICES = (5121, 5123, 5125)
TRIANGLES = 4
FARTHEST = 1000.0
"""Metres from the origin."""
TO_Z_UP = np.array([[1.0, 0, 0, 0], [0, 0, -1.0, 0], [0, 1.0, 0, 0], [0, 0, 0, 1.0]])
ALPHA_MODES = ("OPAQUE", "MASK", "BLEND")


@dataclass(frozen=True)
class Material:
    """A surface, as glTF's metallic-roughness model has it. Factors multiply pictures."""

    name: str = ""
    base_color: tuple = (1.0, 1.0, 1.0, 1.0)
    """Linear red, green, blue and alpha."""
    base_picture: Path | None = None
    metallic: float = 1.0
    roughness: float = 1.0
    rough_picture: Path | None = None
    """Green is roughness, blue is metallic."""
    normal_picture: Path | None = None
    normal_scale: float = 1.0
    alpha_mode: str = "OPAQUE"
    alpha_cutoff: float = 0.5
    double_sided: bool = False


@dataclass(frozen=True)
class Piece:
    """Triangles of one material."""

    points: np.ndarray
    """(N, 3) metres, Z up."""
    triangles: np.ndarray
    """(T, 3) indices, anti-clockwise from outside."""
    normals: np.ndarray | None
    """(N, 3) unit vectors."""
    uv: np.ndarray | None
    """(N, 2) with v upwards, as Blender has it."""
    material: Material


@dataclass(frozen=True)
class Model:
    """All of a file's scene."""

    path: Path
    pieces: tuple[Piece, ...]
    files: tuple[Path, ...]
    """What it is made of besides its own file: buffers and pictures."""


def load_gltf(path) -> Model:
    """Read a model.

    Raises:
        AssetError: it is broken, too large, reaches outside its folder, or uses what is not read here; the message
            names the file, the place in it and the fix.
    """
    document = open_document(path)
    if document.items("skins"):
        document.fail("skins", "move the mesh by bones, which is not read", "Export the model at rest, without bones.")
    materials = [_material(document, number) for number in range(len(document.items("materials")))]
    pieces, vertices = [], 0
    for mesh, matrix in _instances(document):
        for piece in _pieces(document, mesh, matrix, materials, MOST_VERTICES - vertices):
            vertices += len(piece.points) + len(piece.triangles) // 2
            pieces.append(piece)
    if not pieces:
        document.fail("its scene", "shows no mesh")
    return Model(Path(path), tuple(pieces), tuple(document.files))


def _instances(document: Document):
    """(mesh number, (4, 4) to the world) of each node of the scene that has a mesh."""
    waiting = [(number, TO_Z_UP) for number in reversed(_roots(document))]
    met = set()
    while waiting:
        number, above = waiting.pop()
        node = document.item("nodes", number)
        place = f"nodes[{number}]"
        if number in met:
            document.fail(place, "is its own ancestor, or has two parents")
        met.add(number)
        with np.errstate(all="ignore"):
            matrix = above @ _matrix(document, node, place)
        waiting += [(child, matrix) for child in reversed(document.listed(node, "children", f"{place}.children"))]
        if len(waiting) > MOST_ITEMS:
            document.fail("nodes", f"come to more than {MOST_ITEMS}")
        if "mesh" in node:
            document.item("meshes", node["mesh"])
            yield node["mesh"], matrix


def _roots(document: Document) -> list:
    """Numbers of the scene's nodes; without a scene, of those that have no parent."""
    if document.items("scenes"):
        scene = document.item("scenes", document.json.get("scene", 0))
        return document.listed(scene, "nodes", "scene.nodes")
    count = len(document.items("nodes"))
    held = set()
    for number in range(count):
        children = document.listed(document.item("nodes", number), "children", f"nodes[{number}].children")
        held.update(child for child in children if type(child) is int)
    return [number for number in range(count) if number not in held]


def _matrix(document: Document, node: dict, place: str) -> np.ndarray:
    """(4, 4) from the node's frame to its parent's."""
    if "matrix" in node:
        matrix = document.numbers(node, "matrix", place, tuple(np.eye(4).ravel())).reshape(4, 4).T
        if not np.allclose(matrix[3], [0, 0, 0, 1], atol=1e-4):
            document.fail(f"{place}.matrix", "is no affine transformation")
        return matrix
    x, y, z, w = document.numbers(node, "rotation", place, (0, 0, 0, 1))
    length = np.sqrt(x * x + y * y + z * z + w * w)
    if not 0.5 < length < 2:
        document.fail(f"{place}.rotation", f"has length {length:.3g}, expected 1")
    x, y, z, w = np.array([x, y, z, w]) / length
    turn = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    matrix = np.eye(4)
    matrix[:3, :3] = np.array(turn) * document.numbers(node, "scale", place, (1, 1, 1))
    matrix[:3, 3] = document.numbers(node, "translation", place, (0, 0, 0))
    return matrix


def _pieces(document: Document, number: int, matrix, materials: list, room: int):
    """The mesh's primitives, where a node puts them.

    Args:
        room: how many vertices there may still be.
    """
    mesh = document.item("meshes", number)
    for row, primitive in enumerate(document.listed(mesh, "primitives", f"meshes[{number}].primitives")):
        place = f"meshes[{number}].primitives[{row}]"
        piece = _piece(document, document.an_object(primitive, place), place, matrix, materials, room)
        room -= len(piece.points) + len(piece.triangles) // 2
        yield piece


def _piece(document: Document, primitive: dict, place: str, matrix, materials: list, room: int) -> Piece:
    if "KHR_draco_mesh_compression" in document.an_object(primitive.get("extensions", {}), f"{place}.extensions"):
        document.fail(place, "is compressed by Draco, which is not read", "Export the model without compression.")
    if primitive.get("mode", TRIANGLES) != TRIANGLES:
        document.fail(f"{place}.mode", f"is {primitive['mode']!r:.20}, only triangles (4) are read")
    if room < 3:
        document.fail(place, f"makes more than {MOST_VERTICES} vertices")
    held = document.an_object(primitive.get("attributes"), f"{place}.attributes")
    points = document.array(held.get("POSITION"), f"{place}.POSITION", FLOAT, ("VEC3",), room)
    triangles = _triangles(document, primitive, place, len(points), 6 * room)
    normals = uv = None
    if "NORMAL" in held:
        normals = document.array(held["NORMAL"], f"{place}.NORMAL", FLOAT, ("VEC3",), room)
    if "TEXCOORD_0" in held:
        uv = document.array(held["TEXCOORD_0"], f"{place}.TEXCOORD_0", SHARES, ("VEC2",), room)
        uv = np.stack([uv[:, 0], 1.0 - uv[:, 1].astype(float)], 1)
    for name, values in (("NORMAL", normals), ("TEXCOORD_0", uv)):
        if values is not None and len(values) != len(points):
            document.fail(f"{place}.{name}", f"has {len(values)} values for {len(points)} points")
    material = Material()
    if "material" in primitive:
        document.item("materials", primitive["material"])
        material = materials[primitive["material"]]
    if uv is None and (material.base_picture or material.normal_picture or material.rough_picture):
        document.fail(place, "has pictures but no TEXCOORD_0")
    points, normals, mirrored = _moved(document, place, matrix, points, normals)
    return Piece(points, triangles[:, ::-1] if mirrored else triangles, normals, uv, material)


def _triangles(document: Document, primitive: dict, place: str, count: int, most: int) -> np.ndarray:
    """(T, 3) int32."""
    if "indices" in primitive:
        flat = document.array(primitive["indices"], f"{place}.indices", INDICES, ("SCALAR",), most)[:, 0]
        if int(flat.max()) >= count:
            document.fail(f"{place}.indices", f"name point {int(flat.max())} of {count}")
    else:
        flat = np.arange(count)
    if len(flat) % 3:
        document.fail(place, f"has {len(flat)} corners, which make no whole triangles")
    return flat.astype(np.int32).reshape(-1, 3)


def _moved(document: Document, place: str, matrix, points, normals) -> tuple:
    """Points and unit normals in the world, and whether the node mirrors them."""
    with np.errstate(all="ignore"):
        turn = matrix[:3, :3]
        points = points.astype(float) @ turn.T + matrix[:3, 3]
        volume = np.linalg.det(turn)
        if not (np.isfinite(points).all() and np.abs(points).max() <= FARTHEST and np.isfinite(volume)):
            document.fail(place, f"reaches more than {FARTHEST:g} m from its origin", "Export the model in metres.")
        if volume == 0:
            document.fail(place, "is flattened by its node's scale of 0")
        if normals is not None:
            normals = normals.astype(float) @ np.linalg.inv(turn)  # as planes turn, were they stretched
            length = np.linalg.norm(normals, axis=1, keepdims=True)
            usable = np.isfinite(length).all() and (length > 1e-12).all()
            normals = normals / length if usable else None
    return points, normals, volume < 0


def _material(document: Document, number: int) -> Material:
    place = f"materials[{number}]"
    held = document.item("materials", number)
    rough = document.an_object(held.get("pbrMetallicRoughness", {}), f"{place}.pbrMetallicRoughness")
    mode = held.get("alphaMode", "OPAQUE")
    if mode not in ALPHA_MODES:
        document.fail(f"{place}.alphaMode", f"is {mode!r:.20}, expected one of {', '.join(ALPHA_MODES)}")
    normal = document.an_object(held.get("normalTexture", {}), f"{place}.normalTexture")
    color = document.numbers(rough, "baseColorFactor", place, (1, 1, 1, 1))
    return Material(
        name=str(held.get("name", ""))[:60],
        base_color=tuple(float(value) for value in np.clip(color, 0, 1)),
        base_picture=_picture(document, rough, "baseColorTexture", place),
        metallic=document.number(rough, "metallicFactor", place, 1.0, 0, 1),
        roughness=document.number(rough, "roughnessFactor", place, 1.0, 0, 1),
        rough_picture=_picture(document, rough, "metallicRoughnessTexture", place),
        normal_picture=_picture(document, held, "normalTexture", place),
        normal_scale=document.number(normal, "scale", f"{place}.normalTexture", 1.0, -10, 10),
        alpha_mode=mode,
        alpha_cutoff=document.number(held, "alphaCutoff", place, 0.5, 0, 1e9),
        double_sided=held.get("doubleSided") is True,
    )


def _picture(document: Document, holder: dict, key: str, place: str) -> Path | None:
    """The file behind a texture, None when there is no texture."""
    if key not in holder:
        return None
    place = f"{place}.{key}"
    info = document.an_object(holder[key], place)
    if document.whole(info, "texCoord", place, default=0, most=99):
        document.fail(place, "lies on other texture coordinates than TEXCOORD_0", "Export the model with one UV map.")
    texture = document.item("textures", info.get("index"))
    image = document.item("images", texture.get("source"))
    return document.picture(image.get("uri"), f"{place} (images[{texture.get('source')}])")

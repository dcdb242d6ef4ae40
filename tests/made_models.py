"""glTF models that tests make themselves."""

import json
import struct
import zlib

import numpy as np

CORNERS = np.array([[x, y, z] for z in (0, 1) for y in (0, 1) for x in (0, 1)], float)
QUADS = [(0, 2, 3, 1), (4, 5, 7, 6), (0, 1, 5, 4), (2, 6, 7, 3), (0, 4, 6, 2), (1, 3, 7, 5)]


def box_points(low, high):
    """(8, 3) corners and (12, 3) triangles of a box."""
    triangles = [three for a, b, c, d in QUADS for three in ((a, b, c), (a, c, d))]
    return np.asarray(low) + CORNERS * np.subtract(high, low), np.array(triangles)


def write_png(path, width: int = 4, height: int = 4, color=(200, 30, 30)) -> None:
    rows = b"".join(b"\0" + bytes(color) * width for _ in range(height))
    chunks = ((b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(rows)))
    data = b"\x89PNG\r\n\x1a\n"
    for kind, body in (*chunks, (b"IEND", b"")):
        data += struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    path.write_bytes(data)


def stool_boxes(height: float = 0.45, side: float = 0.4):
    """A slab on four legs, in glTF's frame: Y up."""
    half, leg = side / 2, 0.04
    boxes = [((-half, height - 0.04, -half), (half, height, half))]
    for x in (-half, half - leg):
        boxes += [((x, 0, z), (x + leg, height - 0.04, z + leg)) for z in (-half, half - leg)]
    return boxes


def write_model(folder, name: str = "stool_1k", boxes=None, change=None, picture: bool = True):
    """A model of boxes in Poly Haven's layout, under `folder`/occluders/NAME.

    Args:
        change: function of the glTF's dictionary, called before it is written.
    Returns:
        path of the .gltf.
    """
    home = folder / "occluders" / name
    (home / "textures").mkdir(parents=True, exist_ok=True)
    points, triangles = [], []
    for low, high in boxes or stool_boxes():
        corners, faces = box_points(low, high)
        triangles.append(faces + sum(map(len, points)))
        points.append(corners)
    points, triangles = np.concatenate(points).astype("<f4"), np.concatenate(triangles).astype("<u2")
    uv = np.mod(points[:, :2], 1).astype("<f4")
    parts = [points.tobytes(), uv.tobytes(), triangles.tobytes()]
    starts = np.cumsum([0, *map(len, parts)])
    (home / f"{name}.bin").write_bytes(b"".join(parts))
    write_png(home / "textures" / "wood.png")
    described = {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0, "TEXCOORD_0": 1}, "indices": 2, "material": 0}]}],
        "materials": [{"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}, "metallicFactor": 0}}],
        "textures": [{"source": 0}],
        "images": [{"uri": "textures/wood.png"}],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": len(points), "type": "VEC3"},
            {"bufferView": 1, "componentType": 5126, "count": len(points), "type": "VEC2"},
            {"bufferView": 2, "componentType": 5123, "count": triangles.size, "type": "SCALAR"},
        ],
        "bufferViews": [
            {"buffer": 0, "byteOffset": int(start), "byteLength": len(part)}
            for start, part in zip(starts, parts, strict=False)
        ],
        "buffers": [{"uri": f"{name}.bin", "byteLength": int(starts[-1])}],
    }
    if not picture:
        described["materials"] = [{}]
    if change:
        change(described)
    path = home / f"{name}.gltf"
    path.write_text(json.dumps(described))
    return path

"""Solid shapes in numpy, with what a procedural material needs to know about them.

Every shape knows the direction its material grew or was drawn in (`grain`), so that one wood shader fits every
board, and which faces are worn edges (`edge`), so that paint can come off where hands and shoes touch it.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

FACING_FRONT = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
"""Stands up what lies in the XY plane: its y becomes up and its top faces -Y."""
SCATTER = np.array([[12.9, 39.3, 73.1], [78.2, 11.1, 52.2], [37.7, 83.2, 9.4]]) * 7
"""Turns a piece's place into numbers that look drawn at random."""
CREASE = np.cos(np.radians(32))
"""Lathed profiles that turn more sharply than this get a hard edge."""


@dataclass
class Part:
    """One piece of one material."""

    vertices: np.ndarray
    """(N, 3) float32 metres."""
    faces: np.ndarray
    """(F, 4) int32, anti-clockwise from outside; a triangle has -1 last."""
    material: str
    """Key into the params' materials."""
    smooth: np.ndarray
    """(F,) bool, shaded smooth."""
    edge: np.ndarray
    """(F,) float32, 1 on rounded edges where wear shows."""
    grain: np.ndarray
    """(N, 3) float32 metres, the piece's own frame with x along the grain, away from every other piece's."""
    tone: np.ndarray
    """(N,) float32 in [-1, 1], darker or lighter than its neighbours."""


def make_part(material, vertices, faces, smooth=True, edge=0.0, along=2, tone=None, local=None, pieces=1) -> Part:
    """Complete a Part.

    Args:
        along: axis of `local` (by default the vertices themselves) that the grain follows.
        pieces: how many equal runs of vertices are separate pieces, each with a grain and a tone of its own.
    """
    vertices = np.asarray(vertices, np.float32)
    faces = np.asarray(faces, np.int32)
    if faces.shape[1] == 3:
        faces = np.column_stack([faces, np.full(len(faces), -1, np.int32)])
    centres = vertices.reshape(pieces, -1, 3).mean(1)
    scatter = np.sin(centres.astype(float) @ SCATTER)
    each = len(vertices) // pieces
    local = vertices - np.repeat(centres, each, axis=0) if local is None else np.asarray(local, np.float32)
    grain = local[:, [along, (along + 1) % 3, (along + 2) % 3]] + np.repeat(scatter * (9.0, 0.35, 0.35), each, axis=0)
    return Part(
        vertices=vertices,
        faces=faces,
        material=material,
        smooth=_spread(smooth, len(faces), bool),
        edge=_spread(edge, len(faces), np.float32),
        grain=grain.astype(np.float32),
        tone=_spread(np.repeat(scatter[:, 0] * 0.7, each) if tone is None else tone, len(vertices), np.float32),
    )


def _spread(value, count, kind) -> np.ndarray:
    """(count,) array from one value or from as many."""
    spread = np.empty(count, kind)
    spread[:] = value
    return spread


def moved(parts, offset=(0, 0, 0), turn=None) -> list:
    """The parts turned about the origin, then shifted, in place."""
    for part in parts:
        if turn is not None:
            part.vertices = (part.vertices @ np.asarray(turn).T).astype(np.float32)
        part.vertices = part.vertices + np.asarray(offset, np.float32)
    return parts


def yaw(angle) -> np.ndarray:
    """(3, 3) rotation about Z."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1.0]])


def lean(angle) -> np.ndarray:
    """(3, 3) rotation about X; positive leans the top back, towards +Y."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[1.0, 0, 0], [0, c, s], [0, -s, c]])


def roll(angle) -> np.ndarray:
    """(3, 3) rotation about Y; positive leans the top towards +X."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, 0, s], [0, 1.0, 0], [-s, 0, c]])


@lru_cache
def _box_surface(bevel_rows: int, inner: int):
    """A box's surface grid, shared by every box of this fineness.

    Returns:
        side: (N, 3) in [-1, 1], where on the inner box; direction: (N, 3) unit, outward of the rounding;
        faces: (F, 4); flat: (F,) bool, the faces that are not rounding.
    """
    angles = np.linspace(-np.pi / 4, 0, bevel_rows + 1)
    side = np.concatenate([np.full(bevel_rows + 1, -1.0), np.linspace(-1, 1, inner + 2)[1:-1], np.ones(bevel_rows + 1)])
    slope = np.tan(np.concatenate([angles, np.zeros(inner), -angles[::-1]]))
    count = len(side)
    index = np.stack(np.meshgrid(np.arange(count), np.arange(count), indexing="ij"), -1).reshape(-1, 2)
    corner = np.arange(count * count).reshape(count, count)
    quads = np.stack([corner[:-1, :-1], corner[1:, :-1], corner[1:, 1:], corner[:-1, 1:]], -1).reshape(-1, 4)
    in_middle = (np.arange(count - 1) >= bevel_rows) & (np.arange(count - 1) < count - 1 - bevel_rows)
    keys, faces, flat = [], [], []
    for axis in range(3):
        for end in (0, count - 1):
            key = np.empty((len(index), 3), int)
            key[:, axis], key[:, (axis + 1) % 3], key[:, (axis + 2) % 3] = end, index[:, 0], index[:, 1]
            faces.append((quads if end else quads[:, ::-1]) + len(keys) * count * count)
            keys.append(key)
            flat.append((in_middle[:, None] & in_middle[None, :]).ravel())
    unique, inverse = np.unique(np.concatenate(keys), axis=0, return_inverse=True)
    outward = np.where(unique == 0, -1.0, np.where(unique == count - 1, 1.0, slope[unique]))
    direction = outward / np.linalg.norm(outward, axis=1, keepdims=True)
    return side[unique], direction, inverse.reshape(-1)[np.concatenate(faces)], np.concatenate(flat)


def box(material, size, centre=(0, 0, 0), bevel=0.003, rows=1, turn=None, taper=1.0, along=None, tone=None) -> Part:
    """A box with rounded edges.

    Args:
        size: (3,) metres. bevel: radius of the edges. rows: faces across half an edge.
        turn: (3, 3) rotation about its centre. taper: width at the bottom over the width at the top.
        along: axis of the grain; the longest by default.
    """
    half = np.asarray(size, float) / 2
    bevel = min(bevel, half.min() * 0.98)
    side, direction, faces, flat = _box_surface(rows, 0)
    local = side * (half - bevel) + direction * bevel
    if taper != 1.0:
        local[:, :2] *= taper + (1 - taper) * (local[:, 2:] + half[2]) / (2 * half[2])
    points = local if turn is None else local @ np.asarray(turn).T
    along = int(np.argmax(half)) if along is None else along
    return make_part(material, points + centre, faces, ~flat, ~flat, along, tone, local)


def boxes(material, sizes, centres, bevel=0.003, rows=1, turns=None, along=0, tone=None) -> Part:
    """Many boxes at once: sizes and centres (B, 3), turns (B, 3, 3), tone (B,)."""
    half = np.asarray(sizes, float)[:, None] / 2
    bevel = np.minimum(bevel, half.min(-1, keepdims=True) * 0.98)
    side, direction, faces, flat = _box_surface(rows, 0)
    local = side * (half - bevel) + direction * bevel
    points = local if turns is None else local @ np.swapaxes(np.asarray(turns), 1, 2)
    points = points + np.asarray(centres, float)[:, None]
    count, each = local.shape[:2]
    faces = (faces + np.arange(count)[:, None, None] * each).reshape(-1, 4)
    smooth = np.tile(~flat, count)
    tone = None if tone is None else np.repeat(tone, each)
    return make_part(
        material, points.reshape(-1, 3), faces, smooth, smooth, along, tone, local.reshape(-1, 3), pieces=count
    )


def cushion(material, size, centre=(0, 0, 0), bevel=0.04, bulge=0.02, turn=None, rng=None, inner=7, tone=0.0) -> Part:
    """A stuffed box: crowned on all sides, its cloth pulled a little uneven. Its top centre is at size / 2 + bulge."""
    half = np.asarray(size, float) / 2
    side, direction, faces, _ = _box_surface(3, inner)
    local = side * (half - min(bevel, half.min() * 0.98)) + direction * min(bevel, half.min() * 0.98)
    inside = 1 - np.clip(np.abs(local / half), 0, 1) ** 2.5
    for axis in range(3):
        others = inside[:, (axis + 1) % 3] * inside[:, (axis + 2) % 3]
        share = 1.0 if axis == np.argmin(half) else 0.3
        local[:, axis] += np.sign(side[:, axis]) * (np.abs(direction[:, axis]) > 0.5) * others * bulge * share
    if rng is not None:
        loose = 1 - np.abs(direction[:, 2]) if half.argmin() == 2 else np.ones(len(local))  # a seat keeps its height
        for _ in range(4):
            wave = np.sin(local @ rng.normal(0, 14, 3) + rng.uniform(0, 6.3))
            local += direction * (wave * bulge * 0.09 * loose)[:, None]
    points = local if turn is None else local @ np.asarray(turn).T
    return make_part(material, points + centre, faces, True, 0.0, int(np.argmax(half)), tone, local)


def piping(material, size, centre, bevel, axis=2, radius=0.005, turn=None) -> list:
    """The corded seams of a cushion: two loops round its edges, square to `axis`."""
    half = np.asarray(size, float) / 2
    u, v = (axis + 1) % 3, (axis + 2) % 3
    corners = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]])
    angle = np.radians([[9, 45, 81], [99, 135, 171], [189, 225, 261], [279, 315, 351]])
    parts = []
    for end in (-1, 1):
        loop = np.zeros((12, 3))
        loop[:, u] = (corners[:, :1] * (half[u] - bevel) + np.cos(angle) * bevel).ravel()
        loop[:, v] = (corners[:, 1:] * (half[v] - bevel) + np.sin(angle) * bevel).ravel()
        loop[:, axis] = end * (half[axis] - bevel * 0.3)
        loop = loop if turn is None else loop @ np.asarray(turn).T
        parts.append(tube(material, loop + centre, radius, sides=6, closed=True))
    return parts


def lathe(material, profile, centre=(0, 0, 0), sides=32, along=2, tone=None) -> Part:
    """Turn a profile about Z.

    Args:
        profile: (P, 2) radius and height, going up the outside; a radius of 0 closes the end.
    """
    profile = np.asarray(profile, float)
    step = np.diff(profile, axis=0)
    step /= np.linalg.norm(step, axis=1, keepdims=True)
    hard = np.concatenate([[False], (step[:-1] * step[1:]).sum(1) < CREASE, [False]])
    rows = np.repeat(np.arange(len(profile)), np.where(hard, 2, 1))
    first = np.cumsum(np.where(hard, 2, 1)) - 1  # the row that starts the next band
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    ring = np.stack([np.cos(angle), np.sin(angle)], -1)
    radius, height = profile[rows, 0], profile[rows, 1]
    points = np.concatenate(
        [radius[:, None, None] * ring, np.broadcast_to(height[:, None, None], (len(rows), sides, 1))], -1
    ).reshape(-1, 3)
    here, after = np.arange(sides), (np.arange(sides) + 1) % sides
    faces = []
    for band in range(len(profile) - 1):
        low = first[band] * sides
        high = low + sides
        if profile[band, 0] == 0:
            faces.append(np.column_stack([low + here, high + after, high + here, np.full(sides, -1)]))
        elif profile[band + 1, 0] == 0:
            faces.append(np.column_stack([low + here, low + after, high + here, np.full(sides, -1)]))
        else:
            faces.append(np.column_stack([low + here, low + after, high + after, high + here]))
    return make_part(material, points + centre, np.concatenate(faces), True, 0.0, along, tone, points)


def rod(material, start, end, radius, end_radius=None, sides=14, tone=None) -> Part:
    """A straight round bar between two points, its ends slightly rounded."""
    start, end = np.asarray(start, float), np.asarray(end, float)
    end_radius = radius if end_radius is None else end_radius
    length = np.linalg.norm(end - start)
    ease = min(0.004, 0.3 * radius, 0.3 * end_radius, length * 0.3)
    profile = [(0, 0), (radius - ease, 0), (radius, ease), (end_radius, length - ease), (end_radius - ease, length)]
    part = lathe(material, [*profile, (0, length)], sides=sides, tone=tone)
    points = part.vertices @ _frame((end - start) / length).T + start
    return make_part(material, points, part.faces, True, 0.0, 2, tone, part.vertices)


def _frame(direction) -> np.ndarray:
    """(3, 3) rotation that takes +Z to the unit direction."""
    other = np.array([1.0, 0, 0]) if abs(direction[0]) < 0.9 else np.array([0, 1.0, 0])
    y = np.cross(direction, other)
    y /= np.linalg.norm(y)
    return np.column_stack([np.cross(y, direction), y, direction])


def rounded_path(points, radius=0.03, steps=4) -> np.ndarray:
    """(K, 3) polyline with its inner corners bent, as a tube bender bends them."""
    points = np.asarray(points, float)
    path = [points[0]]
    for before, corner, after in zip(points[:-2], points[1:-1], points[2:], strict=True):
        back, on = before - corner, after - corner
        reach = min(radius, 0.45 * np.linalg.norm(back), 0.45 * np.linalg.norm(on))
        start, end = corner + back / np.linalg.norm(back) * reach, corner + on / np.linalg.norm(on) * reach
        t = np.linspace(0, 1, steps + 1)[:, None]
        path.extend((1 - t) ** 2 * start + 2 * t * (1 - t) * corner + t**2 * end)
    return np.array([*path, points[-1]])


def tube(material, path, radius, sides=10, closed=False, section=None, smooth=True, tone=None) -> Part:
    """Sweep a circle, or `section` (S, 2), along a path (K, 3). `radius` is one number or one a point."""
    path = np.asarray(path, float)
    count = len(path)
    if section is None:
        angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)
        section = np.stack([np.cos(angle), np.sin(angle)], -1)
    sides = len(section)
    ahead = np.concatenate([path[1:], path[:1]]) - path
    behind = np.concatenate([ahead[-1:], ahead[:-1]])
    if not closed:
        ahead[-1], behind[0] = ahead[-2], ahead[0]
    tangent = ahead + behind
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    normal = np.empty_like(path)
    normal[0] = _frame(tangent[0])[:, 0]
    for i in range(1, count):  # parallel transport: no twist
        turned = normal[i - 1] - tangent[i] * (normal[i - 1] @ tangent[i])
        normal[i] = turned / np.sqrt(turned @ turned)
    binormal = np.cross(tangent, normal)
    radius = np.broadcast_to(np.asarray(radius, float), count)[:, None, None]
    section = np.asarray(section)[None]
    points = path[:, None] + radius * (section[..., :1] * normal[:, None] + section[..., 1:] * binormal[:, None])
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    local = np.concatenate(
        [
            np.broadcast_to(radius * section, (count, sides, 2)),
            np.broadcast_to(length[:, None, None], (count, sides, 1)),
        ],
        -1,
    )
    here, after = np.arange(sides), (np.arange(sides) + 1) % sides
    bands = [(i, (i + 1) % count) for i in range(count if closed else count - 1)]
    faces = [
        np.column_stack([a * sides + here, a * sides + after, b * sides + after, b * sides + here]) for a, b in bands
    ]
    shade = [np.full(sides, smooth)] * len(bands)
    points, local = points.reshape(-1, 3), local.reshape(-1, 3)
    if not closed:  # caps have their own ring, so the end stays crisp
        size, low = count * sides, (count - 1) * sides
        centres = np.array([size + sides, size + 2 * sides + 1])
        faces.append(
            np.column_stack([size + after, size + here, np.full((sides, 1), centres[0]), np.full((sides, 1), -1)])
        )
        top = size + sides + 1
        faces.append(
            np.column_stack([top + here, top + after, np.full((sides, 1), centres[1]), np.full((sides, 1), -1)])
        )
        shade += [np.zeros(sides, bool)] * 2
        points = np.concatenate([points, points[:sides], path[:1], points[low:], path[-1:]])
        local = np.concatenate([local, local[:sides], local[:1], local[low:], local[low : low + 1]])
    return make_part(material, points, np.concatenate(faces), np.concatenate(shade), 0.0, 2, tone, local)


def sheet(material, grid, thickness, tone=None, along=0, smooth=True) -> Part:
    """A bent board or moulded shell: a grid of points (U, V, 3) given a thickness to both sides.

    Its front is the side from which u runs right when v runs up.
    """
    grid = np.asarray(grid, float)
    rows, columns = grid.shape[:2]
    normal = np.cross(np.gradient(grid, axis=0), np.gradient(grid, axis=1))
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    front, back = grid + normal * thickness / 2, grid - normal * thickness / 2
    corner = np.arange(rows * columns).reshape(rows, columns)
    quads = np.stack([corner[:-1, :-1], corner[1:, :-1], corner[1:, 1:], corner[:-1, 1:]], -1).reshape(-1, 4)
    rim = np.concatenate([corner[:, 0], corner[-1, 1:], corner[-2::-1, -1], corner[0, -2:0:-1]])
    count, length = rows * columns, len(rim)
    here, after = np.arange(length), (np.arange(length) + 1) % length
    rim_faces = np.column_stack([here + length, after + length, after, here]) + 2 * count
    points = np.concatenate([front.reshape(-1, 3), back.reshape(-1, 3)])
    points = np.concatenate([points, points[rim], points[count + rim]])
    flags = np.repeat([smooth, smooth, smooth], [len(quads), len(quads), length])
    edge = np.repeat([0.0, 0.0, 1.0], [len(quads), len(quads), length])
    return make_part(
        material, points, np.concatenate([quads, quads[:, ::-1] + count, rim_faces]), flags, edge, along, tone
    )


def plate(material, outline, thickness, bevel=0.002, tone=None) -> Part:
    """A convex outline (K, 2) in the XY plane cut from a board: from z = 0 up to `thickness`, with eased edges."""
    outline = np.asarray(outline, float)
    count, bevel = len(outline), min(bevel, thickness * 0.4)
    inner = outline - outline.mean(0)
    inner = outline.mean(0) + inner * (1 - bevel / np.linalg.norm(inner, axis=1, keepdims=True))
    levels = [(inner, 0), (outline, bevel), (outline, thickness - bevel), (inner, thickness)]
    rings = [np.column_stack([ring, np.full(count, z)]) for ring, z in levels]
    middle = np.append(outline.mean(0), 0)
    points = np.concatenate([*rings, rings[0], [middle], rings[3], [np.add(middle, (0, 0, thickness))]])
    here, after = np.arange(count), (np.arange(count) + 1) % count
    faces = [np.column_stack([here, after, after + count, here + count]) + i * count for i in range(3)]
    low, high = 4 * count, 5 * count + 1
    none = np.full(count, -1)
    faces.append(np.column_stack([low + after, low + here, np.full(count, low + count), none]))
    faces.append(np.column_stack([high + here, high + after, np.full(count, high + count), none]))
    smooth = np.repeat([True, count > 12, True, False, False], count)
    return make_part(material, points, np.concatenate(faces), smooth, np.repeat([1, 0, 1, 0, 0], count), 0, tone)


def leaf_cloud(material, positions, directions, normals, lengths, widths, tone) -> Part:
    """Many small leaves, each two quads folded along its midrib. All arrays (L, ...)."""
    across = np.cross(normals, directions)
    across /= np.linalg.norm(across, axis=1, keepdims=True) + 1e-9
    outline = np.array(
        [(0, 0, 0), (0.3, 0.5, 0.1), (0.72, 0.36, 0.06), (1, 0, -0.1), (0.72, -0.36, 0.06), (0.3, -0.5, 0.1)]
    )
    local = outline[None] * np.stack([lengths, widths, widths], -1)[:, None]
    axes = np.stack([directions, across, normals], 1)
    points = positions[:, None] + local @ axes
    faces = (np.arange(len(positions)) * 6)[:, None, None] + np.array([[0, 3, 2, 1], [0, 5, 4, 3]])
    part = make_part(material, points.reshape(-1, 3), faces.reshape(-1, 4), False, 0.0, 0, np.repeat(tone, 6))
    part.grain = (local + np.arange(len(local))[:, None, None] * (0.37, 0, 0)).reshape(-1, 3)
    return part  # the grain's y is 0 along the midrib


def blade(material, path, normals, widths, fold=0.15, tone=0.0) -> Part:
    """One large leaf: a strip along a path (K, 3), `widths` (K,) across, its two halves folded up."""
    path = np.asarray(path, float)
    tangent = np.gradient(path, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    across = np.cross(normals, tangent)
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    up = np.cross(tangent, across)
    half = np.maximum(np.asarray(widths, float), 0.001)[:, None] / 2
    offsets = [(-1, fold), (-0.5, fold * 0.4), (0, 0), (0.5, fold * 0.4), (1, fold)]
    rows = np.stack([path + half * (x * across + lift * up) for x, lift in offsets], 1)
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    local = np.stack([np.stack([length, half[:, 0] * x, 0 * length], -1) for x, _ in offsets], 1)
    corner = np.arange(len(path) * 5).reshape(-1, 5)
    quads = np.stack([corner[:-1, :-1], corner[1:, :-1], corner[1:, 1:], corner[:-1, 1:]], -1).reshape(-1, 4)
    part = make_part(material, rows.reshape(-1, 3), quads, True, 0.0, 0, tone)
    part.grain = (local + np.array([part.grain[0, 0], 0, 0])).reshape(-1, 3)
    return part

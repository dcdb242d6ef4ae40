"""Make the charts that IUV pictures ship with, from the open body, by one command:

python -m assets.bodies.make_iuv

24 parts with DensePose's numbers (Güler et al., "DensePose: Dense Human Pose Estimation in the Wild", 2018, and its
`data_format.md`); the coordinates within each are our own. As there, heads, hands and feet keep the texture layout of
the body; each half of a trunk or limb is laid flat, as true to its lengths as can be: first over a square, one-to-one
by Tutte's theorem (1963), then with triangles as rigid as possible (Liu et al., "A Local/Global Approach to Mesh
Parameterization", 2008).

Same body, same bytes. Bodies that `posewright assets add-body` brings in carry the same mesh, and so the same charts.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
from scipy.sparse import coo_matrix, diags
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import factorized, spsolve

from assets.bodies.skeleton import PART_OF_JOINT
from blender_addon.core.body import BodyModel, load_body
from blender_addon.core.errors import AssetError, PosewrightError
from blender_addon.core.iuv import SHIPPED, STEPS

BODY = Path(__file__).resolve().parents[1] / "library" / "bodies" / "open_body.npz"
TORSO, UPPER_LEG, LOWER_LEG, UPPER_ARM, LOWER_ARM = range(5)
GROUP_OF_PART = np.array([0, 1, 1, 0, 2, 2, 0, 2, 2, 0, 2, 2, 0, 0, 0, 0, 3, 3, 4, 4, 4, 4, 4, 4])
"""What each of SMPL's 24 joints moves of the skin between head, hands and feet."""
# (right back, left back, right front, left front) of each group; the torso is not cut into sides.
NUMBERS = np.array([(1, 1, 2, 2), (7, 8, 9, 10), (11, 12, 13, 14), (18, 17, 16, 15), (22, 21, 20, 19)])
SLABS = 40
"""Pieces of a limb's length, for each of which the line between front and back is found."""
WRIST = 20
"""The first of SMPL's joints that move hands."""
LEAST = 0.05
"""Of the cotangents that edges are weighed with: positive, so that nothing folds over."""
ROUNDS = 200
"""Of making triangles rigid."""


def islands(body: BodyModel) -> tuple:
    """The skin's quads, their rows of `uv`, and the connected piece of the texture layout that each is on, (Q,)."""
    skin = body.poly_group == body.group_names.index("body")
    quads, rows = body.poly[skin], body.poly_uv[skin]
    edges = np.concatenate([rows[:, [0, k]] for k in (1, 2, 3)])
    joined = coo_matrix((np.ones(len(edges)), edges.T), (len(body.uv),) * 2)
    return quads, rows, connected_components(joined, directed=False)[1][rows[:, 0]]


def label_quads(body: BodyModel, quads, island) -> np.ndarray:
    """(Q,) uint8 parts 1 to 24; 0 in the mouth and behind the eyes, where no camera looks."""
    middle = body.v_template[quads].mean(1)
    left = middle[:, 0] > 0
    names = np.array(body.part_names)[body.vertex_part[quads[:, 0]]]
    part = np.zeros(len(quads), np.uint8)
    for number in np.unique(island):
        own = island == number
        share = {word: np.mean([word in name for name in names[own]]) for word in ("head", "hand", "foot")}
        if share["head"] > 0.5:
            if own.sum() > 1000:
                part[own] = np.where(left[own], 24, 23)
        elif share["hand"] > 0.3:
            part[own] = 4 if left[own].all() else 3
        elif share["foot"] > 0.2:
            part[own] = 5 if left[own].all() else 6
        else:
            part[own] = _trunk_and_limbs(body, quads[own], middle[own])
    return _tidy(part, quads)


def _trunk_and_limbs(body: BodyModel, quads, middle) -> np.ndarray:
    own = np.zeros((len(quads), 5))
    joints = np.array([*range(22), 15, 15, 15] + [20] * 15 + [21] * 15)[: len(body.parents)]
    for joint, part in enumerate(joints):
        own[:, GROUP_OF_PART[part]] += body.weights[quads, joint].sum(1)
    group = own.argmax(1)
    left = middle[:, 0] > 0
    front = np.zeros(len(quads), bool)
    for number in range(5):
        for side in (left, ~left):
            rows = np.flatnonzero((group == number) & side)
            along = np.abs(middle[rows, 0]) if number in (UPPER_ARM, LOWER_ARM) else middle[rows, 1]
            front[rows] = middle[rows, 2] > _halfway(along, middle[rows, 2])
    return NUMBERS[group, 2 * front + left].astype(np.uint8)


def _halfway(along, across) -> np.ndarray:
    """(N,) middle between the least and the most of `across` near each place of `along`, smooth along it."""
    places = np.linspace(along.min(), along.max(), SLABS)
    reach = 1.5 * (places[1] - places[0])
    near = np.abs(along[None] - places[:, None]) <= reach
    low = np.where(near, across, np.inf).min(1)
    high = np.where(near, across, -np.inf).max(1)
    usable = np.isfinite(low)
    line = np.interp(places, places[usable], (low[usable] + high[usable]) / 2)
    line = np.convolve(np.pad(line, 2, "edge"), np.ones(5) / 5, "valid")
    return np.interp(along, places, line)


def _neighbours(quads) -> np.ndarray:
    """(E, 2) quads that share an edge."""
    edges = np.sort(np.stack([quads, np.roll(quads, -1, 1)], -1).reshape(-1, 2), 1)
    order = np.lexsort(edges.T)
    same = (np.diff(edges[order], axis=0) == 0).all(1)
    return np.stack([order[:-1][same], order[1:][same]], 1) // 4


def _tidy(part, quads) -> np.ndarray:
    """Teeth along borders are rounded off, and specks taken by the part around them."""
    pairs = _neighbours(quads)
    fixed = np.isin(part, [0, 3, 4, 5, 6, 23, 24])
    for _ in range(30):
        votes = np.zeros((len(part), 25))
        np.add.at(votes, (pairs[:, 0], part[pairs[:, 1]]), 1)
        np.add.at(votes, (pairs[:, 1], part[pairs[:, 0]]), 1)
        votes[:, [0, 3, 4, 5, 6, 23, 24]] = 0
        wins = votes.max(1) >= 3
        lost = _specks(part, pairs)
        change = ~fixed & ((wins & (votes[np.arange(len(part)), part] < 2)) | lost) & (votes.max(1) > 0)
        votes[lost, part[lost]] = 0
        new = np.where(change, votes.argmax(1), part).astype(np.uint8)
        if (new == part).all():
            break
        part = new
    return part


def label_vertices(body: BodyModel, quads) -> np.ndarray:
    """(S,) uint8 the joint of SMPL's that moves each vertex of the skin most, islands given to those around them."""
    vertices = np.unique(quads)
    joint = (body.weights[vertices] @ np.eye(24)[PART_OF_JOINT]).argmax(1).astype(np.uint8)
    edges = np.searchsorted(vertices, np.stack([quads, np.roll(quads, -1, 1)], -1).reshape(-1, 2))
    while (lost := _specks(joint, edges) & (joint < WRIST)).any():  # a thumb is a piece of its own
        votes = np.zeros((len(joint), 24))
        for one, other in (edges.T, edges.T[::-1]):
            firm = ~lost[other]
            np.add.at(votes, (one[firm], joint[other[firm]]), 1)
        change = lost & (votes.max(1) > 0)
        joint[change] = votes[change].argmax(1)
    return joint


def _specks(part, pairs) -> np.ndarray:
    """(Q,) bool: not in the largest connected piece of its part."""
    pairs = pairs[part[pairs[:, 0]] == part[pairs[:, 1]]]
    _, piece = connected_components(coo_matrix((np.ones(len(pairs)), pairs.T), (len(part),) * 2), directed=False)
    sizes = np.bincount(piece)
    largest = np.zeros(25, int)
    np.maximum.at(largest, part, sizes[piece])
    return sizes[piece] < largest[part]


def flatten(points, quads, along, across) -> np.ndarray:
    """Lay a piece of surface flat.

    Args and Raises: as `spread_over_square`.
    Returns:
        (V, 2) of the vertices in it, 0 to 1 both ways; NaN elsewhere.
    """
    triangles = quads[:, [[0, 1, 2], [0, 2, 3]]].reshape(-1, 3)
    uv = spread_over_square(points, quads, along, across)
    used = np.unique(quads)
    if _signed(uv[triangles]).sum() < 0:  # rigid means unmirrored too
        triangles = triangles[:, ::-1]
    shape = _own_planes(points[triangles])
    uv[used] *= np.sqrt(np.abs(_signed(shape)).sum())
    local, weights = _corner_laplacian(shape)
    rows, columns = triangles, np.roll(triangles, -1, 1)
    size = (len(points),) * 2
    laplacian = coo_matrix((np.tile(weights.ravel(), 2), (np.r_[rows.ravel(), columns.ravel()],) * 2), size)
    sides = coo_matrix(
        (np.tile(weights.ravel(), 2), np.stack([np.r_[rows, columns], np.r_[columns, rows]]).reshape(2, -1)), size
    )
    system = factorized((laplacian - sides).tocsr()[used[1:]][:, used[1:]].tocsc())
    for _ in range(ROUNDS):
        turn = _nearest_turns(local, weights, uv[rows] - uv[columns])
        pull = weights[..., None] * np.einsum("nij,nkj->nki", turn, local)
        right = np.zeros((len(points), 2))
        np.add.at(right, rows, pull)
        np.add.at(right, columns, -pull)
        uv[used[0]] = 0
        uv[used[1:]] = np.column_stack([system(right[used[1:], axis]) for axis in range(2)])
    return _upright(uv, used, along, across)


def _signed(corners) -> np.ndarray:
    """(n, 3, 2) -> (n,) areas, negative clockwise."""
    one, other = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    return (one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]) / 2


def _own_planes(corners) -> np.ndarray:
    """(n, 3, 3) triangles in space -> (n, 3, 2) each in its own plane, anti-clockwise."""
    one, other = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    length = np.linalg.norm(one, axis=1)
    x = (one * other).sum(1) / length
    y = np.linalg.norm(np.cross(one, other), axis=1) / length
    zero = np.zeros(len(corners))
    return np.stack([np.stack([zero, zero], 1), np.stack([length, zero], 1), np.stack([x, y], 1)], 1)


def _corner_laplacian(shape) -> tuple:
    """(n, 3, 2) triangles -> sides from each corner back to the next (n, 3, 2), and cotangents opposite (n, 3)."""
    sides = shape - np.roll(shape, -1, 1)
    from_opposite = shape - np.roll(shape, -2, 1), np.roll(shape, -1, 1) - np.roll(shape, -2, 1)
    cotangent = (from_opposite[0] * from_opposite[1]).sum(-1) / (2 * np.abs(_signed(shape)))[:, None]
    return sides, np.maximum(cotangent, LEAST)


def _nearest_turns(local, weights, flat) -> np.ndarray:
    """(n, 2, 2) rotations that bring each triangle's sides nearest to where they lie now."""
    moment = np.einsum("nk,nki,nkj->nij", weights, flat, local)
    angle = np.arctan2(moment[:, 1, 0] - moment[:, 0, 1], moment[:, 0, 0] + moment[:, 1, 1])
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.stack([np.stack([cosine, -sine], 1), np.stack([sine, cosine], 1)], 1)


def _upright(uv, used, along, across) -> np.ndarray:
    """Turned so that v goes along and u across, then scaled to 0 to 1."""
    flat = uv[used] - uv[used].mean(0)
    down = flat.T @ (along[used] - along[used].mean())
    down /= np.linalg.norm(down)
    right = np.array([down[1], -down[0]])
    if (flat @ right) @ (across[used] - across[used].mean()) < 0:
        right = -right
    flat = flat @ np.stack([right, down], 1)
    flat -= flat.min(0)
    uv[used] = flat / flat.max(0)
    return uv


def spread_over_square(points, quads, along, across) -> np.ndarray:
    """Spread a piece of surface over the unit square.

    Args:
        points: (V, 3); quads: (n, 4) of one part, in one piece without holes.
        along, across: (V,) where the corners of the square are looked for: v goes along, u across.
    Returns:
        (V, 2) of the vertices in it, NaN elsewhere.
    Raises:
        AssetError: the piece has holes.
    """
    triangles = quads[:, [[0, 1, 2], [0, 2, 3]]].reshape(-1, 3)
    rim = _rim(quads)
    uv = np.full((len(points), 2), np.nan)
    uv[rim] = _around_the_square(points[rim], _scaled(along[rim]), _scaled(across[rim]))
    used = np.unique(quads)
    inside = np.setdiff1d(used, rim)
    weights = _positive_weights(points, triangles)
    laplacian = diags(np.asarray(weights.sum(1)).ravel()) - weights
    known = laplacian[inside][:, rim] @ uv[rim]
    uv[inside] = spsolve(laplacian[inside][:, inside].tocsc(), -known)
    return uv


def _rim(quads) -> np.ndarray:
    """(R,) vertices around the piece, in order."""
    edges = np.stack([quads, np.roll(quads, -1, 1)], -1).reshape(-1, 2)
    there = {(a, b) for a, b in edges.tolist()}
    following = {a: b for a, b in sorted(there) if (b, a) not in there}
    first = min(following)
    ring = [first]
    while following[ring[-1]] != first:
        ring.append(following[ring[-1]])
        if len(ring) > len(following):
            break
    if len(ring) != len(following):
        raise AssetError(f"A part of {len(quads)} faces has a hole or a pinch; {len(following)} edges around it.")
    return np.array(ring)


def _scaled(values) -> np.ndarray:
    return 2 * (values - values.min()) / np.ptp(values) - 1


def _around_the_square(points, along, across) -> np.ndarray:
    """(R, 2) on the unit square's rim: corners where the piece has its own, lengths kept between them."""
    corners = [int((sa * along + sc * across).argmax()) for sa, sc in ((-1, -1), (-1, 1), (1, 1), (1, -1))]
    square = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    count = len(points)
    if (corners[1] - corners[0]) % count > (corners[2] - corners[0]) % count:  # the rim runs the other way round
        return _around_the_square(points[::-1], along[::-1], across[::-1])[::-1]
    uv = np.zeros((count, 2))
    for k in range(4):
        steps = (corners[(k + 1) % 4] - corners[k]) % count
        rows = (corners[k] + np.arange(steps + 1)) % count
        length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(points[rows], axis=0), axis=1))])
        share = (length / length[-1])[:, None]
        uv[rows] = (1 - share) * square[k] + share * square[(k + 1) % 4]
    return uv


def _positive_weights(points, triangles):
    """(V, V) cotangents of the angles opposite each edge, never below a little."""
    rows, columns, values = [], [], []
    for k in range(3):
        a, b, c = triangles[:, k], triangles[:, (k + 1) % 3], triangles[:, (k + 2) % 3]
        one, other = points[a] - points[c], points[b] - points[c]
        area = np.linalg.norm(np.cross(one, other), axis=1)
        cotangent = (one * other).sum(1) / np.maximum(area, 1e-12)
        rows += [a, b]
        columns += [b, a]
        values += [cotangent, cotangent]
    weights = coo_matrix((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), (len(points),) * 2)
    weights = weights.tocsr()
    weights.data = np.maximum(weights.data, LEAST)
    return weights


def make_charts(body: BodyModel) -> dict:
    """Arrays of the file: see `core/iuv.py`.

    Raises:
        AssetError: a part cannot be spread out.
    """
    quads, rows, island = islands(body)
    part = label_quads(body, quads, island)
    uv = np.zeros((len(quads), 4, 2))
    x, y, _ = body.v_template.T
    for number in range(1, 25):
        own = part == number
        if number in (3, 4, 5, 6, 23, 24):
            flat = body.uv[rows[own]].astype(float)
            low = flat.min((0, 1))
            uv[own] = (flat - low) / (flat.max((0, 1)) - low).max()
        elif number in (15, 16, 17, 18, 19, 20, 21, 22):
            uv[own] = flatten(body.v_template, quads[own], np.abs(x), y)[quads[own]]
        else:
            uv[own] = flatten(body.v_template, quads[own], -y, x)[quads[own]]
    return {"part": part, "uv": np.rint(uv * STEPS).astype(np.uint16), "joint": label_vertices(body, quads)}


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--body", type=Path, default=BODY, help="the open body")
    parser.add_argument("--out", type=Path, default=SHIPPED)
    options = parser.parse_args(arguments)
    try:
        arrays = make_charts(load_body(options.body))
    except PosewrightError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    temporary = options.out.with_name(f".{options.out.stem}.part.npz")
    try:
        np.savez_compressed(temporary, **arrays)
        temporary.replace(options.out)
    finally:
        temporary.unlink(missing_ok=True)
    counts = np.bincount(arrays["part"], minlength=25)
    print(f"{options.out}: {options.out.stat().st_size} bytes, quads of each part {counts.tolist()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

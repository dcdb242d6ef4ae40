"""How much shows that clothes should cover: `python -m tests.poke_through --persons 200 --seed 3`.

Random dressed people, drawn with the z-buffer from random sides. Covered in the T-pose, well inside a garment's hems,
means covered in any pose. Three things count as poke-through:

skin     covered skin is what a pixel shows
layer    so is a garment that a later one covers, as a waistband under a sweater, and the later one lies behind it
hole     skin was left out of the mesh because clothes hide it, but it is the inside of the person that shows there

Looking up a skirt or into a wide sleeve is none of these: hems keep a margin that grows with how loose the cloth is,
and under a skirt and near hems the outer side of the cloth has to lie behind what shows.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree
from tqdm import tqdm

from blender_addon.core.cast import Cast, load_cast
from blender_addon.core.catalog import OPEN_BODY, Asset, Catalog, library_folder, load_catalog
from blender_addon.core.figure import sample_figure
from blender_addon.core.looks.skin import skin_surface
from blender_addon.core.person import Person, make_person
from blender_addon.core.ranges import Ranges
from blender_addon.core.raster import rasterise
from blender_addon.core.surface import Surface
from blender_addon.core.wardrobe.cutting import boundary_edges, closed, point_normals

CLOSE, LOOSE = 0.05, 0.22
"""Metres that cloth may be away from what it covers; the second for what hangs free."""
MARGIN, RIM = 0.025, 0.006
"""Metres inside a hem, the first more where cloth is loose: what shows farther in counts always, what shows between the
two only if the outer side of the cloth lies close behind it."""
SEWN = 0.02
"""Metres; borders of two pieces of a garment that are this near are a seam, not an opening."""
SMALL = 0.2
"""Share of a garment's points below which a piece of it is trim: it neither covers nor closes an opening."""
BEHIND = 0.03
"""Metres that cloth may have sunk under skin that is left out of the mesh without leaving a hole."""
NEAR = 0.08
"""Metres behind an inner garment that shows where the outer one has to be; layers slide, and a hem that has slid up is
none of our faults."""
KINDS = ("skin", "layer", "hole")
COLOURS = {"skin": (255, 0, 0), "layer": (255, 0, 255), "hole": (255, 230, 0)}


@dataclass
class Layer:
    """One surface as the z-buffer takes it."""

    surface: Surface
    triangles: np.ndarray
    """(T, 3) of its points."""
    covered: np.ndarray
    """(N,) bool: points that later garments cover in the T-pose, well inside their hems."""
    rim: np.ndarray
    """(N,) bool: the same and those near the hems."""
    free: np.ndarray
    """(N,) bool: the garment that covers hangs free there."""
    garment: bool


def triangles_of(faces) -> np.ndarray:
    """(F, 4) quads, -1 last in a triangle -> (T, 3)."""
    quads = faces[faces[:, 3] >= 0]
    return np.concatenate([faces[:, :3], quads[:, [0, 2, 3]]])


def pieces_of(count, quads) -> np.ndarray:
    """(count,) number of the piece that each point is part of; -1 on small ones, such as collars, buttons and laces."""
    ends = np.stack([quads, np.roll(quads, -1, 1)], -1).reshape(-1, 2).T
    piece = connected_components(coo_matrix((np.ones(ends.shape[1]), ends), (count, count)), directed=False)[1]
    size = np.bincount(piece)
    return np.where(size[piece] < SMALL * count, -1, piece)


def openings_of(points, quads, piece) -> np.ndarray:
    """(B, 3) points of a garment's borders in the T-pose, without those where two of its pieces are sewn together."""
    rim = np.unique(boundary_edges(quads)[0])
    rim = rim[piece[rim] >= 0]
    opening = np.ones(len(rim), bool)
    for number in np.unique(piece[rim]):
        others = np.unique(quads[(piece[quads[:, 0]] != number) & (piece[quads[:, 0]] >= 0)])
        if len(others):
            mine = piece[rim] == number
            opening[mine] = cKDTree(points[others]).query(points[rim[mine]])[0] > SEWN
    return points[rim[opening]]


def cover(points, garment) -> tuple:
    """What a garment covers in the T-pose, each (N,): well inside, so by what hangs free, all but the hems."""
    count, faces = garment.outside
    quads = closed(garment.faces[:faces])
    piece = pieces_of(count, quads)
    used = np.unique(quads)
    used = used[piece[used] >= 0]
    cloth = garment.points[used]
    distance, nearest = cKDTree(cloth).query(points)
    free = garment.attributes.get("free", np.zeros(len(garment.points)))[used] > 0.5
    openings = openings_of(garment.points[:count], quads, piece)
    inside = cKDTree(openings).query(cloth)[0] if len(openings) else np.full(len(cloth), np.inf)
    near = distance < np.where(free[nearest], LOOSE, CLOSE)
    covered = near & (inside[nearest] > MARGIN + 1.2 * distance)
    return covered, covered & free[nearest], near & (inside[nearest] > RIM)


def layers_of(person: Person) -> tuple:
    """(layers that show, the skin that was left out of the mesh)."""
    nothing = np.zeros(len(person.body.v_template), bool)
    whole = skin_surface(person.body, person.posed.shaped, nothing)[0]
    whole.posed = person.posed.vertices[np.unique(_skin_vertices(person.body))]
    clothes = [surface for surface in person.surfaces if hasattr(surface, "outside")]
    layers = []
    for surface in person.surfaces:
        after = clothes[clothes.index(surface) + 1 :] if surface in clothes else clothes
        covered, free, rim = np.zeros((3, len(surface.points)), bool)
        for garment in after if surface.name == "skin" or surface in clothes else ():
            own, hanging, edge = cover(surface.points, garment)
            free |= hanging & ~covered
            covered |= own
            rim |= edge
        layers.append(Layer(surface, triangles_of(surface.faces), covered, rim, free, surface in clothes))
    left_out = triangles_of(whole.faces)
    shown = next(surface for surface in person.surfaces if surface.name == "skin")
    kept = {tuple(corner) for corner in np.round(shown.points[triangles_of(shown.faces)].mean(1), 6)}
    gone = np.array([tuple(c) not in kept for c in np.round(whole.points[left_out].mean(1), 6)], bool)
    return layers, Layer(whole, left_out[gone], *np.ones((3, len(whole.points)), bool), False)


def _skin_vertices(body):
    own = body.faces if body.poly is None else body.poly[body.poly_group == list(body.group_names).index("body")]
    return own


def camera_from(person: Person, rng, size: int):
    """A camera on a random side of a person that fills the picture: points (N, 3) -> pixels (N, 2), depth (N,)."""
    points = np.concatenate([surface.posed for surface in person.surfaces])
    middle = (points.min(0) + points.max(0)) / 2
    heading, rise = rng.uniform(0, 2 * np.pi), np.radians(rng.uniform(-5, 30))
    back = np.array([np.cos(heading) * np.cos(rise), np.sin(heading) * np.cos(rise), np.sin(rise)])
    right = np.cross([0, 0, 1], back)
    right /= np.linalg.norm(right)
    axes = np.stack([right, np.cross(right, back), -back])  # right, down, forward
    eye = middle + 5.0 * back
    flat = (points - eye) @ axes.T
    reach = np.abs(flat[:, :2] / flat[:, 2:]).max()

    def project(world):
        seen = (world - eye) @ axes.T
        return seen[:, :2] / seen[:, 2:] / reach * size * 0.48 + size / 2, seen[:, 2]

    return project


@dataclass
class View:
    """One layer drawn by itself."""

    face: np.ndarray
    share: np.ndarray
    depth: np.ndarray
    """(H, W) metres, infinite where there is nothing."""
    outer: np.ndarray
    """(H, W) bool: the side that faces the camera is the outer one."""


def draw(layer: Layer, project, size: int) -> View:
    """Draw one surface alone."""
    pixels, depth = project(layer.surface.posed)
    corners, far = pixels[layer.triangles], depth[layer.triangles]
    face, share = rasterise(corners, far, size, size)
    distance = np.where(face >= 0, (share * far[face]).sum(-1), np.inf)
    (x1, y1), (x2, y2) = (corners[:, 1] - corners[:, 0]).T, (corners[:, 2] - corners[:, 0]).T
    outer = (x1 * y2 - y1 * x2) < 0  # y goes down: anti-clockwise from outside turns the other way
    return View(face, share, distance, outer[face] & (face >= 0))


def _at(view: View, layer: Layer, values) -> np.ndarray:
    """(H, W) bool: all three corners of what is drawn have it."""
    return values[layer.triangles].all(1)[view.face] & (view.face >= 0)


def judge(layers, left_out, project, size: int) -> tuple:
    """Look at a person from one side.

    Returns:
        shown: (H, W) bool, pixels of the person.
        found: kind -> (H, W) bool.
        picture: a function that draws it, (H, W, 3) uint8, a colour a layer.
    """
    views = [draw(layer, project, size) for layer in layers]
    pairs = list(zip(layers, views, strict=True))
    depth = np.stack([view.depth for view in views])
    front = depth.argmin(0)
    nearest = depth.min(0)
    shown = np.isfinite(nearest)
    none = np.full((size, size), np.inf)
    cloth = [view if layer.garment else View(view.face, view.share, none, view.outer) for layer, view in pairs]
    found = {kind: np.zeros((size, size), bool) for kind in KINDS}
    for number, (layer, view) in enumerate(pairs):
        here = shown & (front == number) & view.outer & _at(view, layer, layer.rim)
        if not here.any():
            continue
        later = np.stack([view.depth if n > number else none for n, view in enumerate(cloth)])
        behind = later.argmin(0)[None]
        under = np.take_along_axis(np.stack([view.outer for view in views]), behind, 0)[0]
        close = under & (later.min(0) < view.depth + (NEAR if layer.garment else BEHIND))
        deep = _at(view, layer, layer.covered) & (under | ~_at(view, layer, layer.free))
        here &= close if layer.garment else close | deep
        found["layer" if layer.garment else "skin"] |= here
    found["hole"] = _holes(draw(left_out, project, size), views, front, nearest, layers)
    return shown, found, lambda: _picture(views, front, shown, layers)


def _holes(gone: View, views, front, nearest, layers):
    """Skin that is left out would be in front, and what shows instead is no cloth close behind it."""
    outer = np.take_along_axis(np.stack([view.outer for view in views]), front[None], 0)[0]
    there = np.isfinite(gone.depth) & gone.outer & (gone.depth < nearest - 1e-4)
    sunk = outer & (nearest < gone.depth + BEHIND) & np.array([layer.garment for layer in layers])[front]
    inside = np.zeros_like(there)
    for number, (layer, view) in enumerate(zip(layers, views, strict=True)):
        inside |= (front == number) & ~view.outer & (layer.garment | (layer.surface.name == "skin"))
    return (there & ~sunk & (inside | ~np.isfinite(nearest))) | (inside & (gone.depth < nearest - 1e-4))


def _picture(views, front, shown, layers):
    picture = np.full((*front.shape, 3), 235, np.uint8)
    palette = {"skin": (222, 178, 150), "eyes": (240, 240, 240), "hair": (70, 55, 45)}
    cloths = [(70, 100, 160), (90, 150, 100), (120, 120, 130), (60, 140, 150), (150, 150, 90), (100, 90, 140)]
    for number, (layer, view) in enumerate(zip(layers, views, strict=True)):
        here = shown & (front == number)
        normals = point_normals(layer.surface.posed, closed(layer.surface.faces))[layer.triangles[view.face]]
        light = 0.55 + 0.45 * np.abs((normals * view.share[..., None]).sum(2) @ [0.36, 0.48, 0.8])
        colour = palette.get(layer.surface.name, cloths[number % len(cloths)])
        picture[here] = (light[..., None] * colour)[here].astype(np.uint8)
    return picture


def measure_person(person: Person, rng, views: int = 4, size: int = 320) -> tuple:
    """({kind: share of the person's pixels}, [(function that draws, found), ...]), one of these a view."""
    layers, left_out = layers_of(person)
    pixels, counts, pictures = 0, dict.fromkeys(KINDS, 0), []
    for _ in range(views):
        shown, found, picture = judge(layers, left_out, camera_from(person, rng, size), size)
        pixels += int(shown.sum())
        for kind in KINDS:
            counts[kind] += int(found[kind].sum())
        pictures.append((picture, found))
    return {kind: count / pixels for kind, count in counts.items()}, pictures


def random_person(seed: int, index: int, ranges: Ranges, cast: Cast) -> Person:
    """Person `index` of a seed, as data sets have them."""
    spec = sample_figure(np.random.default_rng([seed, index]), ranges, cast).spec
    return make_person(cast.bodies[spec.body], spec, cast.closet)


def save_sheet(path: Path, pictures: list) -> None:
    """Views side by side, what was found painted below each."""
    import cv2

    pictures = [(draw_picture(), found) for draw_picture, found in pictures]
    rows = [np.concatenate([picture for picture, _ in pictures], 1)]
    marked = []
    for picture, found in pictures:
        picture = (picture * 0.6).astype(np.uint8)
        for kind in KINDS:
            picture[found[kind]] = COLOURS[kind]
        marked.append(picture)
    sheet = np.concatenate([*rows, np.concatenate(marked, 1)])
    cv2.imwrite(str(path), sheet[..., ::-1])


def open_cast(ranges: Ranges, assets=()) -> Cast:
    """The default people, or those who wear what is in some asset folders as well."""
    if assets:
        return load_cast(load_catalog(assets), ranges)
    path = library_folder() / "bodies" / f"{OPEN_BODY}.npz"
    sky = Asset("noon", "environment", path, "CC0", "", (9.0,) * 128)
    return load_cast(Catalog((Asset(OPEN_BODY, "body", path, "CC0", ""),), (sky,)), ranges)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--persons", type=int, default=200)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--views", type=int, default=4, help="random sides of each (4)")
    parser.add_argument("--size", type=int, default=320, help="pixels of a view (320)")
    parser.add_argument("--only", type=int, help="this one person")
    parser.add_argument("--pose-mix", default=Ranges.pose_mix)
    parser.add_argument("--assets", action="append", default=[], metavar="FOLDER", help="with looks from here")
    parser.add_argument("--worst", type=int, default=8, help="how many to name, and to draw with --out (8)")
    parser.add_argument("--out", type=Path, help="folder for pictures of the worst")
    options = parser.parse_args()
    ranges = Ranges(pose_mix=options.pose_mix).check()
    cast = open_cast(ranges, options.assets)
    people = range(options.persons) if options.only is None else [options.only]
    found = []
    for index in tqdm(people, desc="people", disable=None):
        person = random_person(options.seed, index, ranges, cast)
        shares, _ = measure_person(person, view_rng(options.seed, index), options.views, options.size)
        wears = ", ".join(look.params.get("style", look.kind) for look in person.spec.garments)
        found.append((sum(shares.values()), index, shares, f"{person.spec.pose_source}: {wears}"))
    report(found, options.worst)
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
    for _, index, *_ in worst_of(found, options.worst) if options.out else ():
        person = random_person(options.seed, index, ranges, cast)
        _, pictures = measure_person(person, view_rng(options.seed, index), options.views, options.size)
        save_sheet(options.out / f"person_{index:04d}.png", pictures)


def view_rng(seed: int, index: int) -> np.random.Generator:
    """Where a person is looked at from."""
    return np.random.default_rng([seed, index, 1])


def worst_of(found: list, count: int) -> list:
    return sorted(found, reverse=True, key=lambda row: row[:2])[:count]


def report(found: list, worst: int) -> None:
    """Print shares in per cent of a person's pixels."""
    total = 100 * np.array([row[0] for row in found])
    print(f"poke-through of {len(found)} people, % of each one's pixels")
    for kind in KINDS:
        share = 100 * np.array([row[2][kind] for row in found])
        print(f"    {kind:6s} mean {share.mean():6.3f}  p95 {np.quantile(share, 0.95):6.3f}  worst {share.max():6.2f}")
    print(f"    all    mean {total.mean():6.3f}  p95 {np.quantile(total, 0.95):6.3f}  worst {total.max():6.2f}")
    print(f"    over 0.5 %: {(total > 0.5).sum()} of {len(total)}")
    for share, index, shares, words in worst_of(found, worst):
        parts = " ".join(f"{kind} {100 * shares[kind]:.2f}" for kind in KINDS)
        print(f"    person {index:4d} {100 * share:6.2f}  ({parts})  {words}")


if __name__ == "__main__":
    main()

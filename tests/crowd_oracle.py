"""Whether people pass through each other, asked of the meshes: `python -m tests.crowd_oracle --pictures 40`.

Scenes keep limbs apart as capsules; here every vertex of everybody is looked for inside everybody else.
"""

import argparse
import itertools

import numpy as np
from scipy.spatial import cKDTree
from tqdm import trange

from blender_addon.core.cast import load_cast
from blender_addon.core.catalog import OPEN_BODY, Asset, Catalog, library_folder
from blender_addon.core.posing import pose_body
from blender_addon.core.ranges import Ranges
from blender_addon.core.sample import sample_scene

TOUCH = 0.005
"""Metres; shallower is a touch."""


def posed_body(body, spec):
    return pose_body(body, np.array(spec.betas), np.array(spec.pose), np.array(spec.position))


def deepest_inside(points, vertices, faces) -> float:
    """Metres from the surface to the deepest of `points` inside it; points outside by their nearest normal are."""
    corners = vertices[faces]
    normals = np.zeros_like(vertices)
    turns = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    for column in range(3):
        np.add.at(normals, faces[:, column], turns)
    distance, nearest = cKDTree(vertices).query(points, distance_upper_bound=0.3)
    near = np.flatnonzero(np.isfinite(distance) & (distance > TOUCH))
    behind = np.einsum("ij,ij->i", points[near] - vertices[nearest[near]], normals[nearest[near]]) < 0
    near = near[behind]
    inside = winding(points[near[:500]], corners) > 0.5  # normals mislead in the crook of an arm
    return float(distance[near[:500]][inside].max(initial=0.0))


def winding(points, corners):
    """(N,) how often a surface of (F, 3, 3) goes round each point: 1 inside, 0 outside (Jacobson et al. 2013)."""
    total = np.zeros(len(points))
    for index, point in enumerate(points):
        a, b, c = (corners - point).transpose(1, 0, 2)
        la, lb, lc = (np.linalg.norm(side, axis=1) for side in (a, b, c))
        volume = np.einsum("ij,ij->i", a, np.cross(b, c))
        flat = la * lb * lc + (a * b).sum(1) * lc + (b * c).sum(1) * la + (c * a).sum(1) * lb
        total[index] = np.arctan2(volume, flat).sum() / (2 * np.pi)
    return total


def find_passing(seed: int, pictures: int, persons: int) -> list:
    """[(picture, one, other, metres)]: people of whom one has a vertex deeper than TOUCH in the other."""
    path = library_folder() / "bodies" / f"{OPEN_BODY}.npz"
    sky = Asset("noon", "environment", path, "CC0", "", (9.0,) * 128)
    catalog = Catalog((Asset(OPEN_BODY, "body", path, "CC0", ""),), (sky,))
    ranges = Ranges(persons=(persons, persons)).check()
    cast = load_cast(catalog, ranges)
    body = cast.bodies[OPEN_BODY]
    passing = []
    for index in trange(pictures, desc="pictures", disable=None):
        scene = sample_scene(seed, index, catalog, ranges, cast)
        skins = [posed_body(body, spec).vertices[: body.skin_vertices] for spec in scene.persons]
        for (i, one), (j, other) in itertools.combinations(enumerate(skins), 2):
            depth = max(deepest_inside(one, other, body.faces), deepest_inside(other, one, body.faces))
            if depth >= TOUCH:
                passing.append((index, i, j, depth))
    return passing


def main() -> None:
    parser = argparse.ArgumentParser(description="Count people who pass through each other.")
    parser.add_argument("--pictures", type=int, default=40)
    parser.add_argument("--persons", type=int, default=8)
    parser.add_argument("--seed", type=int, default=21)
    options = parser.parse_args()
    passing = find_passing(options.seed, options.pictures, options.persons)
    for index, one, other, depth in passing:
        print(f"picture {index}: persons {one} and {other}, {1000 * depth:.0f} mm")
    print(f"{options.pictures} pictures of {options.persons} people: {len(passing)} pairs pass through each other")


if __name__ == "__main__":
    main()

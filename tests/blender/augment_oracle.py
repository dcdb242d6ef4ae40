"""A second opinion on the labels of augmented pictures: their scenes are built again, cutouts stand before the lens.

Each cutout becomes a mesh, a square for each of its solid pixels, put in front of the camera; then Cycles paints every
surface in its own T-pose coordinates, as in `visibility_oracle`, and pixels are looked up. Who was pasted is checked
too: their own scene is built again and painted from where the picture's camera would be.

    posewright render --out out/plain --count 60 --set distortion=0 --set depth_of_field=0 --set motion_blur=0
    posewright augment out/plain --out out/pasted --objects 1 2 --people 0.6
    python -m tests.blender.augment_oracle out/pasted --cutouts out/pasted/cutouts --plain out/plain
"""

import argparse
import json
import sys
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path

import bpy
import cv2
import numpy as np

from blender_addon.core.camera import intrinsics
from blender_addon.core.cast import load_cast
from blender_addon.core.catalog import load_catalog
from blender_addon.core.keypoints import coco_flags
from blender_addon.core.ranges import Ranges
from blender_addon.core.spec import CameraSpec, PasteSpec, SceneSpec, from_dict, rounded
from blender_addon.core.visibility import keypoint_patches
from blender_addon.core.wholebody import SETS, WHOLEBODY_FLIP_PAIRS
from blender_addon.scene.build import build_scene, clear_scene
from blender_addon.scene.mesh import fill_mesh
from blender_addon.scene.render import choose_device
from blender_addon.scene.world import look_at_environments, shipped_environments

from .visibility_oracle import paint_rest, second_opinion

FINER = 5
"""Times the picture's size."""
BEFORE_LENS = 0.05
"""Metres; later cutouts are nearer."""
MIRROR = np.diag([-1.0, 1.0, 1.0])


@dataclass
class Tally:
    """Keypoints in the picture."""

    people: int = 0
    compared: int = 0
    agreed: int = 0
    hidden: int = 0
    """That were visible in the plain picture."""
    odd: list = field(default_factory=list)

    def __str__(self) -> str:
        share = self.agreed / max(self.compared, 1)
        return f"{self.people} people, {self.compared} keypoints, {self.hidden} hidden by cutouts, {share:.2%} agree"


def add_shield(paste: PasteSpec, order: int, folder: Path, camera: CameraSpec, mirrored: bool) -> None:
    """The solid pixels of a cutout as squares before the lens of `camera`."""
    alpha = cv2.imread(str(folder / f"{paste.cutout}.png"), cv2.IMREAD_UNCHANGED)[..., 3]
    people = cv2.imread(str(folder / f"{paste.cutout}_people.png"), cv2.IMREAD_UNCHANGED)
    rows, columns = np.nonzero(alpha >= 128)
    corners = np.stack([columns, rows], 1)[:, None] + np.array([(0, 0), (1, 0), (1, 1), (0, 1)])
    inner = intrinsics(paste.camera)
    tangents = (corners.reshape(-1, 2) - inner[:2, 2]) / inner[0, 0] * paste.larger
    rays = np.column_stack([tangents, np.ones(len(tangents))]) @ np.array(paste.turn).T
    points = rays / np.linalg.norm(rays, axis=1)[:, None] * (BEFORE_LENS - 0.004 * order)
    points = points @ MIRROR if mirrored else points
    world = points @ np.array(camera.rotation) + np.array(camera.position)
    faces = np.arange(len(world)).reshape(-1, 4)
    for index, chosen in ((0, people[rows, columns] == 0), (200 + order, people[rows, columns] > 0)):
        if chosen.any():
            mesh = bpy.data.meshes.new("shield")
            fill_mesh(mesh, world, faces[chosen])
            mesh.update(calc_edges=True)
            shield = bpy.data.objects.new("shield", mesh)
            shield.pass_index = index
            bpy.context.scene.collection.objects.link(shield)


def build(spec: SceneSpec, pasted: tuple, first: int, mirrored: bool, library: Path, catalog, cast):
    """Build a scene and put cutouts from the `first` on before it."""
    clear_scene()
    sharp = replace(spec.camera, f_stop=0.0, shutter=0.0)
    world = replace(spec.world, environment=catalog.environments[0].name)  # nothing is lit by it
    spec = replace(spec, camera=sharp, world=world)
    built = build_scene(spec, catalog, cast.bodies, bpy.context.scene)
    for order, paste in enumerate(pasted):
        if order >= first:
            add_shield(paste, order, library, spec.camera, mirrored)
    return built


def compare(tally: Tally, name: str, person: dict, share: np.ndarray, plain: dict, size: tuple, usable) -> None:
    """One person's flags as the record has them with those of the painted picture."""
    triplet = person["keypoints_px"], person["visible_fraction"], person["on_mask"]
    flags = coco_flags(*triplet, *size)[:, 2]
    others = coco_flags(triplet[0], np.nan_to_num(share), triplet[2], *size)[:, 2]
    before = coco_flags(plain["keypoints_px"], plain["visible_fraction"], plain["on_mask"], *size)[:, 2]
    usable = usable & (flags > 0) & ~np.isnan(share)
    tally.people += 1
    tally.compared += int(usable.sum())
    tally.agreed += int((flags == others)[usable].sum())
    tally.hidden += int(((before == 2) & (flags == 1) & usable).sum())
    for k in np.flatnonzero(usable & (flags != others)):
        tally.odd.append(f"{name}, keypoint {k}: record {person['visible_fraction'][k]:.2f}, painted {share[k]:.2f}")


def seen_by(spec: SceneSpec, paste: PasteSpec) -> tuple[SceneSpec, bool]:
    """The scene of a cutout's person from the picture's camera; whether that shows the picture mirrored."""
    turn = np.array(paste.turn)
    mirrored = bool(np.linalg.det(turn) < 0)
    rotation = (MIRROR @ turn if mirrored else turn) @ np.array(paste.camera.rotation)
    camera = replace(spec.camera, position=paste.camera.position, rotation=rounded(rotation, 9))
    world = replace(spec.world, ground_radius=0.0)
    return replace(spec, camera=camera, world=world, persons=paste.persons, occluders=paste.occluders), mirrored


def flipped(values: np.ndarray) -> np.ndarray:
    order = np.arange(len(values))
    for left, right in WHOLEBODY_FLIP_PAIRS:
        if max(left, right) < len(order):
            order[[left, right]] = right, left
    return values[order]


def check_picture(record: dict, plain: dict, library: Path, catalog, cast, tallies: dict, folder: Path) -> None:
    spec = from_dict(SceneSpec, record["spec"])
    people = record["truth"]["persons"]
    size = spec.camera.width, spec.camera.height
    names = next(name for name, keypoints in SETS.items() if len(keypoints) == len(people[0]["visible_fraction"]))
    patches = {name: keypoint_patches(body, names) for name, body in cast.bodies.items()}
    everything = np.ones(len(people[0]["visible_fraction"]), bool)
    built = build(spec, spec.pasted, 0, False, library, catalog, cast)
    painted = paint_rest(folder, FINER)
    for number, person in enumerate(spec.persons, 1):
        share, _ = second_opinion(built, number, patches[person.body], painted)
        where = f"picture {spec.index} person {number}"
        compare(tallies["scene"], where, people[number - 1], share, plain[number - 1], size, everything)
    number = len(spec.persons)
    for order, paste in enumerate(spec.pasted):
        if not paste.persons:
            continue
        number += 1
        own, mirrored = seen_by(spec, paste)
        built = build(own, spec.pasted, order + 1, mirrored, library, catalog, cast)
        painted = paint_rest(folder, FINER)
        share, _ = second_opinion(built, 1, patches[own.persons[0].body], painted)
        share = flipped(share) if mirrored else share
        truth = people[number - 1]
        compare(tallies["pasted"], f"picture {spec.index} pasted {number}", truth, share, truth, size, everything)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("datasets", type=Path, nargs="+", help="augmented data sets")
    parser.add_argument("--cutouts", type=Path, required=True, help="their library")
    parser.add_argument("--plain", type=Path, help="what they were made from, to count what became hidden")
    parser.add_argument("--assets", type=Path, action="append", default=[])
    options = parser.parse_args()
    catalog = look_at_environments(load_catalog(options.assets, shipped_environments()))
    cast = load_cast(catalog, Ranges())
    bpy.ops.wm.read_factory_settings(use_empty=True)
    choose_device("cpu")
    tallies = {"scene": Tally(), "pasted": Tally()}
    with tempfile.TemporaryDirectory() as folder:
        for path in [path for out in options.datasets for path in sorted((out / "records").glob("*.json"))]:
            record = json.loads(path.read_text())
            if not record["spec"]["pasted"] or record["spec"]["camera"]["distortion"]:
                continue  # Blender shows what a pinhole sees
            source = options.plain / "records" / path.name if options.plain else path
            plain = json.loads(source.read_text())["truth"]["persons"]
            check_picture(record, plain, options.cutouts, catalog, cast, tallies, Path(folder))
            print(f"{path}: {'; '.join(f'{name} {tally}' for name, tally in tallies.items())}", file=sys.stderr)
    for name, tally in tallies.items():
        print("\n".join([*tally.odd, f"{name}: {tally}"]), file=sys.stderr)


if __name__ == "__main__":
    main()

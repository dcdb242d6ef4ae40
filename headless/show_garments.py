"""Photos of garments beside people who wear them: `python -m headless.show_garments WARDROBE PHOTOS --out docs/`.

Needs the bpy wheel. Each garment: its photo, and one person from the front and from behind.
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import bpy
import cv2
import numpy as np
from tqdm import tqdm

from blender_addon.core.cast import load_cast
from blender_addon.core.catalog import OPEN_BODY, Asset, Catalog, library_folder
from blender_addon.core.closet import Closet, Look
from blender_addon.core.errors import PosewrightError
from blender_addon.core.figure import sample_figure
from blender_addon.core.person import make_person
from blender_addon.core.poses.mannequin import SMPL_TO_WORLD
from blender_addon.core.ranges import Ranges
from blender_addon.core.rotations import axis_angle_to_matrix, matrix_to_axis_angle
from blender_addon.core.spec import LookSpec, PersonSpec, rounded
from blender_addon.core.wardrobe.outfits import sample_outfit
from blender_addon.core.wardrobe.photo_garment import PhotoGarment, read_garment, wear
from blender_addon.scene.build import find_skin_map
from blender_addon.scene.person import build_person

COLUMN, HIGH = 0.94, 2.0
"""Metres of picture for a person."""
SCALE = 156
"""Pixels a metre."""
BESIDE, ROWS = 4, 3
"""Garments in a row, and rows in a picture."""
LARGEST = 290_000
"""Bytes of a picture."""
TURNS = (0.3, np.pi + 0.3)


def wearer(garment: PhotoGarment, number: int, cast) -> PersonSpec:
    """A grown-up in the garment, with built-in clothes for the rest."""
    woman = garment.role in ("skirt", "dress") or number % 2 == 1
    for draw in range(1000):
        rng = np.random.default_rng([7, number, draw])
        spec = sample_figure(rng, Ranges(), cast).spec
        if 18 <= spec.age < 60 and (spec.sex > 0.5) == woman:
            break
    look = wear(rng, garment, spec.sex, spec.age)
    for draw in range(1000):
        outfit = sample_outfit(np.random.default_rng([9, number, draw]), float(woman), spec.age)
        kinds = [other.kind for other in outfit]
        if (garment.role == "dress") == ("dress" in kinds) and ("skirt" not in kinds):
            break
    return replace(spec, garments=tuple(_with(look, outfit, garment)))


def _with(look: LookSpec, outfit, garment) -> list:
    if garment.role in ("top", "dress"):
        return [other for other in outfit if other.kind not in (garment.role, "jacket")] + [look]
    shade = (0.82, 0.82, 0.80) if np.mean(garment.color) < 0.45 else (0.12, 0.14, 0.2)
    cloth = {"pattern": "plain", "color": shade, "weave": "knit", "sheen": 0.2, "seed": 1, "melange": 0.0}
    tops = [LookSpec("top", {**t.params, "fabrics": [cloth, cloth], "front": None}) for t in outfit if t.kind == "top"]
    return [*(other for other in outfit if other.kind in ("shoes", "socks")), look, *tops]


def pose_at(turn: float) -> tuple:
    """(55, 3) standing with lowered arms."""
    pose = np.zeros((55, 3))
    pose[0] = matrix_to_axis_angle(axis_angle_to_matrix([0.0, 0.0, turn]) @ SMPL_TO_WORLD)
    pose[16, 2], pose[17, 2] = -1.12, 1.12
    pose[1, 2], pose[2, 2] = 0.06, -0.06
    return rounded(pose)


def render_people(specs: list, body, closet: Closet, samples: int) -> np.ndarray:
    """(H, W, 3) uint8 BGR: everyone in a row, each from the front and from behind."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    for number, spec in enumerate(specs):
        for side, turn in enumerate(TURNS):
            place = ((2 * number + side) * COLUMN, 0.0, 3.0)  # in the air: nothing of it is taken to lie on the ground
            person = make_person(body, replace(spec, pose=pose_at(turn), position=place), closet)
            low = min(surface.posed[:, 2].min() for surface in person.surfaces)
            built = build_person(person, f"{number}.{side}", 1, scene.collection, find_skin_map(body.path))
            built.location = (0, 0, -low)
    width, height = int(2 * len(specs) * COLUMN * SCALE), int(HIGH * SCALE)
    _stage(scene, 2 * len(specs) * COLUMN, width, height, samples)
    path = Path(bpy.app.tempdir) / "people.png"
    scene.render.filepath = str(path)
    bpy.ops.render.render(write_still=True)
    return cv2.imread(str(path))


def _stage(scene, wide, width, height, samples) -> None:
    sun = bpy.data.objects.new("sun", bpy.data.lights.new("sun", "SUN"))
    sun.data.energy, sun.data.angle, sun.rotation_euler = 2.6, 0.3, (0.7, 0.35, 0.0)
    scene.collection.objects.link(sun)
    world = bpy.data.worlds.new("sky")
    world.use_nodes = True
    world.node_tree.nodes["Background"].inputs[0].default_value = (0.85, 0.88, 0.95, 1)
    world.node_tree.nodes["Background"].inputs[1].default_value = 0.7
    scene.world = world
    camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    camera.data.type, camera.data.ortho_scale = "ORTHO", max(wide, HIGH)
    camera.location, camera.rotation_euler = ((wide - COLUMN) / 2, -20, HIGH / 2 - 0.04), (np.pi / 2, 0, 0)
    scene.collection.objects.link(camera)
    scene.camera = camera
    scene.render.engine = "CYCLES"
    scene.cycles.samples, scene.cycles.use_denoising, scene.cycles.max_bounces = samples, True, 3
    scene.render.resolution_x, scene.render.resolution_y = width, height
    scene.view_settings.view_transform = "Standard"


def sheet(garments: list, photos: dict, people: np.ndarray) -> np.ndarray:
    """Rows of photo, front, back."""
    height = people.shape[0]
    wide = people.shape[1] // len(garments)
    tiles = []
    for number, garment in enumerate(garments):
        photo = cv2.imread(str(photos[garment.name]))
        scale = min(height / photo.shape[0], wide / photo.shape[1])
        photo = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        tile = np.full((height + 6, 2 * wide, 3), 255, np.uint8)
        top, left = (height - photo.shape[0]) // 2, (wide - photo.shape[1]) // 2
        tile[top : top + photo.shape[0], left : left + photo.shape[1]] = photo
        tile[:height, wide:] = people[:, number * wide : (number + 1) * wide]
        tiles.append(tile)
    tiles += [np.full_like(tiles[0], 255)] * (-len(tiles) % BESIDE)
    return np.vstack([np.hstack(tiles[at : at + BESIDE]) for at in range(0, len(tiles), BESIDE)])


def write_small(picture: np.ndarray, path: Path) -> None:
    """A JPEG of LARGEST bytes at most."""
    for quality in range(88, 20, -4):
        _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
        if len(data) <= LARGEST:
            break
    path.write_bytes(data.tobytes())


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wardrobe", type=Path, help="folder of garments that add-garment made")
    parser.add_argument("photos", type=Path, help="folder of the photos they were made from")
    parser.add_argument("--out", type=Path, default=Path("docs"), help="folder of the pictures (docs)")
    parser.add_argument("--samples", type=int, default=8, help="paths a pixel (8)")
    options = parser.parse_args(arguments)
    try:
        garments = [read_garment(path.parent) for path in sorted(options.wardrobe.glob("*/garment.json"))]
        garments.sort(key=lambda garment: (list(_ORDER).index(garment.kind), garment.name))
        photos = {
            path.stem: path for path in sorted(options.photos.iterdir()) if path.suffix.lower() in (".jpg", ".png")
        }
        body_path = library_folder() / "bodies" / f"{OPEN_BODY}.npz"
        sky = (Asset("none", "environment", body_path, "CC0", "", (9.0,) * 128),)
        cast = load_cast(Catalog((Asset(OPEN_BODY, "body", body_path, "CC0", ""),), sky), Ranges())
        looks = {
            f"garments/{g.name}": Look(f"garments/{g.name}", g.picture, g.picture.parent, "", "") for g in garments
        }
        many = BESIDE * ROWS
        for number, start in enumerate(tqdm(range(0, len(garments), many), desc="sheets", disable=None), 1):
            some = garments[start : start + many]
            specs = [wearer(garment, start + k, cast) for k, garment in enumerate(some)]
            people = render_people(specs, cast.bodies[OPEN_BODY], Closet(looks), options.samples)
            write_small(sheet(some, photos, people), options.out / f"garments_{number}.jpg")
    except PosewrightError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


_ORDER = ("t-shirt", "longsleeve", "shirt", "hoodie", "jacket", "trousers", "jeans", "shorts", "skirt", "dress")

if __name__ == "__main__":
    sys.exit(main())

"""Where the keypoints of face and hands are, numbered on a person: `python -m headless.show_keypoints --out docs/`.

Needs the bpy wheel.
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import bpy
import cv2
import numpy as np
from mathutils import Matrix

from blender_addon.core.cast import load_cast
from blender_addon.core.catalog import OPEN_BODY, Asset, Catalog, library_folder
from blender_addon.core.errors import PosewrightError
from blender_addon.core.figure import sample_figure
from blender_addon.core.person import make_person
from blender_addon.core.poses.mannequin import SMPL_TO_WORLD
from blender_addon.core.ranges import Ranges
from blender_addon.core.rotations import matrix_to_axis_angle
from blender_addon.core.spec import rounded
from blender_addon.core.wholebody import PARTS, WHOLEBODY_NAMES, locate
from blender_addon.scene.build import find_skin_map
from blender_addon.scene.person import build_person
from headless.show_garments import write_small

SIDE = 560
"""Pixels of each view."""
TWINS = 16
"""Pixels between points whose numbers would cover each other."""
SHOWN = ("skin", "eyes", "lashes")
FRONT, RIGHT, ABOVE = (
    ((1, 0, 0), (0, 0, 1), (0, -1, 0)),
    ((0, -1, 0), (0, 0, 1), (-1, 0, 0)),
    ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
)
"""Camera's axes: right, up, towards the viewer."""
# View -> part, metres across, axes, the points that it is centred on and those that are drawn.
VIEWS = {
    "face: jaw, brows, nose": ("face", 0.2, FRONT, range(68), range(36)),
    "face: from the person's right": (
        "face",
        0.2,
        RIGHT,
        range(68),
        [*range(9), *range(17, 22), *range(27, 31), 36, 48],
    ),
    "face: eyes": ("face", 0.12, FRONT, range(36, 48), range(36, 48)),
    "left hand, palm down": ("lefthand", 0.24, ABOVE, range(21), range(21)),
    "right hand, palm down": ("righthand", 0.24, ABOVE, range(21), range(21)),
    "face: mouth": ("face", 0.07, FRONT, range(48, 68), range(48, 68)),
}


def draw_person(seed: int):
    """Somebody grown-up in the T-pose, without hair and clothes."""
    path = library_folder() / "bodies" / f"{OPEN_BODY}.npz"
    sky = (Asset("none", "environment", path, "CC0", "", (9.0,) * 128),)
    cast = load_cast(Catalog((Asset(OPEN_BODY, "body", path, "CC0", ""),), sky), Ranges())
    spec = sample_figure(np.random.default_rng(seed), Ranges(), cast).spec
    pose = np.zeros((55, 3))
    pose[0] = matrix_to_axis_angle(SMPL_TO_WORLD)
    spec = replace(spec, pose=rounded(pose), position=(0.0, 0.0, 3.0), garments=())
    person = make_person(cast.bodies[OPEN_BODY], spec)
    person.surfaces = [surface for surface in person.surfaces if surface.name in SHOWN]
    return person


def render_view(scene, middle: np.ndarray, across: float, axes: np.ndarray, samples: int) -> np.ndarray:
    """(SIDE, SIDE, 3) uint8 BGR of what lies around `middle`, without perspective."""
    camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    camera.data.type, camera.data.ortho_scale = "ORTHO", across
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = axes.T, middle + axes[2]
    camera.matrix_world = Matrix(matrix.tolist())
    scene.collection.objects.link(camera)
    scene.camera = camera
    path = Path(bpy.app.tempdir) / "view.png"
    scene.render.filepath = str(path)
    scene.cycles.samples = samples
    bpy.ops.render.render(write_still=True)
    return cv2.imread(str(path))


def light(scene) -> None:
    world = bpy.data.worlds.new("sky")
    world.use_nodes = True
    world.node_tree.nodes["Background"].inputs[0].default_value = (0.9, 0.93, 1.0, 1)
    world.node_tree.nodes["Background"].inputs[1].default_value = 0.8
    scene.world = world
    sun = bpy.data.objects.new("sun", bpy.data.lights.new("sun", "SUN"))
    sun.data.energy, sun.data.angle, sun.rotation_euler = 2.0, 0.4, (0.9, 0.2, -0.3)
    scene.collection.objects.link(sun)
    scene.render.engine = "CYCLES"
    scene.cycles.use_denoising, scene.cycles.max_bounces = True, 3
    scene.render.resolution_x = scene.render.resolution_y = SIDE
    scene.view_settings.view_transform = "Standard"


def number_points(picture: np.ndarray, pixels: np.ndarray, numbers, title: str) -> None:
    """Dots first, so that none covers a number; a number stands away from the middle of its neighbours."""
    for x, y in pixels:
        cv2.circle(picture, (round(x), round(y)), 4, (255, 255, 255), -1, cv2.LINE_AA)
        cv2.circle(picture, (round(x), round(y)), 3, (40, 40, 220), -1, cv2.LINE_AA)
    for number, (x, y) in zip(numbers, pixels, strict=True):
        apart = np.linalg.norm(pixels - (x, y), axis=1)
        nearest = np.argsort(apart)
        near = pixels[nearest[1:2] if apart[nearest[1]] < TWINS else nearest[1:5]]
        away = (x, y) - near.mean(0)
        away = away / max(np.linalg.norm(away), 1e-6) * 13
        text = str(number)
        at = (round(x + away[0] - 4.5 * len(text)), round(y + away[1] + 5))
        cv2.putText(picture, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.42, (255, 255, 255), 3, cv2.LINE_AA)
        cv2.putText(picture, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.42, (60, 20, 0), 1, cv2.LINE_AA)
    cv2.putText(picture, title, (12, SIDE - 14), cv2.FONT_HERSHEY_SIMPLEX, 0.55, (60, 20, 0), 1, cv2.LINE_AA)


def draw(seed: int, samples: int) -> np.ndarray:
    """The whole picture, three views a row."""
    person = draw_person(seed)
    points = locate(person.body, WHOLEBODY_NAMES, person.posed.vertices)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    light(scene)
    build_person(person, "person", 1, scene.collection, find_skin_map(person.body.path))
    tiles = []
    for title, (part, across, axes, about, numbers) in VIEWS.items():
        own, axes = points[PARTS[part]], np.array(axes, float)
        middle = (own[list(about)].min(0) + own[list(about)].max(0)) / 2
        tile = render_view(scene, middle, across, axes, samples)
        offsets = (own[list(numbers)] - middle) @ axes[:2].T * [1, -1]
        number_points(tile, offsets * SIDE / across + SIDE / 2, list(numbers), title)
        tiles.append(tile)
    return np.vstack([np.hstack(tiles[:3]), np.hstack(tiles[3:])])


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs"), help="folder of the picture (docs)")
    parser.add_argument("--seed", type=int, default=5, help="another one, another person (5)")
    parser.add_argument("--samples", type=int, default=16, help="paths a pixel (16)")
    options = parser.parse_args(arguments)
    try:
        write_small(draw(options.seed, options.samples), options.out / "keypoints.jpg")
    except PosewrightError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

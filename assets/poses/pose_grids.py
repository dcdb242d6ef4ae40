"""Pictures of what each sampler draws, five by five: `python -m assets.poses.pose_grids --out docs/`.

Dressed bodies in plain colours on a plane, seen from above the horizon without perspective, so that feet that float
or sink, broken limbs and twisted wrists show.
"""

import argparse
import sys
from pathlib import Path

import bpy
import cv2
import numpy as np

from assets.poses.mesh_contact import default_body
from blender_addon.core.cast import Cast
from blender_addon.core.catalog import OPEN_BODY
from blender_addon.core.errors import PosewrightError
from blender_addon.core.figure import sample_figure
from blender_addon.core.furniture.kinds import seat_surface
from blender_addon.core.person import Person, make_person
from blender_addon.core.poses.mix import SAMPLERS, open_sources
from blender_addon.core.ranges import Ranges

SIDE = 5
COLUMN, ROW = 1.55, 5.2
"""Metres between people; the camera looks down so flatly that rows need more room than columns."""
PITCH = np.radians(24)
WIDTH, HEIGHT = 760, 1040
LARGEST = 150_000
"""Bytes of a picture."""
COLOURS = {"skin": (0.55, 0.36, 0.27), "eyes": (0.8, 0.8, 0.8), "hair": (0.09, 0.06, 0.05), "seat": (0.45, 0.42, 0.38)}
CLOTHES = ((0.12, 0.2, 0.34), (0.42, 0.12, 0.1), (0.16, 0.3, 0.2), (0.5, 0.42, 0.22), (0.2, 0.2, 0.23), (0.6, 0.6, 0.6))


def draw_person(rng: np.random.Generator, ranges: Ranges, cast: Cast) -> tuple[Person, float | None]:
    """One dressed person as pictures have them, and the height of its seat if it has one."""
    figure = sample_figure(rng, ranges, cast).standing(0.0, 0.0, float(rng.uniform(-0.9, 0.9)))
    person = make_person(cast.bodies[figure.spec.body], figure.spec)
    return person, seat_surface(figure.seat)[0] if figure.seat else None


def build_person(person: Person, seat, place, rng) -> None:
    """Put a person, and a block to sit on, at place (2,)."""
    colours = [CLOTHES[int(k)] for k in rng.permutation(len(CLOTHES))]
    for index, surface in enumerate(person.surfaces):
        colour = COLOURS.get(surface.name, colours[index % len(colours)])
        points = surface.posed + [place[0], place[1], 0]
        faces = [tuple(corner for corner in face if corner >= 0) for face in surface.faces.tolist()]
        _add_mesh(surface.name, points, faces, colour, smooth=True)
    if seat is not None:
        hips = person.posed.joints[0, :2] + place
        corners = np.array([(x, y, z) for z in (0, 1) for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))], float)
        sides = [(0, 1, 2, 3), (4, 5, 6, 7), (0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7)]
        _add_mesh("seat", corners * [0.19, 0.19, seat] + [*hips, 0], sides, COLOURS["seat"], smooth=False)


def _add_mesh(name, points, faces, colour, smooth):
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(np.asarray(points).tolist(), [], faces)
    mesh.polygons.foreach_set("use_smooth", np.full(len(mesh.polygons), smooth))
    mesh.materials.append(_material(colour))
    bpy.context.scene.collection.objects.link(bpy.data.objects.new(name, mesh))


def _material(colour):
    name = "colour " + " ".join(f"{part:.2f}" for part in colour)
    material = bpy.data.materials.get(name) or bpy.data.materials.new(name)
    material.use_nodes = True
    surface = material.node_tree.nodes["Principled BSDF"]
    surface.inputs["Base Color"].default_value = (*colour, 1.0)
    surface.inputs["Roughness"].default_value = 0.7
    return material


def build_stage(samples: int) -> None:
    """An empty scene: plane, sun, pale sky, a camera without perspective."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    plane = [(-60, -60, 0), (60, -60, 0), (60, 60, 0), (-60, 60, 0)]
    _add_mesh("ground", plane, [(0, 1, 2, 3)], (0.5, 0.5, 0.5), smooth=False)
    sun = bpy.data.objects.new("sun", bpy.data.lights.new("sun", "SUN"))
    sun.data.energy, sun.data.angle, sun.rotation_euler = 2.6, 0.1, (0.55, 0.35, 0.0)
    scene.collection.objects.link(sun)
    world = bpy.data.worlds.new("sky")
    world.use_nodes = True
    world.node_tree.nodes["Background"].inputs[0].default_value = (0.75, 0.82, 0.95, 1)
    world.node_tree.nodes["Background"].inputs[1].default_value = 0.55
    scene.world = world
    camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    camera.data.type, camera.data.ortho_scale = "ORTHO", (SIDE * COLUMN + 0.6) * HEIGHT / WIDTH
    camera.data.clip_end = 200
    camera.rotation_euler = (np.pi / 2 - PITCH, 0, 0)
    camera.location = np.array([0, 0, 0.85]) - 60 * np.array([0, np.cos(PITCH), -np.sin(PITCH)])
    scene.collection.objects.link(camera)
    scene.camera = camera
    scene.render.engine = "CYCLES"
    scene.cycles.samples, scene.cycles.use_denoising, scene.cycles.max_bounces = samples, True, 2
    scene.render.resolution_x, scene.render.resolution_y = WIDTH, HEIGHT
    scene.view_settings.view_transform = "Standard"


def render_grid(sampler: str, cast: Cast, out: Path, seed: int, samples: int) -> Path:
    """Draw 25 people of one sampler and write docs/poses_SAMPLER.jpg."""
    build_stage(samples)
    ranges = Ranges(pose_mix=sampler)
    for index in range(SIDE * SIDE):
        rng = np.random.default_rng([seed, index])
        person, seat = draw_person(rng, ranges, cast)
        column, row = index % SIDE, index // SIDE
        place = np.array([(column - (SIDE - 1) / 2) * COLUMN, ((SIDE - 1) / 2 - row) * ROW])
        points = np.concatenate([surface.posed for surface in person.surfaces])
        middle = (points[:, :2].min(0) + points[:, :2].max(0)) / 2
        build_person(person, seat, place - middle, rng)
    picture = out / f".poses_{sampler}.png"
    bpy.context.scene.render.filepath = str(picture.resolve())
    bpy.ops.render.render(write_still=True)
    path = out / f"poses_{sampler}.jpg"
    _shrink(picture, path)
    return path


def _shrink(picture: Path, path: Path) -> None:
    """PNG to a JPEG of LARGEST bytes at most."""
    pixels = cv2.imread(str(picture))
    for quality in range(90, 30, -5):
        _, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
        if len(data) <= LARGEST:
            break
    path.write_bytes(data.tobytes())
    picture.unlink()


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs"), help="folder of the pictures (docs)")
    parser.add_argument("--samplers", nargs="+", default=list(SAMPLERS), choices=SAMPLERS)
    parser.add_argument("--motion-prior", help="another one than the one that ships")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--samples", type=int, default=6, help="paths a pixel (6)")
    options = parser.parse_args(arguments)
    try:
        bodies = {OPEN_BODY: default_body()}
        options.out.mkdir(parents=True, exist_ok=True)
        for sampler in options.samplers:
            mix = {sampler: 1.0}
            cast = Cast(bodies, mix, open_sources(mix, motion_path=options.motion_prior))
            print(render_grid(sampler, cast, options.out, options.seed, options.samples))
    except PosewrightError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

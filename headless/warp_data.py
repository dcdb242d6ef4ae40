"""Make the set that warp_net learns from: `python -m headless.warp_data --out out/warp --people 300`.

Each person is drawn by the project's own sampler and rendered twice: flattened, as albedo from all around in a spread
pose, which gives the true texture; and as photos, in other poses, light and cameras. The same command goes on where it
was stopped; train, validation and test people share no draw.
"""

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

import bpy
import cv2
import numpy as np
from mathutils import Matrix
from tqdm import tqdm

from blender_addon.core.cast import load_cast
from blender_addon.core.catalog import load_catalog
from blender_addon.core.errors import PosewrightError, SettingsError
from blender_addon.core.exr import find_pass, read_exr
from blender_addon.core.figure import pose_outline, sample_figure
from blender_addon.core.person import make_person
from blender_addon.core.ranges import Ranges
from blender_addon.core.records import temporary_name
from blender_addon.core.rotations import axis_angle_to_matrix, turn_about_z
from blender_addon.core.spec import WorldSpec, rounded, to_dict
from blender_addon.scene import compat
from blender_addon.scene.build import clear_scene, find_skin_map
from blender_addon.scene.camera import build_camera
from blender_addon.scene.person import build_person
from blender_addon.scene.render import choose_device, render, set_up
from blender_addon.scene.world import build_world, look_at_environments, shipped_environments
from headless import render as program
from headless.render import chatter_to
from warp_net.make_data import (
    FLAT_CELL,
    SPLITS,
    Photo,
    fit_for,
    flat_camera,
    flat_cell,
    flat_places,
    flat_pose,
    flatten,
    perturb,
    photo_camera,
    save_person,
)
from warp_net.uv_layout import build_layout

TEXTURE = 256
FLAT_SAMPLES, PHOTO_SAMPLES = 2, 4
"""Paths a pixel; photos are denoised."""
BOUNCES = 1
"""At most: what more would add is lost in a photo of this size."""
LOOK, PHOTO, WORLD, FIT = range(4)
"""Streams of random numbers, one a purpose."""


def make_data(out: Path, people: int, split: str, seed: int, assets=(), start: int = 0) -> int:
    """Render people `start` to `start + people` of a split; those that are there stay. Returns how many were made.

    Raises:
        AssetError, SettingsError: as `load_catalog`, `load_cast`.
    """
    folder = out / split
    folder.mkdir(parents=True, exist_ok=True)
    todo = [index for index in range(start, start + people) if not person_path(folder, index).is_file()]
    if not todo:
        return 0
    ranges = Ranges()
    catalog = look_at_environments(load_catalog(assets, shipped_environments()))
    cast = load_cast(catalog, ranges)
    layout = build_layout(cast.bodies[ranges.bodies[0]], TEXTURE)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    choose_device("auto")
    for index in tqdm(todo, desc=f"{split} people", unit="", file=program.TERMINAL, disable=None):
        make_one(person_path(folder, index), [seed, SPLITS[split], index], ranges, catalog, cast, layout)
    return len(todo)


def person_path(folder: Path, index: int) -> Path:
    return folder / f"{index:06d}.npz"


def make_one(path: Path, seeds: list, ranges: Ranges, catalog, cast, layout) -> None:
    """One person: look, photos, file."""
    rng = np.random.default_rng([*seeds, LOOK])
    spec = sample_figure(rng, ranges, cast).spec
    body = cast.bodies[spec.body]
    look = render_look(spec, body, layout, cast.closet)
    count = int(rng.choice([1, 2, 3], p=[0.65, 0.25, 0.1]))
    photos = [render_photo(seeds, number, spec, ranges, catalog, cast, path.parent) for number in range(count)]
    save_person(path, look, photos, json.dumps({"spec": to_dict(spec), "seeds": seeds}))


def render_look(spec, body, layout, closet):
    """The person's look laid flat on its body."""
    spread = standing(replace(spec, pose=rounded(flat_pose())), body, closet)
    person = make_person(body, spread, closet)
    scene = bpy.context.scene
    clear_scene()
    person_object = build_person(person, "Person", 1, scene.collection, find_skin_map(body.path))
    surface = np.concatenate([surface.posed for surface in person.surfaces])
    _smooth_out(person_object)
    places = flat_places((surface.min(0) + surface.max(0)) / 2)
    for number, (turn, shift) in enumerate(places):
        copy = person_object if number == 0 else person_object.copy()
        if number:
            scene.collection.objects.link(copy)
        copy.matrix_world = Matrix.Translation(shift) @ Matrix(turn.tolist()).to_4x4()
    camera = flat_camera()
    build_camera(camera, scene)
    albedo, mask = _render_albedo(scene)
    fits, albedos, masks = [], [], []
    for number, (turn, shift) in enumerate(places):
        x, y = flat_cell(number)
        cell = slice(y, y + FLAT_CELL), slice(x, x + FLAT_CELL)
        fits.append(fit_for(spread, body, camera, turn, shift).moved(1.0, (-x, -y), (FLAT_CELL, FLAT_CELL)))
        albedos.append(albedo[cell])
        masks.append(mask[cell])
    return flatten(body, layout, fits, albedos, masks)


def _smooth_out(built) -> None:
    """Take bumps out of a person's materials: they do not change colours and cost most of the time."""
    for material in built.data.materials:
        tree = material.node_tree
        into = [link for link in tree.links if link.to_socket.name == "Normal"]
        for link in [link for link in into if link.to_node.type.startswith("BSDF")]:
            tree.links.remove(link)


def standing(spec, body, closet):
    """The same person with its lowest point on the ground."""
    spec = replace(spec, position=(0.0, 0.0, 0.0))
    _, _, lowest = pose_outline(body, spec, closet)
    return replace(spec, position=(0.0, 0.0, round(-lowest, 5)))


def _render_albedo(scene) -> tuple:
    """(H, W, 3) sRGB in [0, 1] of the surfaces' own colours and (H, W) bool mask."""
    cycles = scene.cycles
    scene.render.engine, scene.render.use_persistent_data = "CYCLES", True
    cycles.use_denoising = cycles.use_adaptive_sampling = False
    cycles.samples, cycles.seed, cycles.max_bounces = FLAT_SAMPLES, 0, 0
    layer = scene.view_layers[0]
    layer.use_pass_diffuse_color = layer.use_pass_object_index = True
    bpy.ops.render.render(write_still=False, scene=scene.name)
    compat.set_multilayer_exr(scene.render.image_settings)
    passes = temporary_name(Path(bpy.app.tempdir) / "albedo.exr")
    try:
        bpy.data.images["Render Result"].save_render(str(passes), scene=scene)
        channels = read_exr(passes)
    finally:
        passes.unlink(missing_ok=True)
    linear = np.stack([find_pass(channels, f"DiffCol.{c}", f"Diffuse Color.{c}") for c in "RGB"], -1)
    mask = np.rint(find_pass(channels, "IndexOB.X", "Object Index.X")) > 0
    linear = np.clip(linear, 0, 1)
    return np.where(linear < 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055), mask


def render_photo(seeds: list, number: int, spec, ranges: Ranges, catalog, cast, folder: Path) -> Photo:
    """The person in another pose, in some light."""
    rng = np.random.default_rng([*seeds, PHOTO, number])
    body = cast.bodies[spec.body]
    posed = sample_figure(rng, ranges, cast).spec
    pose = np.array(posed.pose)
    if number == 0 and rng.random() < 0.5:  # people who are photographed for their looks face the camera
        facing = axis_heading(pose[0])
        pose[0] = turn_about_z(pose[0], rng.normal(0, np.radians(30)) - facing)
    spec = standing(replace(spec, pose=rounded(pose)), body, cast.closet)
    person = make_person(body, spec, cast.closet)
    surface = np.concatenate([surface.posed for surface in person.surfaces])
    camera = photo_camera(rng, surface)
    scene = bpy.context.scene
    clear_scene()
    build_camera(camera, scene)
    build_person(person, "Person", 1, scene.collection, find_skin_map(body.path))
    world = sample_world(np.random.default_rng([*seeds, WORLD, number]), catalog, surface)
    build_world(world, catalog.environment(world.environment).path, camera.rotation[2], scene)
    set_up(scene, PHOTO_SAMPLES)
    scene.cycles.max_bounces, scene.cycles.diffuse_bounces, scene.cycles.glossy_bounces = BOUNCES, 1, 1
    scene.view_layers[0].use_pass_diffuse_color = False
    picture = temporary_name(folder / f"photo{seeds[-1]}.png")
    try:
        mask = render(scene, picture).mask == 1
        pixels = _read_picture(picture)
    finally:
        picture.unlink(missing_ok=True)
    true = fit_for(spec, body, camera)
    return Photo(pixels, mask, true, perturb(np.random.default_rng([*seeds, FIT, number]), true, body))


def axis_heading(root) -> float:
    """Angle about Z that a root rotation faces; 0 is -Y."""
    front = axis_angle_to_matrix(root) @ [0.0, 0.0, 1.0]
    return float(np.arctan2(front[0], -front[1]))


def sample_world(rng, catalog, surface) -> WorldSpec:
    """Any environment, turned any way."""
    chosen = catalog.environments[int(rng.integers(len(catalog.environments)))]
    middle = (surface.min(0) + surface.max(0)) / 2
    return WorldSpec(
        environment=chosen.name,
        rotation=round(float(rng.uniform(0, 2 * np.pi)), 4),
        brightness=round(float(np.exp(rng.normal(0, 0.2))), 4),
        projection_centre=rounded([*middle[:2], 1.6]),
        ground_radius=7.0,
        ground_roughness=0.8,
    )


def _read_picture(path) -> np.ndarray:
    return np.ascontiguousarray(cv2.imread(str(path), cv2.IMREAD_COLOR)[..., ::-1])


def main(arguments=None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder of the set")
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--split", default="train", choices=sorted(SPLITS))
    parser.add_argument("--start", type=int, default=0, help="first person, for several machines")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--assets", type=Path, action="append", default=[], help="asset folder; may be repeated")
    options = parser.parse_args(arguments)
    try:
        if options.people < 1 or options.start < 0 or options.seed < 0:
            raise SettingsError("--people is 1 or more, --start and --seed count from 0.")
        options.out.mkdir(parents=True, exist_ok=True)
        with chatter_to(options.out / f"{options.split}.log"):
            made = make_data(options.out, options.people, options.split, options.seed, options.assets, options.start)
        print(f"{made} people made in {options.out / options.split}")
    except PosewrightError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; the same command goes on from here", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())

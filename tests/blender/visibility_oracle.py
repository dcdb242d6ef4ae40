"""A second opinion on visibility: Cycles paints every surface in its own T-pose coordinates, and pixels are looked up.

The product casts rays with Blender's `scene.ray_cast`. Here the picture is rendered from the same camera with
materials that shine in the place of each surface point in the T-pose, one sample a pixel; what a keypoint's patch
point shows is what the pixel over it shows. `python -m tests.blender.visibility_oracle --persons 200` gives the figure.
"""

import argparse
import sys
from pathlib import Path

import bpy
import numpy as np

from blender_addon.core.camera import project
from blender_addon.core.cast import load_cast
from blender_addon.core.catalog import OPEN_BODY, load_catalog
from blender_addon.core.exr import find_pass, read_exr
from blender_addon.core.keypoints import coco_flags
from blender_addon.core.ranges import Ranges
from blender_addon.core.sample import sample_scene
from blender_addon.core.visibility import keypoint_patches
from blender_addon.scene import compat
from blender_addon.scene.build import build_scene, clear_scene
from blender_addon.scene.person import REST
from blender_addon.scene.render import choose_device
from blender_addon.scene.truth import measure
from blender_addon.scene.world import look_at_environments, shipped_environments

FINER = 3
"""Times the picture's size, so that a pixel is small against a patch."""


def paint_rest(built, folder: Path):
    """(H, W) person index and (H, W, 3) T-pose place of what each pixel shows, at FINER times the size."""
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.render.resolution_percentage = 100 * FINER
    scene.cycles.samples, scene.cycles.use_denoising, scene.cycles.use_adaptive_sampling = 1, False, False
    scene.cycles.pixel_filter_type, scene.cycles.filter_width = "BOX", 0.01
    scene.cycles.max_bounces = 0
    if hasattr(scene.cycles, "use_light_tree"):  # everything shines: sorting it all as lamps takes seconds
        scene.cycles.use_light_tree = False
    scene.world = None
    layer = scene.view_layers[0]
    layer.use_pass_object_index = True
    layer.material_override = _rest_material()
    bpy.ops.render.render(write_still=False)
    path = folder / "rest.exr"
    compat.set_multilayer_exr(scene.render.image_settings)
    bpy.data.images["Render Result"].save_render(str(path), scene=scene)
    channels = read_exr(path)
    layer.material_override = None
    scene.render.resolution_percentage = 100
    rest = np.stack([find_pass(channels, f"Combined.{axis}") for axis in "RGB"], -1)
    return np.rint(find_pass(channels, "IndexOB.X", "Object Index.X")).astype(int), rest - 2.0


def _rest_material():
    material = bpy.data.materials.new("rest")
    material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    nodes.clear()
    place = nodes.new("ShaderNodeAttribute")
    place.attribute_name = REST
    shift = nodes.new("ShaderNodeVectorMath")  # light cannot be negative
    shift.inputs[1].default_value = (2.0, 2.0, 2.0)
    glow, output = nodes.new("ShaderNodeEmission"), nodes.new("ShaderNodeOutputMaterial")
    links.new(place.outputs["Vector"], shift.inputs[0])
    links.new(shift.outputs[0], glow.inputs["Color"])
    links.new(glow.outputs[0], output.inputs["Surface"])
    return material


def second_opinion(built, number: int, patches, index: np.ndarray, rest: np.ndarray) -> np.ndarray:
    """(K,) share of each keypoint's patch seen, NaN where half of it or more is outside the picture."""
    posed = built.people[number - 1].posed
    pixels, depth = project(posed.vertices[patches.vertices], built.spec.camera)
    cells = np.floor(np.nan_to_num(pixels, nan=-1) * FINER).astype(int)
    height, width = index.shape
    inside = (depth > 0) & (cells >= 0).all(-1) & (cells < [width, height]).all(-1)
    columns, rows = np.where(inside, cells[..., 0], 0), np.where(inside, cells[..., 1], 0)
    distance = np.linalg.norm(rest[rows, columns] - posed.shaped[patches.vertices], axis=-1)
    seen = (index[rows, columns] == number) & (distance < patches.nearness[:, None]) & inside
    share = seen.sum(1) / np.maximum(inside.sum(1), 1)
    return np.where(inside.mean(1) > 0.5, share, np.nan)


def compare(seed: int, persons: int, folder: Path, assets=(), size=(640, 480)):
    """Agreement of the two methods' COCO flags, and the disagreements in words."""
    catalog = look_at_environments(load_catalog(assets, shipped_environments()))
    ranges = Ranges(width=size[0], height=size[1], samples=1)
    cast = load_cast(catalog, ranges)
    body = cast.bodies[OPEN_BODY]
    patches = {OPEN_BODY: keypoint_patches(body)}
    bpy.ops.wm.read_factory_settings(use_empty=True)
    choose_device("cpu")
    compared = agreed = done = index_number = 0
    odd = []
    while done < persons:
        clear_scene()
        spec = sample_scene(seed, index_number, catalog, ranges, cast)
        built = build_scene(spec, catalog, cast.bodies, bpy.context.scene)
        index, rest = paint_rest(built, folder)
        middle = index[FINER // 2 :: FINER, FINER // 2 :: FINER].astype(np.uint8)
        truth = measure(built, patches, middle)
        for number, person in enumerate(truth["persons"], 1):
            share = second_opinion(built, number, patches[OPEN_BODY], index, rest)
            flags = coco_flags(person["keypoints_px"], person["visible_fraction"], person["on_mask"], *size)[:, 2]
            others = coco_flags(person["keypoints_px"], np.nan_to_num(share), person["on_mask"], *size)[:, 2]
            usable = (flags > 0) & ~np.isnan(share)
            compared += int(usable.sum())
            agreed += int((flags == others)[usable].sum())
            for k in np.flatnonzero(usable & (flags != others)):
                odd.append(
                    f"picture {index_number} person {number} {body.keypoint_names[k]}: "
                    f"rays {person['visible_fraction'][k]:.2f} ({person['occluded_by'][k]}), painted {share[k]:.2f}"
                )
        done += len(truth["persons"])
        index_number += 1
    return agreed, compared, done, odd


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare traced visibility with a rendered second opinion.")
    parser.add_argument("--persons", type=int, default=200)
    parser.add_argument("--seed", type=int, default=77)
    parser.add_argument("--assets", type=Path, action="append", default=[])
    parser.add_argument("--folder", type=Path, default=Path("out/visibility"))
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    agreed, compared, done, odd = compare(options.seed, options.persons, options.folder, options.assets)
    for line in odd:
        print(line, file=sys.stderr)
    print(f"{done} persons, {compared} keypoints in frame, agreement {100 * agreed / compared:.2f} %", file=sys.stderr)


if __name__ == "__main__":
    main()

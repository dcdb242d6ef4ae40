"""A second opinion on visibility: Cycles paints every surface in its own T-pose coordinates, and pixels are looked up.

The product casts rays with Blender's `scene.ray_cast`. Here the picture is rendered from the same camera with
materials that shine in the place of each surface point in the T-pose, one sample a pixel; what a keypoint's patch
point shows is what the pixel over it shows. `python -m tests.blender.visibility_oracle --persons 200` gives the figure,
with `--keypoints wholebody` that of face and hands too, by parts of the body and by what hides a keypoint.
"""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import bpy
import numpy as np

from blender_addon.core.camera import project
from blender_addon.core.cast import load_cast
from blender_addon.core.catalog import OPEN_BODY, load_catalog
from blender_addon.core.exr import find_pass, read_exr
from blender_addon.core.keypoints import coco_flags
from blender_addon.core.presets import parse_setting
from blender_addon.core.ranges import Ranges
from blender_addon.core.sample import sample_scene
from blender_addon.core.visibility import CAUSES, keypoint_patches
from blender_addon.core.wholebody import PARTS, SETS
from blender_addon.scene import compat
from blender_addon.scene.build import build_scene, clear_scene
from blender_addon.scene.person import REST
from blender_addon.scene.render import choose_device
from blender_addon.scene.truth import measure
from blender_addon.scene.world import look_at_environments, shipped_environments

TALL = 1800
"""Pixels of the longer side of what is painted of a person, so that one is small against the patch of a finger."""
FINEST = 40
"""Times the picture's size, at most."""


@dataclass(frozen=True)
class Painted:
    """What pixels show, each at its middle."""

    index: np.ndarray
    """(H, W) the person's number, 0 for none."""
    rest: np.ndarray
    """(H, W, 3) place in the T-pose."""
    corner: tuple
    """(x, y) of the first pixel in the whole picture at `finer` times its size."""
    finer: int


def paint_rest(folder: Path, finer: int = 1, box=None) -> Painted:
    """The scene in T-pose colours at `finer` times the picture's size.

    Args:
        box: left, top, right and bottom of what is painted, in pixels of the picture; None is all of it.
    """
    scene = bpy.context.scene
    render = scene.render
    render.engine = "CYCLES"
    render.resolution_percentage = 100 * finer
    width, height = render.resolution_x * finer, render.resolution_y * finer
    left, top, right, bottom = (0, 0, width, height) if box is None else (int(side * finer) for side in box)
    render.use_border = render.use_crop_to_border = True
    # A quarter of a pixel inwards: Blender cuts these to whole pixels.
    render.border_min_x, render.border_max_x = (left + 0.25) / width, (right + 0.25) / width
    render.border_min_y, render.border_max_y = (height - bottom + 0.25) / height, (height - top + 0.25) / height
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
    compat.set_multilayer_exr(render.image_settings)
    bpy.data.images["Render Result"].save_render(str(path), scene=scene)
    channels = read_exr(path)
    layer.material_override = None
    render.resolution_percentage, render.use_border = 100, False
    rest = np.stack([find_pass(channels, f"Combined.{axis}") for axis in "RGB"], -1) - 2.0
    index = np.rint(find_pass(channels, "IndexOB.X", "Object Index.X")).astype(int)
    if index.shape != (bottom - top, right - left):
        raise RuntimeError(f"painted {index.shape}, wanted {(bottom - top, right - left)}")
    return Painted(index, rest, (left, top), finer)


def paint_person(built, number: int, patches, folder: Path) -> "Painted | None":
    """Close up, as far as they are in the picture; None when they are not."""
    camera = built.spec.camera
    pixels, depth = project(built.people[number - 1].posed.vertices[patches.vertices], camera)
    pixels = pixels[depth > 0]
    inside = pixels[((pixels >= 0) & (pixels < [camera.width, camera.height])).all(-1)]
    if not len(inside):
        return None
    box = [
        *np.maximum(np.floor(inside.min(0)) - 1, 0),
        *np.minimum(np.ceil(inside.max(0)) + 1, [camera.width, camera.height]),
    ]
    finer = int(np.clip(TALL / max(box[2] - box[0], box[3] - box[1]), 2, FINEST))
    return paint_rest(folder, finer, box)


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


def second_opinion(built, number: int, patches, painted: Painted):
    """What the painted picture says of one person. A point is told by the four pixels about it, each by its nearness.

    Returns:
        share: (K,) of each keypoint's patch that is seen, NaN where half of it or more is outside the picture.
        cause: (K,) the commonest of CAUSES among the rest, None where there is no rest.
    """
    posed = built.people[number - 1].posed
    pixels, depth = project(posed.vertices[patches.vertices], built.spec.camera)
    places = np.nan_to_num(pixels, nan=-9) * painted.finer - painted.corner - 0.5
    height, width = painted.index.shape
    inside = (depth > 0) & (places >= -0.5).all(-1) & (places < [width - 0.5, height - 0.5]).all(-1)
    first = np.floor(places).astype(int)
    votes = np.zeros((*inside.shape, 4))  # seen, then CAUSES
    for step in ((0, 0), (1, 0), (0, 1), (1, 1)):
        share = (1 - np.abs(places - first - step)).prod(-1) * inside
        columns, rows = (
            np.clip(first[..., axis] + step[axis], 0, side - 1) for axis, side in ((0, width), (1, height))
        )
        distance = np.linalg.norm(painted.rest[rows, columns] - posed.shaped[patches.vertices], axis=-1)
        shown = painted.index[rows, columns]
        near = (shown == number) & (distance < patches.nearness[:, None])
        answers = (near, (shown == number) & ~near, (shown > 0) & (shown != number), shown == 0)
        votes += np.stack([share * answer for answer in answers], -1)
    votes = votes.sum(1)
    cause = [CAUSES[int(others.argmax())] if others.any() else None for others in votes[:, 1:]]
    fraction = votes[:, 0] / np.maximum(inside.sum(1), 1)
    return np.where(inside.mean(1) > 0.5, fraction, np.nan), cause


@dataclass
class Tally:
    """Keypoints in the picture, of some kind."""

    compared: int = 0
    agreed: int = 0
    """On COCO's flag."""
    hidden: int = 0
    """By both."""
    same_cause: int = 0

    def __str__(self) -> str:
        flags = f"{self.agreed / max(self.compared, 1):8.2%} of {self.compared:6,} flags agree"
        return f"{flags}, {self.same_cause / max(self.hidden, 1):8.2%} of {self.hidden:6,} causes"


def tallies() -> dict:
    """Name -> Tally, in the order in which they are printed."""
    return {name: Tally() for name in ("body", *PARTS, "visible", *(f"hidden by {cause}" for cause in CAUSES), "all")}


def part_of(keypoint: int) -> str:
    return next((part for part, place in PARTS.items() if place.start <= keypoint < place.stop), "body")


def compare(seed: int, persons: int, folder: Path, assets=(), size=(640, 480), knobs=None):
    """Agreement of the two methods, and the disagreements in words.

    Args:
        knobs: of `Ranges`, to change.
    """
    catalog = look_at_environments(load_catalog(assets, shipped_environments()))
    sharp = {"depth_of_field": 0.0, "motion_blur": 0.0, "distortion": 0.0}  # one pixel, one thing
    ranges = Ranges(width=size[0], height=size[1], samples=1, **sharp, **(knobs or {})).check()
    cast = load_cast(catalog, ranges)
    patches = {OPEN_BODY: keypoint_patches(cast.bodies[OPEN_BODY], ranges.keypoints)}
    bpy.ops.wm.read_factory_settings(use_empty=True)
    choose_device("cpu")
    counts, odd, done, picture = tallies(), [], 0, 0
    while done < persons:
        clear_scene()
        spec = sample_scene(seed, picture, catalog, ranges, cast)
        built = build_scene(spec, catalog, cast.bodies, bpy.context.scene)
        truth = measure(built, patches, paint_rest(folder).index.astype(np.uint8))
        for number, person in enumerate(truth["persons"], 1):
            painted = paint_person(built, number, patches[OPEN_BODY], folder)
            if painted is None:
                continue
            opinion = second_opinion(built, number, patches[OPEN_BODY], painted)
            for k, line in count_person(counts, person, opinion, size):
                odd.append(f"picture {picture} person {number} {patches[OPEN_BODY].names[k]}: {line}")
        done += len(truth["persons"])
        picture += 1
        print(f"{done} persons", file=sys.stderr)
    return counts, done, odd


def count_person(counts: dict, person: dict, opinion: tuple, size: tuple):
    """Add one person to `counts`; yields (keypoint, words) of each disagreement.

    Args:
        person: of the record.
        opinion: from `second_opinion`.
    """
    share, causes = opinion
    flags = coco_flags(person["keypoints_px"], person["visible_fraction"], person["on_mask"], *size)[:, 2]
    others = coco_flags(person["keypoints_px"], np.nan_to_num(share), person["on_mask"], *size)[:, 2]
    for k in np.flatnonzero((flags > 0) & ~np.isnan(share)):
        cause = person["occluded_by"][k]
        fate = "visible" if flags[k] == 2 else f"hidden by {cause}" if cause else None  # None: its mask lies elsewhere
        both = flags[k] == others[k] == 1 and cause is not None
        for tally in {part_of(k), fate, "all"} - {None}:
            counts[tally].compared += 1
            counts[tally].agreed += int(flags[k] == others[k])
            counts[tally].hidden += int(both)
            counts[tally].same_cause += int(both and cause == causes[k])
        if flags[k] != others[k]:
            yield k, f"rays {person['visible_fraction'][k]:.2f} ({cause}), painted {share[k]:.2f} ({causes[k]})"


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare traced visibility with a rendered second opinion.")
    parser.add_argument("--persons", type=int, default=200)
    parser.add_argument("--seed", type=int, default=77)
    parser.add_argument("--keypoints", choices=SETS, default="coco")
    parser.add_argument("--set", action="append", default=[], metavar="KNOB=VALUE", help="any knob of a preset")
    parser.add_argument("--assets", type=Path, action="append", default=[])
    parser.add_argument("--folder", type=Path, default=Path("out/visibility"))
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    knobs = {knob: value for text in options.set for knob, value in parse_setting(text).items()}
    knobs["keypoints"] = options.keypoints
    counts, done, odd = compare(options.seed, options.persons, options.folder, options.assets, knobs=knobs)
    for line in odd:
        print(line, file=sys.stderr)
    for name, tally in counts.items():
        if tally.compared:
            print(f"{name:16} {tally}")
    print(f"{done} persons, {len(odd)} disagreements")


if __name__ == "__main__":
    main()

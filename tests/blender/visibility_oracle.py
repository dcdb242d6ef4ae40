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

FINER = {"coco": 3, "wholebody": 7}
"""Times the picture's size, so that a pixel is small against a patch; those of fingers are small."""


def paint_rest(folder: Path, finer: int):
    """(H, W) person index and (H, W, 3) T-pose place of what each pixel shows, at `finer` times the size."""
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.render.resolution_percentage = 100 * finer
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


def second_opinion(built, number: int, patches, index: np.ndarray, rest: np.ndarray, finer: int):
    """What the painted picture says of one person.

    Args:
        index, rest, finer: of `paint_rest`.
    Returns:
        share: (K,) of each keypoint's patch that is seen, NaN where half of it or more is outside the picture.
        cause: (K,) the commonest of CAUSES among the rest, None where there is no rest.
    """
    posed = built.people[number - 1].posed
    pixels, depth = project(posed.vertices[patches.vertices], built.spec.camera)
    cells = np.floor(np.nan_to_num(pixels, nan=-1) * finer).astype(int)
    height, width = index.shape
    inside = (depth > 0) & (cells >= 0).all(-1) & (cells < [width, height]).all(-1)
    columns, rows = np.where(inside, cells[..., 0], 0), np.where(inside, cells[..., 1], 0)
    distance = np.linalg.norm(rest[rows, columns] - posed.shaped[patches.vertices], axis=-1)
    shown = index[rows, columns]
    seen = (shown == number) & (distance < patches.nearness[:, None]) & inside
    share = seen.sum(1) / np.maximum(inside.sum(1), 1)
    others = ((shown == number) & ~seen, (shown > 0) & (shown != number), shown == 0)
    votes = np.stack([other & inside for other in others], -1).sum(1)
    cause = [CAUSES[int(vote.argmax())] if vote.any() else None for vote in votes]
    return np.where(inside.mean(1) > 0.5, share, np.nan), cause


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
    counts, odd, done, picture, finer = tallies(), [], 0, 0, FINER[ranges.keypoints]
    while done < persons:
        clear_scene()
        spec = sample_scene(seed, picture, catalog, ranges, cast)
        built = build_scene(spec, catalog, cast.bodies, bpy.context.scene)
        index, rest = paint_rest(folder, finer)
        middle = index[finer // 2 :: finer, finer // 2 :: finer].astype(np.uint8)
        truth = measure(built, patches, middle)
        for number, person in enumerate(truth["persons"], 1):
            opinion = second_opinion(built, number, patches[OPEN_BODY], index, rest, finer)
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

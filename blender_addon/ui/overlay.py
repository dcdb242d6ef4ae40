"""Skeletons and keypoints over the 3D view, kept up to date while things are moved.

Drawing draws what `refresh` and its quick brother found; nothing is measured there.
"""

import time

import bpy
import gpu
import numpy as np
from bpy.app.handlers import persistent
from gpu_extras.batch import batch_for_shader

from ..core.errors import PosewrightError
from ..core.keypoints import KEYPOINT_NAMES, SKELETON
from ..scene import compat
from ..scene.truth import read_points
from . import studio
from .look import FEW, Seen, look, tell
from .properties import ranges_of, spec_of

LEFT, RIGHT, MIDDLE = (0.24, 0.86, 0.43, 1), (1, 0.55, 0.16, 1), (0.27, 0.71, 1, 1)
"""As the contact sheet has them: green is the person's own left."""
INK = (0.05, 0.05, 0.05, 1)
FEET_LIMBS = (("ankle", "heel"), ("ankle", "big_toe"), ("big_toe", "small_toe"))
RADIUS, SMALL, THICK = 6.0, 2.0, 2.5
"""Pixels of the screen, before its scale."""
CORNERS = 16
SETTLED = 0.25
"""Seconds without a move after which all rays are cast."""

_seen: dict = {}
"""Scene's name -> (spec's text, [Seen])."""
_read: dict = {}
"""Scene's name -> (spec's text, keypoints, spec, people, patches, points of meshes), kept while the spec stays."""
_moved = 0.0
_looking = False
_handle = None


def switched(scene) -> None:
    """The overlay was turned on or off."""
    refresh(scene)


def refresh(scene, rays: int | None = None) -> float:
    """Measure the scene as it stands; returns the seconds that it took.

    Args:
        rays: as `look` has them.
    """
    started = time.perf_counter()
    settings = scene.posewright
    _seen.pop(scene.name, None)
    if settings.overlay and settings.spec:
        try:
            spec, people, patches, points = _scene_read(scene)

            def read(mesh):
                if mesh.name not in points:
                    points[mesh.name] = read_points(mesh)
                return points[mesh.name]

            _seen[scene.name] = settings.spec, look(scene, spec, people, patches, rays, read)
        except (PosewrightError, IndexError, KeyError) as error:  # half-way through an undo, or a strange camera
            _say(f"Posewright: {error}")
    _tell(scene)
    _redraw()
    return time.perf_counter() - started


def _scene_read(scene) -> tuple:
    settings = scene.posewright
    kept = _read.get(scene.name)
    if kept is None or kept[0] != settings.spec or kept[1] != settings.knobs.keypoints:
        ranges = ranges_of(settings)
        catalog, cast = studio.open_studio(settings, ranges)
        spec = spec_of(settings)
        people = [studio.dressed(cast.bodies[person.body], person, catalog.closet) for person in spec.persons]
        patches = studio.patches_of(cast.bodies, ranges.keypoints)
        _read.clear()
        kept = _read[scene.name] = settings.spec, settings.knobs.keypoints, spec, people, patches, {}
    return kept[2:]


@persistent
def _scene_changed(scene, graph) -> None:
    """Follow what is moved, with few rays; all of them are cast once it stands still."""
    global _moved, _looking
    settings = getattr(scene, "posewright", None)
    if _looking or settings is None or not settings.overlay or not settings.spec:
        return
    if not any(isinstance(update.id, (bpy.types.Object, bpy.types.Camera)) for update in graph.updates):
        return
    kept = _read.get(scene.name)
    if kept is not None and kept[0] == settings.spec:  # else people are dressed first, which takes a while
        _looking = True  # casting rays may bring the scene up to date, which ends here again
        try:
            refresh(scene, FEW)
        finally:
            _looking = False
    _moved = time.monotonic()
    if not bpy.app.timers.is_registered(_settle):
        bpy.app.timers.register(_settle, first_interval=SETTLED)


def _settle():
    waited = time.monotonic() - _moved
    if waited < SETTLED:
        return SETTLED - waited
    scene = bpy.context.scene
    if scene is not None:
        refresh(scene)
    return None


@persistent
def _file_loaded(*_) -> None:
    _seen.clear()
    _read.clear()
    scene = bpy.context.scene
    if scene is not None and scene.posewright.overlay and not bpy.app.timers.is_registered(_settle):
        bpy.app.timers.register(_settle, first_interval=SETTLED)


@persistent
def _stepped(*_) -> None:
    """After undo and redo."""
    global _moved
    _moved = time.monotonic()
    if not bpy.app.timers.is_registered(_settle):
        bpy.app.timers.register(_settle, first_interval=0.05)


def _tell(scene) -> None:
    """Causes of the active person, or of whoever has most hidden, in the status bar."""
    found = seen_in(scene)
    if not found:
        _say(None)
        return
    view = bpy.context.view_layer
    active = view.objects.active if view else None
    chosen = next((seen for seen in found if active is not None and seen.name == active.name), None)
    _say(tell(chosen or max(found, key=lambda seen: int((seen.flags == 1).sum()))))


def _say(text: str | None) -> None:
    if not bpy.app.background and bpy.context.workspace is not None:
        bpy.context.workspace.status_text_set(text)


def _redraw() -> None:
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                area.tag_redraw()


def seen_in(scene) -> list[Seen]:
    """What was found last, unless another scene has been built since."""
    text, found = _seen.get(scene.name, ("", []))
    return found if text == scene.posewright.spec else []


def _draw() -> None:
    context = bpy.context
    scene = context.scene
    if not scene.posewright.overlay or not context.space_data.overlay.show_overlays:
        return
    found = seen_in(scene)
    if not found:
        return
    to_view = np.array(context.region_data.perspective_matrix)
    scale = context.preferences.system.ui_scale
    points, colours = shapes(found, to_view, context.region.width, context.region.height, scale)
    if not len(points):
        return
    shader = compat.coloured_shader()
    batch = batch_for_shader(shader, "TRIS", {"pos": points.tolist(), "color": colours.tolist()})
    gpu.state.blend_set("ALPHA")
    batch.draw(shader)
    gpu.state.blend_set("NONE")


def shapes(found: list, to_view: np.ndarray, width: int, height: int, scale: float) -> tuple:
    """Triangles of all skeletons.

    Args:
        to_view: (4, 4) world to clip space.
    Returns:
        (N, 2) pixels of the region, three to a triangle, and (N, 4) colours.
    """
    triangles, colours = [np.zeros((0, 2))], [np.zeros((0, 4))]
    for seen in found:
        pixels = _to_region(seen.places, to_view, width, height)
        shown = (seen.flags > 0) & np.isfinite(pixels).all(1)
        own = dict(zip(seen.names, range(len(seen.names)), strict=True))
        for start, end in limbs():
            a, b = own[start], own[end]
            if shown[a] and shown[b]:
                line = _line(pixels[a], pixels[b], THICK * scale, RADIUS * scale)
                _add(triangles, colours, line, _limb_colour(start, end))
        for k, name in enumerate(seen.names):
            if not shown[k]:
                continue
            radius = (RADIUS if k < len(KEYPOINT_NAMES) else SMALL) * scale
            rim, colour = 1.2 * scale, _colour(name)
            if seen.flags[k] == 2:
                _add(triangles, colours, _disc(pixels[k], radius + rim), INK)
                _add(triangles, colours, _disc(pixels[k], radius), colour)
            else:
                _add(triangles, colours, _ring(pixels[k], radius, radius + rim), INK)
                _add(triangles, colours, _ring(pixels[k], 0.66 * radius, radius), colour)
    return np.concatenate(triangles), np.concatenate(colours)


def limbs() -> list:
    """Pairs of names: COCO's and those of the feet."""
    body = [(KEYPOINT_NAMES[a - 1], KEYPOINT_NAMES[b - 1]) for a, b in SKELETON]
    return body + [(f"{side}_{a}", f"{side}_{b}") for side in ("left", "right") for a, b in FEET_LIMBS]


def _add(triangles: list, colours: list, points: np.ndarray, colour: tuple) -> None:
    triangles.append(points)
    colours.append(np.tile(colour, (len(points), 1)))


def _to_region(places: np.ndarray, to_view: np.ndarray, width: int, height: int) -> np.ndarray:
    """(K, 2) pixels from the region's lower left corner, NaN behind the view."""
    clip = places @ to_view[:, :3].T + to_view[:, 3]
    depth = np.where(clip[:, 3] > 1e-6, clip[:, 3], np.nan)
    return (clip[:, :2] / depth[:, None] * 0.5 + 0.5) * [width, height]


def _line(start, end, thick: float, short: float) -> np.ndarray:
    """It ends `short` of both its ends, so that hollow keypoints stay hollow."""
    along = end - start
    length = np.linalg.norm(along)
    if length <= 2 * short:
        return np.zeros((0, 2))
    start, end = start + along / length * short, end - along / length * short
    aside = np.array([-along[1], along[0]]) / length * thick / 2
    return np.array([start + aside, start - aside, end - aside, start + aside, end - aside, end + aside])


_ANGLES = np.linspace(0, 2 * np.pi, CORNERS + 1)
_CIRCLE = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], 1)


def _disc(middle, radius: float) -> np.ndarray:
    rim = middle + radius * _CIRCLE
    return np.stack([np.broadcast_to(middle, (CORNERS, 2)), rim[:-1], rim[1:]], 1).reshape(-1, 2)


def _ring(middle, inner: float, outer: float) -> np.ndarray:
    low, high = middle + inner * _CIRCLE, middle + outer * _CIRCLE
    return np.stack([low[:-1], high[:-1], high[1:], low[:-1], high[1:], low[1:]], 1).reshape(-1, 2)


def _colour(name: str) -> tuple:
    return LEFT if name.startswith("left") else RIGHT if name.startswith("right") else MIDDLE


def _limb_colour(start: str, end: str) -> tuple:
    colours = {_colour(start), _colour(end)} - {MIDDLE}
    return colours.pop() if len(colours) == 1 else MIDDLE


HANDLERS = (("depsgraph_update_post", _scene_changed), ("load_post", _file_loaded), ("undo_post", _stepped),
            ("redo_post", _stepped))  # fmt: skip


def register() -> None:
    global _handle
    for name, handler in HANDLERS:
        getattr(bpy.app.handlers, name).append(handler)
    if not bpy.app.background:
        _handle = bpy.types.SpaceView3D.draw_handler_add(_draw, (), "WINDOW", "POST_PIXEL")


def unregister() -> None:
    global _handle
    for name, handler in HANDLERS:
        getattr(bpy.app.handlers, name).remove(handler)
    if _handle is not None:
        bpy.types.SpaceView3D.draw_handler_remove(_handle, "WINDOW")
        _handle = None
    if bpy.app.timers.is_registered(_settle):
        bpy.app.timers.unregister(_settle)
    _seen.clear()
    _read.clear()

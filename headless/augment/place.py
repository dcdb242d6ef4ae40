"""Where cutouts go: at a size that is true of their distance, upright, in front of somebody.

A cutout is a picture of something real from a camera. Turning that camera about its lens changes nothing that is seen
of the thing, so a turn (3, 3) is all that it takes to put it anywhere in another camera's picture, and its 3D labels
stay true there. It stands on the ground, or on something that the picture's lower edge cuts off; nothing floats.
It is never put behind what the picture shows, nor before somebody who is nearer.
"""

import numpy as np

from blender_addon.core.camera import intrinsics, to_camera
from blender_addon.core.chance import one_of
from blender_addon.core.spec import CameraSpec, PasteSpec, rounded
from headless.augment.geometry import show
from headless.augment.library import Cutout, Library, pixels_of
from headless.augment.view import View, look_up, on_cutout, solid, tangents_of

TRIES = 120
COARSE = 160
"""Columns of the grid that places are tried on."""
NEAR = 0.5
"""Share of the things that are so near that the picture's edge cuts them."""
NEARER, SUPPORT = (0.25, 0.85), 0.9
"""How far away they are, over who is hidden; and metres above the ground that they may stand, on something unseen."""
TALL = 1.2
"""Metres; taller things stand on the ground."""
SIZES = (0.65, 1.6)
"""Times that other things are shown larger than at the distance they were rendered from."""
SHARPEST = 1.7
"""Pixels of the picture to one of the cutout, at most: more would look blurred."""
LIKE = np.radians(14)
"""How much steeper than its cutout was something may be looked at; the chance falls off as a bell does."""
GAP = 0.3
"""Metres to whom it hides."""
NEAREST = 0.45
"""Metres."""
LEAST_HIDDEN, MOST_HIDDEN = 0.05, 0.7
"""Of somebody's pixels."""
LARGEST = 0.5
"""Of the picture."""


def find_place(rng: np.random.Generator, library: Library, people: bool, view: View) -> tuple | None:
    """A cutout and how it goes on the picture, or None when none is found in TRIES.

    Returns:
        its Cutout, a PasteSpec whose looks are still to be matched, and metres to it.
    """
    shown = np.unique(view.mask[view.mask > 0])
    cutouts = library.people if people else library.things
    if not len(shown) or not cutouts:
        return None
    for _ in range(TRIES):
        cutout, target = one_of(rng, cutouts), int(one_of(rng, shown))
        near = not people and rng.random() < NEAR
        proposal = _propose(rng, near, cutout, target, view)
        if proposal and _fits(near, proposal, target, library, view):
            return cutout, *proposal
    return None


def _propose(rng, near: bool, cutout: Cutout, target: int, view: View):
    """A PasteSpec and metres to it; None when it could not look right."""
    mirror = np.diag([-1.0 if rng.random() < 0.5 else 1.0, 1.0, 1.0])
    camera = cutout.spec.camera
    foot = mirror @ to_camera([*_place(cutout), 0.0], camera)
    away, down = float(np.linalg.norm(foot)), mirror @ -np.array(camera.rotation)[:, 2]
    support, larger = 0.0, 1.0
    if near:
        larger = away / (view.ranges[target - 1] * float(np.exp(rng.uniform(*np.log(NEARER)))))
        support = float(rng.uniform(0, SUPPORT)) if cutout.spec.occluders[0].params["size"][2] < TALL else 0.0
    elif not cutout.is_person:
        larger = float(np.exp(rng.uniform(*np.log(SIZES))))
    if away / larger < NEAREST or _magnified(camera, larger, view) > SHARPEST:
        return None
    aside = float(rng.normal(0, 0.5)) * _width(cutout) / away * larger
    aim = _ground(_look_at(rng, target, view), aside, away / larger, support, view)
    seen = np.array([*(larger * foot[:2] / foot[2]), 1.0])
    if aim is None or (near and _is_inside(aim, view)):
        return None
    steeper = (_angle(aim, view.down) - _angle(seen, down)) / LIKE
    frames = _upright(aim, view.down), _upright(seen, down)
    if frames[0] is None or frames[1] is None or rng.random() > np.exp(-(steeper**2)):
        return None
    return _spec(cutout, frames[0] @ frames[1].T @ mirror, larger), away / larger


def _magnified(camera: CameraSpec, larger: float, view: View) -> float:
    """Pixels of the picture to one of the cutout."""
    return float(intrinsics(view.camera)[0, 0] * larger / intrinsics(camera)[0, 0])


def _look_at(rng, target: int, view: View) -> np.ndarray:
    """(3,) towards any pixel of somebody."""
    rows, columns = np.nonzero(view.mask == target)
    pixel = int(rng.integers(len(rows)))
    return np.array([*tangents_of(view.camera)[rows[pixel], columns[pixel]], 1.0])


def _is_inside(point: np.ndarray, view: View) -> bool:
    """Whether (3,) in the camera's frame shows in the picture."""
    x, y = show(point, view.camera)
    return bool(0 <= x < view.camera.width and 0 <= y < view.camera.height)


def _place(cutout: Cutout) -> tuple:
    """(2,) on the ground under it."""
    spec = cutout.spec
    return (spec.persons or spec.occluders)[0].position[:2]


def _width(cutout: Cutout) -> float:
    """Metres."""
    return 0.5 if cutout.is_person else float(cutout.spec.occluders[0].params["size"][0])


def _ground(aim, aside: float, away: float, support: float, view: View):
    """(3,) point so many metres from the lens and `support` above the ground, towards `aim`, turned aside by radians.

    None when the lens is farther above that, or under it, or the point is behind the camera.
    """
    rotation, eye = np.array(view.camera.rotation), view.camera.position[2] - support
    if not 0.05 < eye < 0.98 * away:
        return None
    ahead = aim @ rotation
    angle = np.arctan2(ahead[1], ahead[0]) + aside
    along = np.sqrt(away**2 - eye**2)
    point = rotation @ [along * np.cos(angle), along * np.sin(angle), -eye]
    return point if point[2] > 0.1 else None


def _angle(one, other) -> float:
    return float(np.arccos(np.clip(one @ other / np.linalg.norm(one) / np.linalg.norm(other), -1, 1)))


def _upright(ahead, down):
    """(3, 3) columns: right, down as seen, and along `ahead`; None when that is straight up or down."""
    ahead = ahead / np.linalg.norm(ahead)
    right = np.cross(down, ahead)
    length = np.linalg.norm(right)
    if length < 0.05:
        return None
    right /= length
    return np.stack([right, np.cross(ahead, right), ahead], 1)


def _spec(cutout: Cutout, turn: np.ndarray, larger: float) -> PasteSpec:
    spec = cutout.spec
    return PasteSpec(
        cutout=cutout.name,
        sha256=cutout.sha256,
        persons=spec.persons,
        occluders=spec.occluders,
        environment=spec.world.environment,
        camera=spec.camera,
        turn=rounded(turn, 9),
        larger=round(larger, 6),
        gain=(1.0, 1.0, 1.0),
        blur=0.0,
        noise=0.0,
        seed=0,
    )


def _fits(near: bool, proposal: tuple, target: int, library: Library, view: View) -> bool:
    """Whether it hides some of the target, too much of nobody, and nobody who is nearer."""
    paste, away = proposal
    step = max(view.camera.width // COARSE, 1)
    places = on_cutout(tangents_of(view.camera, step), paste)
    layers = pixels_of(library.folder, paste.cutout, (paste.camera.height, paste.camera.width))
    there, person = solid(look_up(layers, places))
    mask = view.mask[step // 2 :: step, step // 2 :: step]
    if not 0.002 < there.mean() < LARGEST or (paste.persons and person.mean() < 0.002):
        return False
    if (view.nearest[step // 2 :: step, step // 2 :: step][there] < away).any():
        return False
    if near and not there[-1].any():
        return False
    for number in np.unique(mask[mask > 0]):
        own = mask == number
        hidden = (own & there).sum() / own.sum()
        if (hidden and away + GAP > view.ranges[number - 1]) or hidden > MOST_HIDDEN:
            return False
        if number == target and hidden < LEAST_HIDDEN:
            return False
    return bool((mask == target).any())

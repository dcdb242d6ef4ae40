"""The knob `occlusion`: things are put in front of people until about the asked share of their keypoints is hidden.

Every scene has a target of its own, drawn about the knob. People hide some of themselves and of each other already; a
scene in which that is more than its target stays as it is, and targets are drawn lower to make up for such scenes.
"""

import math

import numpy as np

from .boxes import box_of
from .camera import project
from .chance import one_of
from .held import beside, sample_beside
from .hidden import Sight, covered_by, look
from .occluders import give_to_hold
from .placing import NEAREST, Room, stand
from .spec import OccluderSpec
from .things import sample_thing, thing_shape

BY_PEOPLE, BY_PEOPLE_SPREAD = 0.22, 0.13
"""Mean and standard deviation over scenes of the share that people and their seats hide."""
BY_LOOKS = 0.07
"""Of what bare bodies show: hair lies over ears and sleeves over wrists. `python -m headless.measure_occlusion`."""
REACHED = 0.78
"""Of what things should hide, how much they do: there is no room for more in some scenes."""
SPREAD = 0.12
"""Standard deviation of targets."""
MOST = 0.8
LEAST_SEEN = 3
"""Keypoints of everybody in the picture that stay visible, as far as they were."""
CLOSE = 0.03
"""How near to its target a scene is left alone."""
WORTH = 0.15
"""Of what is missing, that a thing has to hide to be let stand: others may do better in its place."""
HIGH_ENOUGH, ASIDE = 0.9, 0.5
"""Of a thing's height, where the line to a keypoint may pass; of its width, how far from its middle."""
TRIES, MOST_DRAWN, PATIENCE = 400, 28, 60
"""Places looked at; of them those that are drawn, which takes a hundredth of a second each; and those looked at in vain
before a thing is taken away."""
MOST_THINGS = 7
BESIDE, HELD = 0.12, 2
"""Share of the things that are put right beside somebody; most that are put into hands."""


def draw_target(rng: np.random.Generator, asked: float) -> float:
    """The share of hidden keypoints that one scene is to have."""
    return float(np.clip(rng.normal(target_mean(asked), SPREAD), 0.0, MOST))


def target_mean(asked: float) -> float:
    """Mean of normal targets whose larger-of-both with what people hide comes to `asked` on the average, when REACHED
    of what things are to add to that is reached.

    The mean of the larger of two normal numbers is Clark's, "The greatest of a finite set of random variables" (1961).
    """
    wanted = BY_PEOPLE + (asked - BY_PEOPLE) / REACHED
    low, high = -1.0, 1.0
    for _ in range(40):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if _mean_of_larger(middle) < wanted else (low, middle)
    return low


def _mean_of_larger(mean: float) -> float:
    spread = math.hypot(SPREAD, BY_PEOPLE_SPREAD)
    z = (mean - BY_PEOPLE) / spread
    below = 0.5 * (1 + math.erf(z / math.sqrt(2)))
    return mean * below + BY_PEOPLE * (1 - below) + spread * math.exp(-z * z / 2) / math.sqrt(2 * math.pi)


def hide_share(rng: np.random.Generator, figures: list, frame, camera, ranges, cast, seats: list) -> list:
    """Things that bring the hidden share to the scene's target.

    Args:
        camera: CameraSpec of the first view.
        cast: with `bodies` and `models`.
        seats: OccluderSpecs that stand already.
    Returns:
        OccluderSpecs, the seats not among them.
    """
    room = Room(figures, frame, list(seats), most_hidden=1.0)  # `_all_show` knows better
    target = (draw_target(rng, ranges.occlusion) - BY_LOOKS) / (1 - BY_LOOKS)
    sight = look(figures, cast.bodies, camera)
    give_to_hold(rng, room, HELD)
    if len(sight.person):
        covered = np.zeros(sight.seen.shape, bool)
        for thing in room.things:
            covered |= covered_by(sight, *thing_shape(thing, cast.models))
        _fill(rng, room, sight, covered, target, cast.models)
    return room.things[len(seats) :]


def _fill(rng, room: Room, sight: Sight, covered: np.ndarray, target: float, models: tuple) -> None:
    """Add things while they bring the share nearer to its target; where one is in the way of others, it goes again."""
    first, added = len(room.things), []
    share = most = sight.hidden(covered).mean()
    best, drawn, stuck = room.things[:], 0, 0
    for _ in range(TRIES):
        missing = target - share
        if missing < CLOSE or drawn == MOST_DRAWN:
            break
        now = np.any([covered, *added], axis=0)
        if stuck > PATIENCE and added:
            least = int(np.argmin([hides.mean() for hides in added]))
            del added[least], room.things[first + least]
            share, stuck = sight.hidden(np.any([covered, *added], axis=0)).mean(), 0
            continue
        stuck += 1
        thing = _propose_hiding(rng, room, sight, now, models)
        if len(added) == MOST_THINGS or not thing or not _may_hide(sight, now, thing) or not room.takes(thing):
            continue
        drawn += 1
        hides = covered_by(sight, *thing_shape(thing, models))
        hidden = sight.hidden(now | hides)
        if WORTH * missing < hidden.mean() - share < missing + CLOSE and _all_show(sight, hidden):
            room.things.append(thing)
            added.append(hides)
            share, stuck = hidden.mean(), 0
            if share > most:
                best, most = room.things[:], share
    room.things[:] = best


def _may_hide(sight: Sight, covered: np.ndarray, thing: OccluderSpec) -> bool:
    """Whether the box about a thing is before any keypoint that shows."""
    corners, depth = project(box_of(thing).corners, sight.camera)
    if depth.min() < NEAREST:
        return True
    shown = ~sight.hidden(covered)
    middles = sight.pixels[shown].mean(1)
    inside = ((middles > corners.min(0)) & (middles < corners.max(0))).all(1)
    return bool((inside & (sight.depth[shown].mean(1) > depth.min())).any())


def _all_show(sight: Sight, hidden: np.ndarray) -> bool:
    """Whether enough of everybody is left, of those of whom there was enough."""
    before = sight.hidden(np.zeros(sight.seen.shape, bool))
    left, had = (np.bincount(sight.person, ~flags) for flags in (hidden, before))
    return bool((left >= np.minimum(had, LEAST_SEEN)).all())


def _propose_hiding(rng, room: Room, sight: Sight, covered, models: tuple) -> OccluderSpec | None:
    """Something on the line from the lens to a keypoint that shows, as far away as it takes to be high enough."""
    shown = np.flatnonzero(~sight.hidden(covered))
    if not len(shown):
        return None
    chosen = one_of(rng, shown)
    if rng.random() < BESIDE:
        return beside(rng, room.figures[sight.person[chosen]], sample_beside(rng))
    there = {thing.params.get("asset") for thing in room.things}
    others = tuple(facts for facts in models if facts.name not in there)
    params, yaw = sample_thing(rng, others), float(rng.uniform(-np.pi, np.pi))
    eye, point = room.frame.eye, sight.places[chosen]
    shares = np.linspace(0.3, 1.0, 71)
    heights = eye + shares * (point[2] - eye)  # of the line
    reached = shares[(heights > 0) & (heights < HIGH_ENOUGH * params["size"][2])]
    if not len(reached):
        return None
    # Near to the person things hide what is behind them; near to the lens they hide all there is.
    away, width = float(np.linalg.norm(point[:2])), min(params["size"][:2])
    nearest = reached[-1] - rng.uniform(0.15, 0.6) / away
    share = max(reached[0], nearest - (nearest - reached[0]) * rng.beta(1.0, 3.0))
    aside = rng.uniform(-ASIDE, ASIDE) * width
    return stand(params, share * point[:2] + aside * np.array([point[1], -point[0]]) / away, yaw)

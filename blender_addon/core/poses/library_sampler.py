"""Poses from libraries and motion takes, each as likely as the next."""

import numpy as np

from ..chance import pick_row
from ..errors import blaming
from .amass import Take, read_clip
from .library import PoseLibrary
from .limits import clip, mirror_pose
from .movement import mirrored as mirror_movement
from .validity import Candidate

BY_TAKE = 0.5
"""Share of the draws for which every take of a library is as likely as any other; else every pose is. A library
chosen for variety holds few poses of a walk, as all of them are alike, and people walk a lot."""


def propose_recorded(rng: np.random.Generator, libraries, steps: int = 1) -> Candidate:
    """A recorded pose, mirrored half of the time.

    Args:
        libraries: PoseLibrary and Take, mixed; a library counts as many times as it has sources.
        steps: of `spec.MOTION_STEP` for which a take tells how it goes on; a library knows of one, if of any.
    """
    weights = [len(item.sources) if isinstance(item, PoseLibrary) else 1 for item in libraries]
    chosen = libraries[pick_row(rng, weights)]
    mirrored = rng.random() < 0.5
    if isinstance(chosen, Take):
        with blaming(chosen.name):
            pose, movements, detail = read_clip(chosen, float(rng.random()), steps)
        movements = tuple(map(mirror_movement, movements)) if mirrored else movements
        return Candidate("library", detail, _turned_over(pose, mirrored), movements=movements)
    row = _draw_row(rng, chosen)
    heading, elevation = float(chosen.heading[row]), float(chosen.elevation[row])
    seen = np.isfinite(heading)
    movement = chosen.movement(row)
    movements = () if movement is None else (mirror_movement(movement) if mirrored else movement,)
    return Candidate(
        kind="library",
        detail=chosen.label(row),
        pose=_turned_over(chosen.poses[row], mirrored),
        # A photograph shows no floor.
        floor=None if seen else (float(chosen.clearance[row]), bool(chosen.seat[row])),
        heading=(-heading if mirrored else heading) if seen else None,
        elevation=elevation if np.isfinite(elevation) else None,
        movements=movements,
    )


def _draw_row(rng, library: PoseLibrary) -> int:
    rows = np.zeros(0, int)
    if rng.random() < BY_TAKE:
        rows = np.flatnonzero(library.source == int(rng.integers(len(library.sources))))
    return int(rows[int(rng.integers(len(rows)))]) if len(rows) else int(rng.integers(len(library)))


def _turned_over(pose, mirrored: bool) -> np.ndarray:
    pose = clip(pose)
    return mirror_pose(pose) if mirrored else pose

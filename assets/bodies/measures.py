"""Lengths and girths of shaped bodies in the T-pose, as a tape would take them."""

import numpy as np
from scipy.spatial import ConvexHull

from blender_addon.core.body import BodyModel
from blender_addon.core.posing import shape_body

DENSITY = 1000.0
"""Kilograms a cubic metre, of a living body with some air in it."""
# Name -> what of a person's height it may be; generous about the extremes of anthropometric surveys, children included.
PLAUSIBLE = {
    "waist": (0.34, 0.85),
    "hips": (0.37, 0.85),
    "chest": (0.40, 0.85),
    "thigh": (0.22, 0.48),
    "upper arm": (0.10, 0.32),
    "neck": (0.20, 0.37),
    "arm": (0.26, 0.34),
    "leg": (0.46, 0.57),
    "span": (0.92, 1.12),
    "head": (0.07, 0.135),
}


def measure(body: BodyModel, betas) -> dict:
    """Metres by name, also 'height', and 'mass index' in kilograms a square metre."""
    vertices, joints = shape_body(body, betas)
    skin = vertices[: body.skin_vertices]
    height = np.ptp(skin[:, 1])
    names = {name: row for row, name in enumerate(body.joint_names)}
    joint = lambda name: joints[names[name]]  # noqa: E731
    trunk = np.abs(skin[:, 0]) < np.abs(joint("left_shoulder")[0]) - 0.005 * height
    knee, hip = joint("left_knee"), joint("left_hip")
    leg = (skin[:, 0] > 0.001) & trunk
    arm = skin[:, 1] > joint("left_elbow")[1] - 0.12 * height
    shoulder, elbow, wrist = joint("left_shoulder"), joint("left_elbow"), joint("left_wrist")
    return {
        "height": height,
        "waist": girth(skin[trunk], 1, joint("spine1")[1], 0.006 * height),
        "hips": girth(skin[trunk], 1, hip[1], 0.006 * height),
        "chest": girth(skin[trunk], 1, joint("spine3")[1], 0.006 * height),
        "thigh": girth(skin[leg], 1, 0.65 * hip[1] + 0.35 * knee[1], 0.008 * height),
        "upper arm": girth(skin[arm], 0, 0.5 * (shoulder[0] + elbow[0]), 0.008 * height),
        "neck": girth(skin[trunk], 1, 0.5 * (joint("neck")[1] + joint("head")[1]), 0.006 * height),
        "arm": float(np.linalg.norm(elbow - shoulder) + np.linalg.norm(wrist - elbow)),
        "leg": float(hip[1] - skin[:, 1].min()),
        "span": float(np.ptp(skin[:, 0])),
        "head": float(skin[:, 1].max() - joint("head")[1]),
        "mass index": float(volume(vertices, body.faces) * DENSITY / height**2),
    }


def girth(points: np.ndarray, axis: int, level: float, reach: float) -> float:
    """Length of a tape round the points within `reach` of a level along an axis; it spans hollows."""
    across = [k for k in range(3) if k != axis]
    near = points[np.abs(points[:, axis] - level) < reach]
    return float(ConvexHull(near[:, across]).area) if len(near) >= 3 else float("nan")


def volume(vertices: np.ndarray, faces: np.ndarray) -> float:
    """Cubic metres inside a closed mesh (Gauss's theorem)."""
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    return float(np.einsum("fd,fd->", a, np.cross(b, c)) / 6)


def implausible(measures: dict) -> list:
    """Names of the measures that no person has."""
    height = measures["height"]
    return [name for name, (low, high) in PLAUSIBLE.items() if not low <= measures[name] / height <= high]

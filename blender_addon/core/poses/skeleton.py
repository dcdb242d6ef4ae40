"""The adult that poses are worked out on when no other body is given, and how to measure another."""

import numpy as np

from .mannequin import HEAD, PELVIS, SPINE1, SPINE3, Skeleton


def measure_skeleton(joints, vertices) -> Skeleton:
    """The skeleton of a shaped body.

    Args:
        joints: (55, 3) rest joints, metres, SMPL frame.
        vertices: (V, 3) the skin in the same T-pose.
    """
    joints, vertices = np.asarray(joints, float), np.asarray(vertices, float)
    joints, vertices = joints - joints[0], vertices - joints[0]  # SMPL's pelvis is not at its origin
    sole = vertices[:, 1].min()
    high = joints[HEAD][1] - sole
    near = np.abs(vertices[:, 0]) < 0.12 * high  # the trunk without the arms

    def slice_at(y):
        return vertices[near & (np.abs(vertices[:, 1] - y) < 0.015 * high)]

    waist, chest, hips = slice_at(joints[SPINE1][1]), slice_at(joints[SPINE3][1]), slice_at(joints[PELVIS][1])
    bottom = vertices[(np.abs(vertices[:, 0]) < 0.07 * high) & (np.abs(vertices[:, 0]) > 0.03 * high)]
    bottom = bottom[(bottom[:, 2] < joints[PELVIS][2]) & (np.abs(bottom[:, 1] - joints[PELVIS][1]) < 0.1 * high)]
    return Skeleton(
        joints=joints,
        sole=float(sole),
        belly=float(waist[:, 2].max() - joints[SPINE1][2]),
        back=float(joints[SPINE1][2] - waist[:, 2].min()),
        chest=float(chest[:, 2].max() - joints[SPINE3][2]),
        waist=float(np.abs(hips[:, 0]).max()),
        seat=float(joints[PELVIS][2] - bottom[:, 2].min()),
    )


DEFAULT_SKELETON = Skeleton(
    joints=np.array(
        [
            (0, 0, 0),
            (108, -14, -8),
            (-108, -14, -8),
            (0, 145, -24),
            (108, -383, 0),
            (-108, -383, 0),
            (0, 222, -27),
            (108, -807, -37),
            (-108, -807, -37),
            (0, 345, -38),
            (118, -855, 99),
            (-118, -855, 99),
            (0, 524, 2),
            (23, 450, 15),
            (-23, 450, 15),
            (0, 619, 35),
            (172, 429, 11),
            (-172, 429, 11),
            (424, 429, 11),
            (-424, 429, 11),
            (650, 429, 11),
            (-650, 429, 11),
            (0, 628, 49),
            (29, 660, 112),
            (-29, 660, 112),
            (753, 424, 37),
            (779, 424, 39),
            (802, 424, 40),
            (752, 429, 11),
            (786, 429, 9),
            (814, 429, 8),
            (737, 425, -26),
            (758, 425, -31),
            (773, 425, -35),
            (747, 429, -8),
            (776, 429, -13),
            (801, 429, -16),
            (687, 424, 36),
            (699, 404, 55),
            (724, 385, 74),
            (-753, 424, 37),
            (-779, 424, 39),
            (-802, 424, 40),
            (-752, 429, 11),
            (-786, 429, 9),
            (-814, 429, 8),
            (-737, 425, -26),
            (-758, 425, -31),
            (-773, 425, -35),
            (-747, 429, -8),
            (-776, 429, -13),
            (-801, 429, -16),
            (-687, 424, 36),
            (-699, 404, 55),
            (-724, 385, 74),
        ]
    )
    / 1000,
    sole=-0.879,
    belly=0.149,
    back=0.038,
    chest=0.169,
    waist=0.165,
    seat=0.1,
)
"""Of the open body's mean."""

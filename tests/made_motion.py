"""Small motion files in the published forms, made for tests: a SMPL-X pose written by other rigs' rules."""

import numpy as np
from scipy.spatial.transform import Rotation

from blender_addon.core.poses.mannequin import PARENTS, SMPL_TO_WORLD
from blender_addon.core.poses.skeleton import DEFAULT_SKELETON
from blender_addon.core.rotations import axis_angle_to_matrix

REST = DEFAULT_SKELETON.joints
NAMES = {
    0: "Hips", 3: "Spine", 6: "Spine1", 9: "Spine2", 12: "Neck", 15: "Head",
    1: "LeftUpLeg", 4: "LeftLeg", 7: "LeftFoot", 10: "LeftToeBase",
    2: "RightUpLeg", 5: "RightLeg", 8: "RightFoot", 11: "RightToeBase",
    13: "LeftShoulder", 16: "LeftArm", 18: "LeftForeArm", 20: "LeftHand", 28: "LeftHandMiddle1",
    14: "RightShoulder", 17: "RightArm", 19: "RightForeArm", 21: "RightHand", 43: "RightHandMiddle1",
}  # fmt: skip
"""SMPL-X joint -> its name in a MotionBuilder rig."""
ARMS = {16: -1, 18: -1, 20: -1, 28: -1, 17: 1, 19: 1, 21: 1, 43: 1}
Y_UP, Z_UP, X_UP = np.eye(3), SMPL_TO_WORLD, np.array([[0.0, 1, 0], [0, 0, 1], [1, 0, 0]])


def write_bvh(path, poses, order="ZXY", axes=Y_UP, arms_down=0.0, trail=None, frame_time=1 / 30):
    """Write SMPL-X poses as a BVH of a MotionBuilder rig.

    Args:
        poses: (T, 55, 3), the root in the Z-up world.
        order: of the rotation channels, the same for all joints but the arms', which have it reversed.
        axes: (3, 3) from SMPL's Y-up axes to the file's.
        arms_down: radians from the T-pose to the rig's pose with all turns zero.
        trail: (T, 3) metres in SMPL's axes; still when None.
    """
    turned = np.array([world_rotations(pose) for pose in poses])
    rest = {joint: axis_angle_to_matrix([0, 0, ARMS.get(joint, 0) * arms_down]) for joint in NAMES}
    world = {joint: axes @ turned[:, joint] @ rest[joint].T @ axes.T for joint in NAMES}
    trail = np.zeros((len(poses), 3)) if trail is None else trail
    lines, columns = ["HIERARCHY"], [100 * trail @ axes.T]

    def write(joint, depth):
        pad, parent = "\t" * depth, PARENTS[joint]
        offset = axes @ rest[parent] @ (REST[joint] - REST[parent]) if joint else np.zeros(3)
        channels = order[::-1] if joint in ARMS else order
        local = np.swapaxes(world[parent], 1, 2) @ world[joint] if joint else world[joint]
        columns.append(Rotation.from_matrix(local).as_euler(channels, degrees=True))
        lines.append(f"{pad}{'JOINT' if joint else 'ROOT'} {NAMES[joint]}")
        lines.append(pad + "{")
        lines.append(f"{pad}\tOFFSET {numbers(100 * offset)}")
        places = "" if joint else "Xposition Yposition Zposition "
        turns = " ".join(f"{axis}rotation" for axis in channels)
        lines.append(f"{pad}\tCHANNELS {3 if joint else 6} {places}{turns}")
        children = [child for child in NAMES if PARENTS[child] == joint]
        for child in children:
            write(child, depth + 1)
        if not children:
            lines.extend([f"{pad}\tEnd Site", pad + "\t{", f"{pad}\t\tOFFSET 0 0 1", pad + "\t}"])
        lines.append(pad + "}")

    write(0, 0)
    lines += ["MOTION", f"Frames: {len(poses)}", f"Frame Time: {frame_time}"]
    lines += [numbers(row) for row in np.concatenate(columns, 1)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\r\n".join(lines) + "\r\n")
    return path


def numbers(row) -> str:
    return " ".join(f"{number:.6f}" for number in row)


def world_rotations(pose) -> np.ndarray:
    """(55, 3, 3) in SMPL's Y-up axes; pose (55, 3) with the root in the Z-up world."""
    turned = axis_angle_to_matrix(np.asarray(pose, float))
    turned[0] = SMPL_TO_WORLD.T @ turned[0]
    for joint in range(1, 55):
        turned[joint] = turned[PARENTS[joint]] @ turned[joint]
    return turned


ASF = """# made for a test
:version 1.10
:name MADE
:units
  mass 1.0
  length 0.45
  angle deg
:documentation
   nothing of note
:root
   order TX TY TZ RX RY RZ
   axis XYZ
   position 0 0 0
   orientation 0 0 0
:bonedata
{bones}
:hierarchy
  begin
    root lhipjoint rhipjoint lowerback
    lhipjoint lfemur
    lfemur ltibia
    ltibia lfoot
    lfoot ltoes
    rhipjoint rfemur
    rfemur rtibia
    rtibia rfoot
    rfoot rtoes
    lowerback upperback
    upperback thorax
    thorax lowerneck lclavicle rclavicle
    lowerneck upperneck
    upperneck head
    lclavicle lhumerus
    lhumerus lradius
    lradius lwrist
    lwrist lhand
    lhand lfingers
    rclavicle rhumerus
    rhumerus rradius
    rradius rwrist
    rwrist rhand
    rhand rfingers
  end
"""
TRUNK_BONES = {
    "lowerback": ((0, 1, 0), 2, (0, 0, 0), "rx ry rz"),
    "upperback": ((0, 1, 0), 2, (0, 0, 0), "rx ry rz"),
    "thorax": ((0, 1, 0), 2, (0, 0, 0), "rx ry rz"),
    "lowerneck": ((0, 1, 0), 1.7, (0, 0, 0), "rx ry rz"),
    "upperneck": ((0, 1, 0), 1.7, (0, 0, 0), "rx ry rz"),
    "head": ((0, 1, 0), 1.7, (0, 0, 0), "rx ry rz"),
}
SIDE_BONES = {
    "hipjoint": ((0.6, -0.75, 0.3), 2.4, (0, 0, 0), ""),
    "femur": ((0.342, -0.94, 0), 7.2, (0, 0, 20), "rx ry rz"),
    "tibia": ((0.342, -0.94, 0), 7.5, (0, 0, 20), "rx"),
    "foot": ((0.067, -0.183, 0.981), 2.4, (-90, 0, 20), "rx rz"),
    "toes": ((0, 0, 1), 1.2, (-90, 0, 20), "rx"),
    "clavicle": ((0.94, 0.33, -0.08), 3.5, (0, 0, 0), "ry rz"),
    "humerus": ((1, 0, 0), 5, (180, -30, -90), "rx ry rz"),
    "radius": ((1, 0, 0), 3.5, (180, -30, -90), "rx"),
    "wrist": ((1, 0, 0), 1.7, (0, 90, 90), "ry"),
    "hand": ((1, 0, 0), 0.7, (0, 90, 90), "rx rz"),
    "fingers": ((1, 0, 0), 0.6, (0, 90, 90), "rx"),
}
"""Of CMU's skeletons: direction, length, axis and dof of the left; the right is their mirror image."""


def bones() -> dict:
    table = dict(TRUNK_BONES)
    for name, ((x, y, z), length, (a, b, c), dof) in SIDE_BONES.items():
        table[f"l{name}"] = ((x, y, z), length, (a, b, c), dof)
        table[f"r{name}"] = ((-x, y, z), length, (a, -b, -c), dof)
    return table


def write_asf(path):
    """A skeleton in the form and with the names of CMU's."""
    parts = []
    for number, (name, (direction, length, axis, dof)) in enumerate(bones().items(), 1):
        rows = [f"id {number}", f"name {name}", f"direction {numbers(direction)}", f"length {length}"]
        rows.append(f"axis {numbers(axis)}  XYZ")
        if dof:
            rows += [
                f"dof {dof}",
                *["limits (-90.0 90.0)" if k == 0 else "(-90.0 90.0)" for k in range(len(dof.split()))],
            ]
        parts.append("  begin\n" + "".join(f"     {row}\n" for row in rows) + "  end")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(ASF.format(bones="\n".join(parts)))
    return path


def write_amc(path, frames):
    """Frames of a motion; each is {bone: numbers}, others are zero."""
    lines = ["#!OML:ASF made", ":FULLY-SPECIFIED", ":DEGREES"]
    for number, frame in enumerate(frames, 1):
        lines.append(str(number))
        lines.append("root " + numbers(frame.get("root", (0, 17, 0, 0, 0, 0))))
        for name, (_, _, _, dof) in bones().items():
            if dof:
                lines.append(f"{name} " + numbers(frame.get(name, [0] * len(dof.split()))))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")
    return path

"""Acclaim's ASF and AMC: bones turn about axes of their own, and what is wrong is named with its line."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from assets.poses.asf_amc import read_amc, read_asf
from assets.poses.takes import find_skeleton
from blender_addon.core.errors import AssetError
from tests.made_motion import SIDE_BONES, write_amc, write_asf


def test_a_skeleton_keeps_lengths_and_the_order_of_its_tree(tmp_path):
    skeleton = read_asf(write_asf(tmp_path / "07.asf"))
    femur = skeleton.names.index("lfemur")
    assert skeleton.names[0] == "root" and skeleton.parents[0] == -1
    assert all(parent < joint for joint, parent in enumerate(skeleton.parents))
    assert np.linalg.norm(skeleton.bones[femur]) == pytest.approx(7.2)
    assert skeleton.unit == 0.45 and skeleton.dofs[femur] == ("rx", "ry", "rz")


def test_turns_are_about_the_bones_own_axes(tmp_path):
    """By the format's description: world = parent C R C^-1, with C from `axis` and R from the dofs, X first."""
    skeleton = read_asf(write_asf(tmp_path / "07.asf"))
    frame = {"root": (1, 17, 2, 10, 20, 30), "lfemur": (-40, 5, 10), "ltibia": (60,), "lfoot": (5, -7)}
    motion = read_amc(write_amc(tmp_path / "07_01.amc", [frame]), skeleton)
    world = Rotation.from_euler("xyz", [10, 20, 30], degrees=True)
    place = np.array([1.0, 17, 2])
    for name, angles in (("hipjoint", (0, 0, 0)), ("femur", (-40, 5, 10)), ("tibia", (60, 0, 0)), ("foot", (5, 0, -7))):
        direction, length, axis, _ = SIDE_BONES[name]
        joint = motion.names.index(f"l{name}")
        np.testing.assert_allclose(motion.position[0, joint], place, atol=1e-6)
        own = Rotation.from_euler("xyz", axis, degrees=True)
        world = world * own * Rotation.from_euler("xyz", angles, degrees=True) * own.inv()
        np.testing.assert_allclose(motion.turned[0, joint], world.as_matrix(), atol=1e-6)
        place = place + world.apply(np.array(direction) / np.linalg.norm(direction) * length)


def test_radians_are_read_as_such(tmp_path):
    skeleton = read_asf(write_asf(tmp_path / "07.asf"))
    degrees = read_amc(write_amc(tmp_path / "a.amc", [{"ltibia": (60,)}]), skeleton)
    path = write_amc(tmp_path / "b.amc", [{"ltibia": (np.pi / 3,)}])
    path.write_text(path.read_text().replace(":DEGREES", ":RADIANS"))
    np.testing.assert_allclose(read_amc(path, skeleton).position, degrees.position, atol=1e-5)


def test_frames_are_thinned_to_the_rate_but_the_trail_is_whole(tmp_path):
    skeleton = read_asf(write_asf(tmp_path / "07.asf"))
    path = write_amc(tmp_path / "07_01.amc", [{"root": (number, 0, 0, 0, 0, 0)} for number in range(48)])
    motion = read_amc(path, skeleton, rate=10)
    assert motion.frames.tolist() == [0, 12, 24, 36]
    np.testing.assert_array_equal(motion.position[:, 0, 0], motion.frames)
    assert len(motion.trail) == 48


BROKEN_ASF = [
    pytest.param(lambda text: "", "a section :root", id="empty"),
    pytest.param(lambda text: "HIERARCHY\n" + text, "line 1: expected a section", id="foreign"),
    pytest.param(lambda text: text.split(":hierarchy")[0], "section :hierarchy", id="no hierarchy"),
    pytest.param(lambda text: text[: text.index(":hierarchy") - 8], "hierarchy", id="cut"),
    pytest.param(lambda text: text.replace("length 7.2", "length nan"), "line .*a length", id="NaN"),
    pytest.param(lambda text: text.replace("length 7.2", "length 1e30"), "line .*a length", id="absurd"),
    pytest.param(lambda text: text.replace("length 7.2\n", "\n"), "a bone with length", id="a bone without length"),
    pytest.param(lambda text: text.replace("XYZ", "XXZ"), "order of axes", id="axes"),
    pytest.param(lambda text: text.replace("dof rx\n", "dof rw\n"), "rw", id="unknown dof"),
    pytest.param(lambda text: text.replace("lfemur ltibia", "lfemur lshin"), "found 'lshin'", id="unknown bone"),
    pytest.param(lambda text: text.replace("ltibia lfoot", "ltibia lfemur"), "one parent", id="a loop"),
    pytest.param(lambda text: text.replace("    lfemur ltibia\n", ""), "below the root", id="a loose bone"),
    pytest.param(lambda text: text.replace("length 0.45", "length 0"), "above 0", id="unit"),
    pytest.param(lambda text: text.replace("angle deg", "angle grad"), "angle rad", id="angle"),
]


@pytest.mark.parametrize("edit, message", BROKEN_ASF)
def test_a_broken_skeleton_is_named(tmp_path, edit, message):
    path = write_asf(tmp_path / "07.asf")
    path.write_text(edit(path.read_text()))
    with pytest.raises(AssetError, match=rf"07\.asf, line \d+.*{message}|07\.asf.*{message}"):
        read_asf(path)


def test_a_deep_skeleton_is_refused(tmp_path):
    deep = [f"  begin\n id {k}\n name b{k}\n direction 0 1 0\n length 1\n axis 0 0 0 XYZ\n  end" for k in range(400)]
    tree = ["root b0", *[f"b{k} b{k + 1}" for k in range(399)]]
    head = ":version 1\n:root\n order TX TY TZ RX RY RZ\n axis XYZ\n orientation 0 0 0\n"
    lines = [":bonedata", *deep, ":hierarchy", "begin", *tree, "end"]
    (tmp_path / "deep.asf").write_text(head + "\n".join(lines))
    with pytest.raises(AssetError, match="200 bones deep"):
        read_asf(tmp_path / "deep.asf")


BROKEN_AMC = [
    pytest.param(lambda text: "", "frame 1", id="empty"),
    pytest.param(lambda text: text.replace(":FULLY-SPECIFIED", ""), "FULLY-SPECIFIED", id="not fully specified"),
    pytest.param(lambda text: text[: len(text) * 2 // 3], r"07_01\.amc, line", id="cut"),
    pytest.param(lambda text: text.replace("\n2\n", "\n3\n"), "frame 2", id="a frame is missing"),
    pytest.param(lambda text: text.replace("ltibia", "lshin"), "found 'lshin'", id="unknown bone"),
    pytest.param(lambda text: text.replace("ltibia 60.000000\n", ""), "ltibia", id="a bone is missing in one frame"),
    pytest.param(lambda text: text.replace("ltibia 60.000000", "ltibia 60 1"), "1 numbers for ltibia", id="dofs"),
    pytest.param(lambda text: text.replace("ltibia 60.000000", "ltibia nan"), "ltibia, found 'nan'", id="NaN"),
    pytest.param(lambda text: text.replace("ltibia 60.000000", "ltibia 1e12"), "ltibia, found '1e12'", id="absurd"),
    pytest.param(lambda text: text.replace("root 0.000000", "root inf"), "root", id="an infinite place"),
]


@pytest.mark.parametrize("edit, message", BROKEN_AMC)
def test_a_broken_motion_is_named(tmp_path, edit, message):
    skeleton = read_asf(write_asf(tmp_path / "07.asf"))
    path = write_amc(tmp_path / "07_01.amc", [{}, {"ltibia": (60,)}, {}])
    path.write_text(edit(path.read_text()))
    with pytest.raises(AssetError, match=message):
        read_amc(path, skeleton, rate=120)


def test_the_skeleton_of_a_take_is_the_subjects(tmp_path):
    one, two = write_asf(tmp_path / "01.asf"), write_asf(tmp_path / "02.asf")
    assert find_skeleton(tmp_path / "01_05.amc") == one and find_skeleton(tmp_path / "02_01.amc") == two
    with pytest.raises(AssetError, match=r"2 \.asf skeletons"):
        find_skeleton(tmp_path / "03_01.amc")
    alone = write_asf(tmp_path / "other" / "subject.asf")
    assert find_skeleton(tmp_path / "other" / "walk.amc") == alone

"""BVH files: what they say is read exactly, and what is wrong is named with its line."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from assets.poses.bvh import read_bvh
from blender_addon.core.errors import AssetError

SMALL = """HIERARCHY
ROOT Hips
{
  OFFSET 1 2 3
  CHANNELS 6 Xposition Yposition Zposition Zrotation Yrotation Xrotation
  JOINT Left Leg
  {
    OFFSET 0 -10 0
    CHANNELS 2 Yrotation Xrotation
    End Site
    {
      OFFSET 0 -8 1
    }
  }
  JOINT Chest
  {
    OFFSET 0 5 0
    CHANNELS 3 Yrotation Zrotation Xrotation
  }
}
MOTION
Frames: 2
Frame Time: 0.1
0 0 0 0 0 0 0 0 0 0 0
1 2 3 30 20 10 40 50 15 25 35
"""


def write(tmp_path, text):
    path = tmp_path / "take.bvh"
    path.write_text(text)
    return path


def test_positions_are_forward_kinematics_of_the_channels_as_listed(tmp_path):
    motion = read_bvh(write(tmp_path, SMALL))
    assert motion.names == ("Hips", "Left Leg", "Left Leg_end", "Chest")
    assert motion.parents.tolist() == [-1, 0, 1, 0]
    np.testing.assert_allclose(motion.position[0], [[0, 0, 0], [0, -10, 0], [0, -18, 1], [0, 5, 0]], atol=1e-12)
    hips = Rotation.from_euler("ZYX", [30, 20, 10], degrees=True)
    leg = hips * Rotation.from_euler("YX", [40, 50], degrees=True)
    chest = hips * Rotation.from_euler("YZX", [15, 25, 35], degrees=True)
    knee = [1, 2, 3] + hips.apply([0, -10, 0])
    np.testing.assert_allclose(motion.position[1, 1], knee, atol=1e-9)
    np.testing.assert_allclose(motion.position[1, 2], knee + leg.apply([0, -8, 1]), atol=1e-9)
    np.testing.assert_allclose(motion.turned[1, 3], chest.as_matrix(), atol=1e-9)


def test_a_lower_rate_takes_every_kth_frame_and_keeps_the_whole_trail(tmp_path):
    rows = "".join(f"{number} 0 0 0 0 0 0 0 0 0 0\n" for number in range(40))
    head = SMALL.split("MOTION")[0] + "MOTION\nFrames: 40\nFrame Time: 0.025\n"
    motion = read_bvh(write(tmp_path, head + rows), rate=10)
    assert motion.frames.tolist() == list(range(0, 40, 4))
    np.testing.assert_array_equal(motion.position[:, 0, 0], motion.frames)
    assert motion.trail.shape == (40, 3)


def test_windows_lines_blanks_and_tabs_are_read_alike(tmp_path):
    plain = read_bvh(write(tmp_path, SMALL))
    edited = SMALL.replace("\n", "\r\n\r\n").replace("  ", "\t").replace("OFFSET", "offset").replace("{", " { ")
    np.testing.assert_array_equal(read_bvh(write(tmp_path, edited)).position, plain.position)


def test_only_the_root_travels(tmp_path):
    text = SMALL.replace("CHANNELS 2 Yrotation", "CHANNELS 5 Xposition Yposition Zposition Yrotation")
    text = text.replace("0 0 0 0 0 0 0 0 0 0 0\n", "0 0 0 0 0 0 7 8 9 0 0 0 0 0\n").replace(
        "10 40 50", "10 7 8 9 40 50"
    )
    np.testing.assert_allclose(
        read_bvh(write(tmp_path, text)).position, read_bvh(write(tmp_path, SMALL)).position, atol=1e-12
    )


LAST = "1 2 3 30 20 10 40 50 15 25 35"
BOMB = "HIERARCHY\nROOT a\n{\nOFFSET 0 0 0\nCHANNELS 0\n" + "".join(
    f"JOINT j{depth}\n{{\nOFFSET 0 1 0\nCHANNELS 0\n" for depth in range(5000)
)
BROKEN = [
    pytest.param("", "HIERARCHY", id="empty"),
    pytest.param("<html>sign in</html>", "line 1: expected HIERARCHY", id="a web page"),
    pytest.param(SMALL.replace("ROOT Hips\n{\n", ""), "expected ROOT", id="no root"),
    pytest.param(SMALL.split("JOINT Chest")[0], "end of the file", id="cut in the skeleton"),
    pytest.param(SMALL.split("MOTION")[0], "expected MOTION", id="cut before the motion"),
    pytest.param(SMALL.split("Frame Time")[0], "FRAME TIME:", id="cut in the head"),
    pytest.param(SMALL.replace(LAST + "\n", ""), "2 frames as promised", id="promised frames are absent"),
    pytest.param(SMALL + LAST, "2 frames as promised", id="more frames than promised"),
    pytest.param(SMALL.replace(" 25 35", ""), "line 25: expected 11 numbers", id="a line too short"),
    pytest.param(SMALL.replace("25 35", "25 nan"), "line 25.*found 'nan'", id="not a number"),
    pytest.param(SMALL.replace("25 35", "25 1e9"), "line 25.*found '1e9'", id="an absurd angle"),
    pytest.param(SMALL.replace("1 2 3 30", "1 inf 3 30"), "line 25.*found 'inf'", id="an infinite place"),
    pytest.param(SMALL.replace("25 35", "25 x"), "line 25", id="a word"),
    pytest.param(SMALL.replace("OFFSET 0 -10 0", "OFFSET 0 nan 0"), "line 8.*offset of Left Leg", id="offset"),
    pytest.param(SMALL.replace("CHANNELS 2 Y", "CHANNELS 3 Y"), "line 10: expected 3 diff", id="channel count"),
    pytest.param(SMALL.replace("CHANNELS 2", "CHANNELS 99"), "0 to 6 channels", id="99 channels"),
    pytest.param(SMALL.replace("2 Yrotation", "2 Xrotation"), "different", id="twice"),
    pytest.param(SMALL.replace("Zrotation Y", "Wrotation Y"), "line 5.*Wrot", id="unknown channel"),
    pytest.param(SMALL.replace("Frames: 2", "Frames: 2000000000"), "line 22.*Frames", id="billions of frames"),
    pytest.param(SMALL.replace("Frames: 2", "Frames: -2"), "1 to .* frames", id="negative frames"),
    pytest.param(SMALL.replace("Time: 0.1", "Time: 0"), "frame time", id="no time"),
    pytest.param(SMALL.replace("JOINT Chest", "JOINT Left Leg"), "names of their own", id="a name twice"),
    pytest.param(BOMB, "200 deep", id="a bomb of braces"),
]


@pytest.mark.parametrize("text, message", BROKEN)
def test_what_is_wrong_is_named_with_file_and_line(tmp_path, text, message):
    with pytest.raises(AssetError, match=rf"take\.bvh, .*{message}"):
        read_bvh(write(tmp_path, text))


def test_binary_files_are_refused(tmp_path):
    (tmp_path / "take.bvh").write_bytes(b"Kaydara FBX Binary\0\x1a\0")
    with pytest.raises(AssetError, match="not text"):
        read_bvh(tmp_path / "take.bvh")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(AssetError, match=r"gone\.bvh"):
        read_bvh(tmp_path / "gone.bvh")

"""Pictures beside the photo: which there are, what their files hold, and how they are read back.

parts    8-bit grey: 0 nobody, 1 to 24 the person's part (PART_NAMES), SMPL's joints + 1
depth    16-bit grey: millimetres along the optical axis; 0 nothing there, 65535 that far or farther
normals  8-bit red, green, blue: -1 to 1 as 1 to 255, x right, y down, z away from the camera; 0, 0, 0 nothing there
iuv      8-bit: I in blue, U in green, V in red, as DensePose's files have them, see iuv.py; 0, 0, 0 nobody
flow     16-bit: 64 x + 32768 in red, 64 y + 32768 in green, 1 in blue where it is known, as KITTI 2015 has it
         (Menze and Geiger, "Object Scene Flow for Autonomous Vehicles", 2015)
"""

from pathlib import Path

import numpy as np

from .errors import SettingsError
from .png import encode_png

PASSES = ("parts", "depth", "normals", "iuv", "flow")
"""In the order in which they are kept."""
PART_NAMES = (
    "pelvis", "left_hip", "right_hip", "spine1", "left_knee", "right_knee", "spine2", "left_ankle", "right_ankle",
    "spine3", "left_foot", "right_foot", "neck", "left_collar", "right_collar", "head", "left_shoulder",
    "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist", "left_hand", "right_hand",
)  # fmt: skip
"""Parts 1 to 24: each is the skin that its joint of SMPL's moves, so that left_hip is the thigh."""
DEEPEST = 65535
FLOW_STEPS, FLOW_ZERO = 64, 32768
LARGEST_FLOW = 511.9
"""Pixels, each way; what moves farther is not known."""


def parse_passes(text: str) -> tuple:
    """'depth,flow' -> ('depth', 'flow'), in the order of PASSES; '' -> ().

    Raises:
        SettingsError: one that there is not.
    """
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = sorted(set(names) - set(PASSES))
    if unknown:
        raise SettingsError(f"--passes {text}: there is no {unknown[0]!r}. Choose from {','.join(PASSES)}.")
    return tuple(name for name in PASSES if name in names)


def pass_path(out, name: str, index: int) -> Path:
    return Path(out) / name / f"{index:06d}.png"


def encode_depth(metres: np.ndarray) -> np.ndarray:
    """(H, W) along the optical axis, NaN for nothing -> (H, W) uint16."""
    there = np.isfinite(metres)
    steps = np.clip(np.rint(1000 * np.where(there, metres, 0)), 1, DEEPEST)
    return np.where(there, steps, 0).astype(np.uint16)


def decode_depth(pixels: np.ndarray) -> np.ndarray:
    """(H, W) uint16 -> metres, NaN for nothing, inf for DEEPEST and more."""
    metres = np.where(pixels == DEEPEST, np.inf, pixels / 1000)
    return np.where(pixels == 0, np.nan, metres)


def encode_normals(normals: np.ndarray) -> np.ndarray:
    """(H, W, 3) unit vectors in the camera's frame, NaN for nothing -> (H, W, 3) uint8."""
    there = np.isfinite(normals).all(-1, keepdims=True)
    return np.where(there, np.rint(128 + 127 * np.where(there, normals, 0)), 0).astype(np.uint8)


def decode_normals(pixels: np.ndarray) -> np.ndarray:
    """(H, W, 3) uint8, red first -> unit vectors, NaN for nothing."""
    there = pixels.any(-1, keepdims=True)
    vectors = (pixels.astype(float) - 128) / 127
    return np.where(there, vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9), np.nan)


def encode_flow(flow: np.ndarray) -> np.ndarray:
    """(H, W, 2) pixels right and down, NaN where not known -> (H, W, 3) uint16."""
    known = (np.abs(flow) <= LARGEST_FLOW).all(-1, keepdims=True)  # NaN is not
    steps = np.rint(np.where(known, flow, 0) * FLOW_STEPS + FLOW_ZERO)
    return np.concatenate([np.where(known, steps, 0), known], -1).astype(np.uint16)


def decode_flow(pixels: np.ndarray) -> np.ndarray:
    """(H, W, 3) uint16, red first -> (H, W, 2) pixels, NaN where not known."""
    return np.where(pixels[..., 2:] > 0, (pixels[..., :2].astype(float) - FLOW_ZERO) / FLOW_STEPS, np.nan)


def pass_file(name: str, values: np.ndarray) -> bytes:
    """What `scene.passes.draw_passes` gives -> the bytes of its PNG."""
    if name == "iuv":
        values = values[..., ::-1]
    encode = {"depth": encode_depth, "normals": encode_normals, "flow": encode_flow}.get(name, np.ascontiguousarray)
    return encode_png(encode(values))

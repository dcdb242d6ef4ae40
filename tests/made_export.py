"""A small made data set whose records name assets, ready to be exported, and ways to look at what came out."""

import hashlib
import json
import tarfile
from pathlib import Path

from blender_addon.core.catalog import file_hash
from blender_addon.core.poses.motion import SHIPPED
from headless.annotate import annotate
from tests.made_dataset import edit_record, make_dataset

ALONE, BEHIND, CUT = (0, 0, 3.0), (0.3, 0, 4.0), (-1.2, 0, 2.5)
PICTURES = [[ALONE, BEHIND], [CUT], [], [ALONE], [BEHIND], [ALONE], [CUT, BEHIND], [ALONE]]
NOBODY, NO_KEYPOINTS = 2, 4
CATALOG = {
    "bodies": [
        {"name": "open_body", "licence": "CC0-1.0", "source": "MakeHuman", "sha256": "ab"},
        {"name": "smpl", "licence": "SMPL model licence: non-commercial research only", "source": "", "sha256": ""},
    ],
    "environments": [
        {"name": "dawn", "licence": "CC0", "source": "Poly Haven", "sha256": "cd"},
        {"name": "yard", "licence": "unknown", "source": "my own", "sha256": "ef"},
    ],
    "looks": [
        {"name": "clothes/hat", "licence": "CC-BY-NC 4.0", "source": "", "sha256": ""},
        {"name": "garments/shirt", "licence": "CC0", "source": "", "sha256": ""},
    ],
    "poses": [],
    "motion_prior": file_hash(SHIPPED),
    "takes": [],
}


def make_export_set(folder: Path) -> Path:
    """Eight pictures of CC0 assets, one of nobody and one of somebody of whom no keypoint is in the picture."""
    make_dataset(folder, PICTURES)
    description = {"dataset": 1, "seed": 7, "ranges": {}, "catalog": CATALOG, "versions": {}}
    (folder / "dataset.json").write_text(json.dumps(description))
    for index in range(len(PICTURES)):
        complete(folder, index)
    edit_record(folder, NO_KEYPOINTS, lambda truth: truth["persons"][0].update(keypoints_px=[None] * 23))
    return folder


def complete(folder: Path, index: int, body="open_body", environment="dawn", pose="gmm:3", garments=()) -> None:
    """Give a made record's spec what a rendered one's says of assets."""
    path = folder / f"records/{index:06d}.json"
    record = json.loads(path.read_text())
    look = {"kind": "skin", "params": {}}
    for person in record["spec"]["persons"]:
        person.update(body=body, pose_source=pose, skin=look, hair=look, garments=list(garments))
    record["spec"].update(world={"environment": environment}, occluders=[])
    path.write_text(json.dumps(record))


def tree(folder: Path) -> dict[str, str]:
    """name -> hash of every file."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def pictures_in(out: Path) -> set[str]:
    """Names of the pictures in an export, in its folders or in its shards."""
    names = [path.name for path in out.rglob("*.jpg")]
    for path in out.glob("*.tar"):
        with tarfile.open(path) as tar:
            names += [name for name in tar.getnames() if name.endswith(".jpg")]
    return {name.removesuffix(".jpg") for name in names}


def truth_of(dataset: Path) -> dict[int, list[dict]]:
    """index -> COCO's annotations, as annotate writes them."""
    coco = json.loads(annotate(dataset).read_bytes())
    found = {image["id"]: [] for image in coco["images"]}
    for annotation in coco["annotations"]:
        found[annotation["image_id"]].append(annotation)
    return found

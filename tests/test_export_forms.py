"""Each form opens in what reads it, or in a parser as strict, and holds the same labels as the records."""

import json
import os
import shutil
import tarfile
from pathlib import Path

import numpy as np
import pytest
import webdataset
import yaml
from pycocotools.coco import COCO
from pycocotools.cocoeval import Params

from blender_addon.core.errors import SettingsError
from blender_addon.core.keypoints import COCO_NAMES, KEYPOINT_NAMES
from headless.export import export
from headless.export.keypoint_set import keypoint_set
from headless.export.options import Options
from tests.made_dataset import HEIGHT, WIDTH, make_picture
from tests.made_export import NO_KEYPOINTS, NOBODY, PICTURES, complete, make_export_set, tree, truth_of


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    return make_export_set(tmp_path_factory.mktemp("made"))


@pytest.fixture
def dataset(made, tmp_path) -> Path:
    """A copy that a test may break."""
    return shutil.copytree(made, tmp_path / "set")


# ---- coco and mmpose


def load_coco(out: Path, split: str) -> COCO:
    return COCO(str(out / f"annotations/person_keypoints_{split}.json"))


@pytest.mark.parametrize("target", ["coco", "mmpose"])
def test_pycocotools_reads_the_same_labels(dataset, tmp_path, target):
    out, truth = tmp_path / "out", truth_of(dataset)
    export(dataset, out, Options(target, split=0.6))
    seen = {}
    for split in ("train", "val"):
        coco = load_coco(out, split)
        for image in coco.loadImgs(coco.getImgIds()):
            assert (out / split / image["file_name"]).read_bytes() == (
                dataset / "images" / image["file_name"]
            ).read_bytes()
            assert image["license"] in {licence["id"] for licence in coco.dataset["licenses"]}
            seen[image["id"]] = coco.loadAnns(coco.getAnnIds(image["id"]))
    assert set(seen) == set(truth)
    for index, annotations in truth.items():
        assert [{**a, "id": 0} for a in seen[index]] == [{**a, "id": 0} for a in annotations]


def test_feet_follow_the_body(dataset, tmp_path):
    export(dataset, tmp_path / "out", Options("coco", keypoints="coco+feet"))
    coco = load_coco(tmp_path / "out", "train")
    (category,) = coco.loadCats(coco.getCatIds())
    assert category["keypoints"] == list(KEYPOINT_NAMES)
    assert np.max(category["skeleton"]) == 23 and np.min(category["skeleton"]) == 1
    for annotation in coco.dataset["annotations"]:
        assert len(annotation["keypoints"]) == 3 * 23 and "foot_kpts" not in annotation
        assert annotation["num_keypoints"] == sum(flag > 0 for flag in annotation["keypoints"][2::3])


def run_config(path: Path) -> dict:
    """What mmengine makes of a config: its own words replaced, then run."""
    names = {}
    exec(path.read_text().replace("{{ fileDirname }}", path.parent.as_posix()), {}, names)
    return names


@pytest.mark.parametrize("keypoints, names", [("coco", COCO_NAMES), ("coco+feet", KEYPOINT_NAMES)])
def test_mmpose_config_has_what_its_parser_asks_for(dataset, tmp_path, keypoints, names):
    out = tmp_path / "out"
    export(dataset, out, Options("mmpose", keypoints=keypoints, split=0.6))
    config = run_config(out / "posewright.py")
    info = config["dataset_info"]
    assert set(info) >= {"dataset_name", "keypoint_info", "skeleton_info", "joint_weights", "sigmas"}
    points = info["keypoint_info"]
    assert [points[number]["name"] for number in range(len(names))] == list(names)
    for point in points.values():
        side, _, rest = point["name"].partition("_")
        assert point["swap"] == (f"{dict(left='right', right='left')[side]}_{rest}" if rest else "")
        assert point["type"] == ("lower" if list(names).index(point["name"]) >= 11 else "upper")
    assert all(set(link["link"]) <= set(names) for link in info["skeleton_info"].values())
    assert len(info["joint_weights"]) == len(info["sigmas"]) == len(names)
    np.testing.assert_allclose(info["sigmas"][:17], Params(iouType="keypoints").kpt_oks_sigmas)
    for split in ("train", "val"):
        described = config[f"posewright_{split}"]
        assert described["type"] == "CocoDataset" and described["metainfo"] is info
        coco = COCO(str(Path(described["data_root"], described["ann_file"])))
        for image in coco.dataset["images"]:
            assert Path(described["data_root"], described["data_prefix"]["img"], image["file_name"]).is_file()


# ---- yolo-pose


def read_yolo(out: Path) -> dict[str, dict[str, np.ndarray]]:
    """split -> name -> (N, 5 + 3 K) rows, read as strictly as Ultralytics' documentation has it."""
    data = yaml.safe_load((out / "data.yaml").read_text())
    count, dimensions = data["kpt_shape"]
    assert data["names"] == {0: "person"} and dimensions == 3
    assert sorted(data["flip_idx"]) == list(range(count)) and len(data["kpt_names"][0]) == count
    root = Path(data["path"] or out)
    found = {}
    for split in ("train", "val"):
        pictures = sorted((root / data[split]).iterdir())
        assert pictures
        for picture in pictures:
            label = Path(str(picture).replace("/images/", "/labels/")).with_suffix(".txt")
            rows = [[float(word) for word in line.split(" ")] for line in label.read_text().splitlines()]
            rows = np.array(rows).reshape(-1, 5 + 3 * count)
            points = rows[:, 5:].reshape(len(rows), count, 3)
            assert (rows[:, 0] == 0).all() and (rows[:, 1:5] >= 0).all() and (rows[:, 1:5] <= 1).all()
            assert (rows[:, 3:5] > 0).all() and np.isin(points[..., 2], (0, 1, 2)).all()
            assert (points[..., :2] >= 0).all() and (points[..., :2] <= 1).all()
            assert not points[points[..., 2] == 0].any()
            found.setdefault(split, {})[picture.stem] = rows
    return found


def test_yolo_labels_are_the_same_in_shares_of_the_picture(dataset, tmp_path):
    out, truth = tmp_path / "out", truth_of(dataset)
    export(dataset, out, Options("yolo-pose", split=0.6))
    found = read_yolo(out)
    assert not set(found["train"]) & set(found["val"])
    rows = {int(name): row for split in found.values() for name, row in split.items()}
    assert set(rows) == set(truth)
    for index, annotations in truth.items():
        assert len(rows[index]) == len(annotations)
        for row, annotation in zip(rows[index], annotations, strict=True):
            centre, size = row[1:3] * (WIDTH, HEIGHT), row[3:5] * (WIDTH, HEIGHT)
            np.testing.assert_allclose([*(centre - size / 2), *size], annotation["bbox"], atol=1e-3)
            points = row[5:].reshape(17, 3) * (WIDTH, HEIGHT, 1)
            np.testing.assert_allclose(points, np.reshape(annotation["keypoints"], (17, 3)), atol=1e-3)


def test_yolo_keeps_empty_pictures_and_people_without_keypoints(dataset, tmp_path):
    export(dataset, tmp_path / "out", Options("yolo-pose"))
    labels = tmp_path / "out/labels/train"
    assert (labels / f"{NOBODY:06d}.txt").read_bytes() == b""
    (line,) = (labels / f"{NO_KEYPOINTS:06d}.txt").read_text().splitlines()
    words = line.split()
    assert len(words) == 56 and {float(word) for word in words[5:]} == {0.0} and float(words[3]) > 0
    assert yaml.safe_load((tmp_path / "out/data.yaml").read_text())["val"] == "images/train"


@pytest.mark.parametrize("keypoints", ["coco", "coco+feet"])
def test_mirroring_by_flip_idx_exchanges_left_and_right(dataset, tmp_path, keypoints):
    export(dataset, tmp_path / "out", Options("yolo-pose", keypoints=keypoints))
    flip = yaml.safe_load((tmp_path / "out/data.yaml").read_text())["flip_idx"]
    names = keypoint_set(keypoints).names
    for number, name in enumerate(names):
        other = {"left": "right", "right": "left"}.get(name.partition("_")[0])
        assert names[flip[number]] == (f"{other}_{name.partition('_')[2]}" if other else name)
    # Someone who faces the camera has their left at our right, and so has their mirror image.
    row = read_yolo(tmp_path / "out")["train"]["000003"][0]
    points = row[5:].reshape(-1, 3)
    mirrored = (points * (-1, 1, 1) + (1, 0, 0))[flip]
    left, right = names.index("left_hip"), names.index("right_hip")
    assert points[left, 0] > points[right, 0] and mirrored[left, 0] > mirrored[right, 0]


# ---- webdataset


def shards_of(out: Path, split="train") -> list[str]:
    return [str(path) for path in sorted(out.glob(f"{split}-*.tar"))]


def test_webdataset_streams_pictures_labels_and_masks(dataset, tmp_path):
    out, truth = tmp_path / "out", truth_of(dataset)
    export(dataset, out, Options("webdataset", shard_size=0.03))
    assert len(shards_of(out)) > 2
    stream = webdataset.WebDataset(shards_of(out), shardshuffle=False, empty_check=False)
    seen = {}
    for key, picture, labels, mask in stream.decode("rgb8").to_tuple("__key__", "jpg", "json", "mask.png"):
        assert picture.shape == (HEIGHT, WIDTH, 3)
        assert labels["image"]["file_name"] == f"{key}.jpg" and labels["image"]["posewright"]["commercial"] is True
        seen[int(key)] = labels["annotations"]
        assert (mask.max() > 0) == bool(labels["annotations"])
    assert seen == {
        index: [{name: value for name, value in a.items() if name != "id"} for a in annotations]
        for index, annotations in truth.items()
    }


def test_shards_are_plain_small_and_of_whole_samples(dataset, tmp_path):
    export(dataset, tmp_path / "out", Options("webdataset", shard_size=0.03))
    keys = []
    for path in shards_of(tmp_path / "out"):
        assert Path(path).stat().st_size <= 30_000
        with tarfile.open(path) as tar:
            members = tar.getmembers()
        assert all((m.mtime, m.uid, m.gid, m.uname, m.mode) == (0, 0, 0, "", 0o644) and m.isfile() for m in members)
        for start in range(0, len(members), 3):
            names = [member.name.split(".", 1) for member in members[start : start + 3]]
            assert [ending for _, ending in names] == ["jpg", "json", "mask.png"] and len(
                {key for key, _ in names}
            ) == 1
            keys.append(names[0][0])
    assert keys == [f"{index:06d}" for index in range(len(PICTURES))]


def test_a_deleted_shard_is_written_anew(dataset, tmp_path):
    out = tmp_path / "out"
    export(dataset, out, Options("webdataset", shard_size=0.03))
    before = tree(out)
    Path(shards_of(out)[1]).unlink()
    export(dataset, out, Options("webdataset", shard_size=0.03))
    assert tree(out) == before


def test_a_shard_with_a_picture_since_rendered_again_is_named(dataset, tmp_path):
    out = tmp_path / "out"
    export(dataset, out, Options("webdataset"))
    later = (out / "train-000000.tar").stat().st_mtime + 10
    os.utime(dataset / "records/000003.json", (later, later))
    with pytest.raises(SettingsError, match=r"train-000000\.tar holds picture 000003.*Delete the shard"):
        export(dataset, out, Options("webdataset"))
    (out / "train-000000.tar").write_bytes(b"half a shard")
    with pytest.raises(SettingsError, match="no whole shard"):
        export(dataset, out, Options("webdataset"))


# ---- Hugging Face


def conforms(value, feature) -> bool:
    """Whether a value is of a type as a card's YAML declares it."""
    if isinstance(feature, str):
        kinds = {"string": str, "int64": int, "float64": (int, float)}
        return isinstance(value, kinds[feature]) and not isinstance(value, bool)
    if "list" in feature:
        return isinstance(value, list) and all(conforms(item, feature["list"]) for item in value)
    if "struct" in feature:
        columns = {column["name"]: column for column in feature["struct"]}
        return set(columns) == set(value) and all(conforms(value[name], columns[name]) for name in columns)
    return conforms(value, feature["dtype"])


def test_hf_rows_have_the_types_that_the_card_declares(dataset, tmp_path):
    out, truth = tmp_path / "out", truth_of(dataset)
    export(dataset, out, Options("hf", split=0.6))
    card = yaml.safe_load((out / "README.md").read_text().split("---\n")[1])
    assert card["license"] == "other" and card["configs"][0]["data_files"] == [
        {"split": split, "path": f"{split}/**"} for split in ("train", "validation")
    ]
    columns = {column["name"]: column for column in card["dataset_info"]["features"]}
    seen = set()
    for split in ("train", "validation"):
        rows = [json.loads(line) for line in (out / split / "metadata.jsonl").read_text().splitlines()]
        assert {row["file_name"] for row in rows} == {path.name for path in (out / split).glob("*.jpg")}
        for row in rows:
            assert set(columns) == set(row) - {"file_name"} | {"image"}
            assert all(conforms(row[name], columns[name]) for name in columns if name != "image")
            annotations = truth[row["index"]]
            flat = [[value for point in person for value in point] for person in row["objects"]["keypoints"]]
            assert flat == [annotation["keypoints"] for annotation in annotations]
            assert row["objects"]["bbox"] == [annotation["bbox"] for annotation in annotations]
            seen.add(row["index"])
    assert seen == set(truth)


def test_hf_datasets_loads_it(dataset, tmp_path):
    """`datasets` needs numpy 2, which bpy's wheel does not go with: this runs where somebody has both."""
    datasets = pytest.importorskip("datasets", exc_type=ImportError)
    export(dataset, tmp_path / "out", Options("hf", split=0.6))
    loaded = datasets.load_dataset(str(tmp_path / "out"), cache_dir=str(tmp_path / "cache"))
    assert sum(len(split) for split in loaded.values()) == len(PICTURES)
    assert loaded["train"][0]["image"].size == (WIDTH, HEIGHT)


def test_hf_needs_people_in_every_split(dataset, tmp_path):
    for index in range(len(PICTURES)):
        make_picture(dataset, index, [])
        complete(dataset, index)
    with pytest.raises(SettingsError, match="Nobody is in any of the 8 pictures of train"):
        export(dataset, tmp_path / "out", Options("hf"))

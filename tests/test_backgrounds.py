"""Folders of photos: which are of use, and which have people in them."""

import json
import os

import pytest

from blender_addon.core.backgrounds import (
    Backgrounds,
    find_backgrounds,
    look_through,
    photo_folder,
    read_people,
)
from blender_addon.core.catalog import background_folder, load_catalog
from blender_addon.core.errors import AssetError, SettingsError

from .made_backgrounds import encoded, made_photo_pixels

GOOD = encoded(made_photo_pixels())
COCO = {
    "images": [{"id": k, "file_name": name} for k, name in enumerate(("a.jpg", "b.jpg", "train/c.jpg"))],
    "annotations": [
        {"image_id": 1, "category_id": 1, "iscrowd": 1, "segmentation": {"counts": "x", "size": [1, 1]}},
        {"image_id": 0, "category_id": 18, "segmentation": [[1.0, 2.0]]},
        {"image_id": 2, "category_id": 1},
    ],
    "categories": [{"id": 1, "name": "person", "skeleton": [[1, 2]]}, {"id": 18, "name": "dog"}],
}


@pytest.fixture()
def folder(tmp_path):
    place = tmp_path / "photos"
    (place / "more").mkdir(parents=True)
    for name in ("b.jpg", "a.jpg", "more/c.JPEG", "more/d.jpg"):
        (place / name).write_bytes(GOOD)
    return place


def names(folder, **more):
    return [photo.name for photo in look_through(photo_folder(folder, ("CC0", "")), **more)[0].photos]


def test_photos_in_folders_of_folders_sorted_by_name(folder):
    assert names(folder) == ["photos/a.jpg", "photos/b.jpg", "photos/more/c.JPEG", "photos/more/d.jpg"]


def test_what_is_no_photo_is_named_or_none_of_our_business(folder):
    (folder / "cut.jpg").write_bytes(GOOD[:-500])
    (folder / "note.txt").write_text("not for us")
    (folder / ".hidden.jpg").write_bytes(GOOD)
    (folder / "folder.jpg").mkdir()
    (folder / "loop").symlink_to(folder)
    (folder / "gone.jpg").symlink_to(folder / "nowhere.jpg")
    (folder / "link.jpg").symlink_to(folder / "a.jpg")
    os.mkfifo(folder / "pipe.jpg")
    found, skipped, *_ = look_through(photo_folder(folder, ("CC0", "")))
    assert [photo.path.name for photo in found.photos] == ["a.jpg", "b.jpg", "link.jpg", "c.JPEG", "d.jpg"]
    assert len(skipped) == 1 and "cut.jpg" in skipped[0] and "cut short" in skipped[0]


def test_photos_that_are_annotated_with_people_are_left_out_crowds_too(folder, tmp_path):
    (tmp_path / "instances.json").write_text(json.dumps(COCO))
    (folder / "more" / "c.JPEG").rename(folder / "more" / "c.jpg")
    people = read_people([tmp_path / "instances.json"])
    assert names(folder, people=people) == ["photos/a.jpg", "photos/more/d.jpg"]
    lines = []
    found, _ = find_backgrounds([photo_folder(folder, ("CC0", ""))], people, lines.append)
    assert len(found[0].photos) == 2
    assert lines == [
        "2 photos left out, as --without-people has people in them",
        "1 of 2 photos are unknown to the file of --without-people, and used",
    ]
    for name in ("a.jpg", "more/d.jpg"):
        (folder / name).unlink()
    with pytest.raises(AssetError, match=r"No usable photo.*2 have people in them"):
        find_backgrounds([photo_folder(folder, ("CC0", ""))], people, lines.append)


def test_several_annotation_files_know_what_each_knows(tmp_path):
    for number, name in enumerate(("x.jpg", "y.jpg")):
        coco = {**COCO, "images": [{"id": 1, "file_name": name}], "annotations": COCO["annotations"][:1]}
        (tmp_path / f"{number}.json").write_text(json.dumps(coco))
    assert read_people([tmp_path / "0.json", tmp_path / "1.json"]).shown == {"x.jpg", "y.jpg"}
    assert read_people([]) is None


@pytest.mark.parametrize(
    "text, says",
    [
        pytest.param(None, "cannot read", id="missing"),
        pytest.param("{", "no COCO annotation file", id="broken"),
        pytest.param("[]", "no COCO annotation file", id="a list"),
        pytest.param("[" * 100_000, "no COCO annotation file", id="too deep"),
        pytest.param('{"images": [], "annotations": []}', "no COCO annotation file", id="no categories"),
        pytest.param(json.dumps({**COCO, "categories": [{"id": 1, "name": "cat"}]}), "no category", id="no people"),
        pytest.param(json.dumps({**COCO, "images": []}), "no COCO annotation file", id="unknown pictures"),
        pytest.param(json.dumps({**COCO, "images": [{"id": 1, "file_name": 3}]}), "no COCO", id="a number for a name"),
    ],
)
def test_what_is_no_annotation_file_is_refused(tmp_path, text, says):
    path = tmp_path / "instances.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(SettingsError, match=says) as caught:
        read_people([path])
    assert "--without-people" in str(caught.value)


def test_no_usable_photo_is_an_error_that_says_why(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"no picture")
    with pytest.raises(AssetError, match=r"No usable photo.*a\.jpg is no JPEG"):
        find_backgrounds([photo_folder(tmp_path, ("unknown", ""))], None, print)
    with pytest.raises(AssetError, match="No folder of photos at"):
        photo_folder(tmp_path / "nowhere", ("unknown", ""))


def test_folders_of_one_name_are_told_apart(tmp_path):
    found = []
    for parent in ("one", "two"):
        (tmp_path / parent / "train").mkdir(parents=True)
        found.append(background_folder(tmp_path / parent / "train", found))
    assert [folder.name for folder in found] == ["train", "train-2"]


def test_a_folders_hash_changes_with_what_is_in_it(folder):
    first = look_through(photo_folder(folder, ("CC0", "")))[0].sha256
    assert look_through(photo_folder(folder, ("CC0", "")))[0].sha256 == first
    (folder / "a.jpg").write_bytes(encoded(made_photo_pixels(seed=1)))
    assert look_through(photo_folder(folder, ("CC0", "")))[0].sha256 != first


def test_licences_are_the_folders_own_or_the_asset_folders(folder, tmp_path, open_body_path):
    assert background_folder(folder).licence == "unknown"
    (folder / "LICENSE.txt").write_text("Photos of mine\nCC BY 4.0\n")
    assert background_folder(folder).licence == "CC BY 4.0"
    room = tmp_path / "assets" / "backgrounds"
    room.mkdir(parents=True)
    (tmp_path / "assets" / "LICENSE.txt").write_text("CC0\n")
    (found,) = load_catalog([tmp_path / "assets"], None).backgrounds.folders
    assert (found.name, found.licence, found.photos) == ("backgrounds", "CC0", ())


def test_a_photo_goes_by_its_name(folder):
    backgrounds = Backgrounds((look_through(photo_folder(folder, ("CC0", "")))[0],))
    assert backgrounds.photo("photos/more/d.jpg").path == folder / "more" / "d.jpg"
    with pytest.raises(AssetError, match="No photo named"):
        backgrounds.photo("photos/e.jpg")

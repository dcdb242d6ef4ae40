"""Training people, training and evaluation, on a set that is made without Blender."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch

from blender_addon.core.errors import AssetError, SettingsError
from tests.made_photos import made_photo, write_photo
from warp_net.evaluate import METHODS, evaluate, format_table, write_between
from warp_net.extract import Extraction
from warp_net.losses import Vgg19
from warp_net.make_data import Photo, load_person, perturb, save_person
from warp_net.samples import prepare
from warp_net.train import TrainConfig, train

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def data(tmp_path_factory, body, layout, texture):
    """Two people of a train and a test split, drawn without Blender."""
    root = tmp_path_factory.mktemp("data")
    rng = np.random.default_rng(0)
    for index in range(2):
        look = np.roll(texture, index, 2)
        photos = []
        for around in (20 * index, 180 - 20 * index):
            one = made_photo(body, layout, look, around)
            photos.append(Photo(one.pixels, one.mask, one.fit, perturb(rng, one.fit, body)))
        known = Extraction(look, layout.inside.astype(np.float32))
        for split in ("train", "test"):
            (root / split).mkdir(exist_ok=True)
            save_person(root / split / f"{index:06d}.npz", known, photos, "{}")
    return root


def test_a_training_person_comes_back_as_it_was_saved(data, body, layout, texture):
    look, photos = load_person(data / "train" / "000000.npz")
    np.testing.assert_allclose(look.texture, texture, atol=0.003)
    assert (look.seen == layout.inside).all() and len(photos) == 2
    one = made_photo(body, layout, texture)
    assert np.abs(photos[0].pixels.astype(int) - one.pixels)[one.mask].mean() < 4  # JPEG
    np.testing.assert_array_equal(photos[0].true.pose, one.fit.pose)


def test_prepared_people_are_kept_and_read_again(data, body, layout):
    first = prepare(data / "train", body, layout)
    kept = sorted((data / "train").glob("prepared_*/*.npz"))
    assert len(kept) == 2 == len(first)
    before = [path.stat().st_mtime_ns for path in kept]
    again = prepare(data / "train", body, layout)
    assert [path.stat().st_mtime_ns for path in kept] == before
    np.testing.assert_array_equal(first[1]["photos"][0]["picture"], again[1]["photos"][0]["picture"])
    with pytest.raises(AssetError, match="No training people"):
        prepare(data / "nothing", body, layout)


def test_training_lessens_the_error_and_is_repeatable(data, tmp_path):
    config = TrainConfig(data, tmp_path / "a", steps=2, batch=1, warm_up=0.5)
    one, two = train(config), train(replace(config, out=tmp_path / "b"))
    with np.load(one) as a, np.load(two) as b:
        for name in a.files:
            np.testing.assert_array_equal(a[name], b[name])
        assert np.abs(a["refine.head.bias"]).max() > 0
    before = torch.load(tmp_path / "a" / "checkpoint.pt", weights_only=True)
    assert before["step"] == 2
    train(config)  # over already
    after = torch.load(tmp_path / "a" / "checkpoint.pt", weights_only=True)
    assert after["step"] == 2 and after["rng"] == before["rng"]
    train(replace(config, steps=3))  # goes on
    assert torch.load(tmp_path / "a" / "checkpoint.pt", weights_only=True)["step"] == 3


def test_a_broken_checkpoint_is_named(data, tmp_path):
    (tmp_path / "checkpoint.pt").write_bytes(b"nothing")
    with pytest.raises(AssetError, match="Delete it to begin again"):
        train(TrainConfig(data, tmp_path, steps=1))
    with pytest.raises(SettingsError, match="--minutes"):
        train(TrainConfig(data, tmp_path, minutes=0))


def test_photographs_join_with_the_photo_loss_alone(data, tmp_path, front):
    write_photo(tmp_path, front)
    made, real = tmp_path / "made", tmp_path / "real"
    train(TrainConfig(data, made, steps=4, batch=1))
    train(TrainConfig(data, real, steps=4, batch=1, real=tmp_path))  # one of four steps sees a photograph
    with np.load(made / "texture_net.npz") as a, np.load(real / "texture_net.npz") as b:
        assert any((a[name] != b[name]).any() for name in a.files)
        assert all(np.isfinite(b[name]).all() for name in b.files)


@pytest.fixture(scope="module")
def vgg_file(tmp_path_factory):
    """VGG19's layers as torchvision names them, not trained."""
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("vgg") / "vgg19.pth"
    whole = {f"features.{number}.{part}": tensor for number, part, tensor in vgg_layers()}
    torch.save(whole | {"classifier.6.bias": torch.zeros(1000)}, path)
    return path


def vgg_layers():
    number, inputs = 0, 3
    for repeats, outputs in ((2, 64), (2, 128), (4, 256), (4, 512), (4, 512)):
        for _ in range(repeats):
            yield number, "weight", torch.randn(outputs, inputs, 3, 3) / (9 * inputs) ** 0.5
            yield number, "bias", torch.zeros(outputs)
            number, inputs = number + 2, outputs
        number += 1


def test_vgg_sees_what_is_unlike(vgg_file, texture):
    vgg = Vgg19(vgg_file)
    one = torch.tensor(texture).permute(2, 0, 1)[None]
    same, little, much = (float(vgg(one + change, one)) for change in (0.0, 0.02, 0.2))
    assert same == 0 < little < much


def test_training_takes_vgg_and_names_files_that_are_not_it(data, vgg_file, tmp_path):
    assert train(TrainConfig(data, tmp_path / "a", steps=1, batch=1, vgg=vgg_file)).is_file()
    torch.save({"features.0.weight": torch.zeros(64, 3, 3, 3)}, tmp_path / "part.pth")
    (tmp_path / "broken.pth").write_bytes(b"PK nothing")
    for file, message in (("part", "does not hold VGG19"), ("broken", "cannot be read"), ("none", "cannot be read")):
        with pytest.raises(AssetError, match=message):
            train(TrainConfig(data, tmp_path / "b", steps=1, vgg=tmp_path / f"{file}.pth"))
    assert not (tmp_path / "b" / "texture_net.npz").exists()


def test_evaluation_measures_every_method(data, untrained, tmp_path):
    table = evaluate(data, untrained, "test", 1, tmp_path / "sheet.jpg")
    assert set(table.plain) == set(METHODS) == set(table.gained)
    assert all(len(values) == 2 for values in table.plain[METHODS[0]].values())
    # Left and right are alike here, so that mirroring must help.
    unseen = {method: np.mean(table.plain[method]["PSNR unseen"]) for method in METHODS}
    assert unseen[METHODS[1]] > unseen[METHODS[0]] and unseen[METHODS[2]] == unseen[METHODS[3]]
    text = format_table(table, "Made people")
    assert "2 people" in text and text.count("| networks |") == 2
    assert cv2.imread(str(tmp_path / "sheet.jpg")) is not None


def test_tables_replace_what_stood_between_the_markers(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# Title\n\nbefore\n")
    write_between(page, "one\n")
    page.write_text(page.read_text() + "\nafter\n")
    write_between(page, "two\n")
    text = page.read_text()
    assert "two" in text and "one" not in text and text.startswith("# Title\n\nbefore\n") and text.endswith("after\n")
    page.write_text("<!-- end -->")
    with pytest.raises(AssetError, match="one of the markers"):
        write_between(page, "three")

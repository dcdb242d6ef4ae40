"""The networks, what they know of the body, their losses and the measures."""

import numpy as np
import pytest
import torch

from blender_addon.core.errors import AssetError
from tests.made_photos import made_photo
from warp_net import baselines, losses
from warp_net.extract import Extraction, draw
from warp_net.measures import best_gain, psnr, ssim
from warp_net.networks import PatchJudge, candidates
from warp_net.samples import flip, make_batch, prepare_photo, recolour
from warp_net.texture_net import TextureNet, load_net, save_weights
from warp_net.texture_space import read_photo, texture_space

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def space(layout):
    return texture_space(layout)


@pytest.fixture(scope="module")
def batch(body, layout, texture, front):
    prepared = prepare_photo(front.pixels, front.mask, front.fit, body, layout)
    view = draw(body, layout, front.fit)
    prepared["true_place"] = prepared["place"].copy()
    prepared["true_visible"] = view.visible
    person = {
        "texture": (texture.transpose(2, 0, 1) * 255).astype(np.uint8),
        "known": layout.inside,
        "photos": [prepared],
    }
    return make_batch([person], [(0, 0, None)], "cpu")


# Texture space.


def test_carried_colours_come_from_the_nearest_seen_part_of_the_body(space, layout):
    """The left arm is red, all else blue; only a ring round each forearm and the chest is seen."""
    x = torch.tensor(layout.position[..., 0]).float()
    red = (x > 0.25).float()
    colours = torch.stack([red, 0 * red, 1 - red])[None] * space.inside
    seen = (((x.abs() > 0.35) & (x.abs() < 0.45)) | (x.abs() < 0.1)).float()[None, None] * space.inside
    carried = space.carried(colours, seen)[0]
    hand = layout.inside & (layout.position[..., 0] > 0.6)
    other = layout.inside & (layout.position[..., 0] < -0.6)
    assert carried[0][hand].mean() > 0.7 > 0.3 > carried[2][hand].mean()
    assert carried[2][other].mean() > 0.9


def test_one_colour_is_carried_everywhere_and_nothing_is_from_nothing(space):
    weight = torch.zeros(1, 1, 256, 256)
    assert space.carried(torch.ones(1, 3, 256, 256), weight).abs().max() == 0
    weight[..., 60:120, 60:120] = 1
    carried = space.carried(torch.full((1, 3, 256, 256), 0.3) * space.inside, weight * space.inside)
    assert (carried[:, :, space.inside[0, 0] > 0] - 0.3).abs().max() < 1e-3


def test_a_mirrored_batch_mirrored_again_is_the_batch(space, batch, layout):
    """What lies on the middle line aside, a texel's mirror's mirror is itself or its neighbour."""
    again = flip(space, flip(space, batch))
    first, second = batch["photos"][0], again["photos"][0]
    torch.testing.assert_close(second["picture"], first["picture"], atol=0.005, rtol=0)
    assert (again["texture"] - batch["texture"] * space.inside).abs().mean() < 0.005
    both = (first["weight"] > 0) & (second["weight"] > 0)
    assert both.sum() > 0.95 * (first["weight"] > 0).sum()
    assert (first["place"] - second["place"])[both[:, 0]].abs().median() < 0.02


def test_a_mirrored_photo_shows_the_mirrored_texture(space, batch):
    turned = flip(space, batch)
    photo = turned["photos"][0]
    read = read_photo(photo["repaired"], photo["place"])
    seen = (photo["weight"] > 0.3).expand_as(read)
    assert (read - turned["texture"])[seen].abs().median() < 0.02


def test_recolouring_changes_photo_and_texture_alike(space, batch):
    new = {"texture": batch["texture"].clone(), "photos": [dict(batch["photos"][0])]}
    recolour(new, np.random.default_rng(5))
    photo = new["photos"][0]
    assert (new["texture"] - batch["texture"]).abs().max() > 0.05
    read = read_photo(photo["repaired"], photo["place"])
    seen = (photo["weight"] > 0.5).expand_as(read)
    assert (read - new["texture"])[seen].abs().median() < 0.02


# Networks.


def test_before_training_seen_texels_stay_and_the_rest_is_mirrored_and_carried(
    space, batch, untrained, texture, layout
):
    with torch.no_grad():
        result = untrained(space, batch["photos"])
    made = result["texture"][0].permute(1, 2, 0).numpy()
    seen = result["weight"][0, 0].numpy() > 0.3
    assert np.percentile(np.abs(made - texture)[seen], 90) < 0.05
    assert psnr(made, texture, layout.inside) > 16
    torch.testing.assert_close(result["places"][0], batch["photos"][0]["place"])


def test_a_second_photo_takes_what_it_sees_better(space, body, layout, texture, front, untrained):
    back = made_photo(body, layout, texture, 180)
    photos = [prepare_photo(one.pixels, one.mask, one.fit, body, layout) for one in (front, back)]
    person = {"texture": np.zeros((3, 256, 256), np.uint8), "known": layout.inside, "photos": photos}
    one, two = (make_batch([person], [(0, 0, second)], "cpu")["photos"] for second in (None, 1))
    with torch.no_grad():
        seen = [(untrained(space, given)["weight"] > 0).sum() for given in (one, two)]
    assert seen[1] > 1.5 * seen[0]


def test_candidates_that_are_not_seen_have_no_weight(space, batch):
    weight = batch["photos"][0]["weight"] * space.inside
    own = batch["texture"] * (weight > 0)
    colours, weights = candidates(space, own, weight, torch.zeros_like(own), torch.zeros_like(weight))
    assert (colours[:, :5] * (weights[:, :5] == 0)).abs().max() == 0
    assert weights[:, 1].max() == 0 and (weights[:, 5] == space.inside).all()


def test_weights_come_back_as_they_were_saved(tmp_path, space, batch):
    torch.manual_seed(1)
    net = TextureNet().eval()
    torch.nn.init.normal_(net.refine.head.weight, std=0.01)
    save_weights(tmp_path / "net.npz", net)
    again = load_net(tmp_path / "net.npz")
    with torch.no_grad():
        made, remade = (one(space, batch["photos"])["texture"] for one in (net, again))
    torch.testing.assert_close(made, remade, atol=0.01, rtol=0)  # half precision
    assert (tmp_path / "net.npz").stat().st_size < 10_000_000
    assert sorted(path.name for path in tmp_path.iterdir()) == ["net.npz"]


def test_broken_weights_are_named(tmp_path):
    path = tmp_path / "net.npz"
    with pytest.raises(AssetError, match="no such weights"):
        load_net(path)
    path.write_bytes(b"PK no archive")
    with pytest.raises(AssetError, match="broken file"):
        load_net(path)
    np.savez(path, **{"warp.start.weight": np.array([{"a": 1}], object)})
    with pytest.raises(AssetError, match="broken file"):
        load_net(path)
    np.savez(path, other=np.zeros(3))
    with pytest.raises(AssetError, match="other networks"):
        load_net(path)
    save_weights(path, TextureNet())
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    arrays["refine.head.bias"][0] = np.nan
    np.savez(path, **arrays)
    with pytest.raises(AssetError, match="not finite"):
        load_net(path)


# Losses and measures.


def test_losses_are_nothing_for_the_truth_and_grow_with_the_error():
    generator = torch.Generator().manual_seed(0)
    true = torch.rand(2, 3, 64, 64, generator=generator)
    known, seen = torch.ones(2, 1, 64, 64), torch.zeros(2, 1, 64, 64)
    noise = torch.randn(true.shape, generator=generator)
    for error in (
        lambda made: losses.texture_error(made, true, known, seen),
        lambda made: losses.square_error(made, true, known),
        lambda made: losses.structure_error(made, true, known),
        lambda made: losses.photo_error(made, true, known),
    ):
        none, little, much = (float(error(true + scale * noise)) for scale in (0, 0.02, 0.2))
        assert none < 0.005 and none < little < much


def test_what_is_not_known_is_not_judged():
    true, known = torch.zeros(1, 3, 32, 32), torch.zeros(1, 1, 32, 32)
    known[..., :16] = 1
    made = true.clone()
    made[..., 16:] = 1
    assert losses.texture_error(made, true, known, known) == 0
    assert losses.square_error(made, true, known) < 0.01
    assert losses.structure_error(made, true, known) == 0


def test_light_that_changes_slowly_is_no_photo_error():
    generator = torch.Generator().manual_seed(1)
    worn = 0.2 + 0.6 * torch.rand(1, 3, 64, 64, generator=generator)
    shown = torch.ones(1, 1, 64, 64)
    light = torch.linspace(0.5, 1.0, 64)
    assert losses.photo_error(worn, worn * light, shown) < 0.1 * losses.photo_error(worn, worn.flip(-1), shown)


def test_places_are_compared_where_fit_and_truth_see():
    place = torch.zeros(1, 4, 4, 2)
    true = torch.full((1, 4, 4, 2), 0.3)
    true[:, 0] = float("nan")
    both = torch.ones(1, 1, 4, 4)
    both[:, :, 0] = 0
    assert losses.place_error(place, true, both) == pytest.approx(0.3 * 2**0.5, rel=1e-3)


def test_the_judge_learns_to_tell_noise_from_texture(space, batch):
    torch.manual_seed(0)
    judge = PatchJudge()
    adam = torch.optim.Adam(judge.parameters(), 2e-3)
    true = batch["texture"]
    made = torch.rand(true.shape)
    first = None
    for _ in range(6):
        loss = losses.judged_real(judge(space, true)) + losses.judged_made(judge(space, made))
        first = first or loss.item()
        adam.zero_grad()
        loss.backward()
        adam.step()
    assert loss.item() < 0.8 * first


def test_a_file_that_is_not_vgg19_is_refused(tmp_path):
    path = tmp_path / "vgg.pth"
    torch.save({"features.0.weight": torch.zeros(3)}, path)
    with pytest.raises(AssetError, match="VGG19"):
        losses.Vgg19(path)
    path.write_bytes(b"not weights")
    with pytest.raises(AssetError, match="cannot be read as weights"):
        losses.Vgg19(path)
    with pytest.raises(AssetError, match="cannot be read as weights"):
        losses.Vgg19(tmp_path / "none.pth")


def test_psnr_and_ssim_on_known_pictures():
    true = np.random.default_rng(0).random((40, 40, 3))
    everywhere = np.ones((40, 40), bool)
    assert psnr(true, true, everywhere) == 60.0 and ssim(true, true, everywhere) == pytest.approx(1)
    assert psnr(true + 0.1, true, everywhere) == pytest.approx(20.0)
    half = everywhere.copy()
    half[:, 20:] = False
    worse = true.copy()
    worse[:, 20:] = 0
    assert psnr(worse, true, half) == 60.0 and ssim(worse, true, half) == pytest.approx(1)
    np.testing.assert_allclose(best_gain(true * [0.5, 0.8, 0.9], true, everywhere), true)


# Baselines.


def test_the_mirrored_baseline_takes_the_other_half(layout, texture):
    left = layout.inside & (layout.position[..., 0] > 0.02)
    part = Extraction(np.where(left[..., None], texture, 0).astype(np.float32), left.astype(np.float32))
    right = layout.inside & (layout.position[..., 0] < -0.05)
    both = [psnr(make(part, layout), texture, right) for make in (baselines.inpainted, baselines.mirrored)]
    assert both[1] > 30 > both[0]

"""The way from a photo to a skin, and what is said of photos, fits and files that cannot be used."""

import json
from dataclasses import replace

import cv2
import numpy as np
import pytest

from blender_addon.core.errors import AssetError, SettingsError
from tests.made_photos import made_photo, write_photo
from warp_net.extract import draw, extract
from warp_net.measures import psnr
from warp_net.photo import read_mask_file, read_photo_file, take_portrait
from warp_net.photo_to_texture import main, photo_to_texture, save_skin
from warp_net.real_photos import prepare_real
from warp_net.texture_net import save_weights

pytestmark = pytest.mark.usefixtures("one_thread")


def test_a_photo_becomes_a_texture(body, layout, texture, front, untrained):
    for size in (256, 512):
        made = photo_to_texture(front.pixels, front.fit, body, front.mask, size=size, net=untrained)
        assert made.shape == (size, size, 3) and made.dtype == np.uint8
        part = extract(front.pixels, draw(body, layout, front.fit), front.mask)
        small = cv2.resize(made, (256, 256), interpolation=cv2.INTER_AREA) / 255.0
        assert psnr(small, texture, part.weight > 0.5) > 26


def test_without_a_mask_the_person_is_cut_out(body, texture, layout, front, untrained):
    made = photo_to_texture(front.pixels, front.fit, body, size=256, net=untrained) / 255.0
    assert psnr(made, texture, layout.inside) > 16
    magenta = (made[..., 0] > 0.8) & (made[..., 1] < 0.3) & layout.inside
    assert not magenta.any()


def test_another_photo_adds_the_back(body, layout, texture, front, untrained):
    """The back is painted another colour, which the front photo alone cannot know."""
    painted = np.where(layout.normal[..., 2:] < -0.2, np.float32([0.1, 0.9, 0.9]), texture).astype(np.float32)
    back = made_photo(body, layout, painted, 180)
    alone = photo_to_texture(front.pixels, front.fit, body, front.mask, size=256, net=untrained)
    other = (back.pixels, back.fit, back.mask)
    both = photo_to_texture(front.pixels, front.fit, body, front.mask, [other], 256, untrained)
    behind = layout.inside & (layout.normal[..., 2] < -0.5)
    assert psnr(both / 255.0, painted, behind) > psnr(alone / 255.0, painted, behind) + 5


def moved(fit, x=0.0, z=0.0):
    return replace(fit, translation=fit.translation + [x, 0.0, z])


BAD = [
    pytest.param(lambda p: {"photo": p.pixels[:100]}, "Give the photo that was fitted", id="another size"),
    pytest.param(
        lambda p: {"photo": p.pixels.mean(2, keepdims=True).repeat(3, 2).astype(np.uint8)}, "is grey", id="grey"
    ),
    pytest.param(lambda p: {"photo": p.pixels[..., 0]}, "uint8 in colour", id="one channel"),
    pytest.param(lambda p: {"photo": p.pixels / 255}, "uint8 in colour", id="floats"),
    pytest.param(lambda p: {"photo": np.full_like(p.pixels, (90, 120, 60))}, "Nobody stands out", id="nobody"),
    pytest.param(lambda p: {"mask": np.zeros_like(p.mask)}, "overlap by 0 %", id="empty mask"),
    pytest.param(lambda p: {"mask": np.roll(p.mask, 90, 1)}, "overlap by", id="a fit that misses"),
    pytest.param(lambda p: {"mask": p.mask[:50]}, "expected bool", id="mask of another size"),
    pytest.param(lambda p: {"fit": replace(p.fit, body="smplx")}, "layouts differ", id="fit of another body"),
    pytest.param(lambda p: {"fit": replace(p.fit, focal=float("nan"))}, "not finite", id="not finite"),
    pytest.param(lambda p: {"fit": replace(p.fit, betas=np.zeros(90))}, "90 betas", id="betas of another body"),
    pytest.param(lambda p: {"fit": replace(p.fit, translation=p.fit.translation * [1, 1, -1])}, "behind", id="behind"),
    pytest.param(
        lambda p: {"fit": replace(p.fit, translation=p.fit.translation + [9, 0, 0])},
        "outside of the photo",
        id="outside",
    ),
    pytest.param(lambda p: {"fit": replace(p.fit, translation=p.fit.translation + [0, 0, 60])}, "larger", id="tiny"),
]


@pytest.mark.parametrize("change, message", BAD)
def test_bad_input_is_named(body, front, untrained, change, message):
    given = {"photo": front.pixels, "fit": front.fit, "mask": None} | change(front)
    with pytest.raises(AssetError, match=message):
        photo_to_texture(given["photo"], given["fit"], body, given["mask"], net=untrained)


def test_a_body_of_another_layout_is_refused(body, front, untrained, tmp_path):
    other = replace(body, path=tmp_path / "smplx_female.npz")
    with pytest.raises(AssetError, match="layout that the networks do not know"):
        photo_to_texture(front.pixels, front.fit, other, net=untrained)


def spoil_fits(folder, **changes):
    """Other columns in a file of fits; None takes one out."""
    path = folder / "person_fits.npz"
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files} | changes
    np.savez(path, **{name: values for name, values in arrays.items() if values is not None})


@pytest.fixture
def files(tmp_path, front, untrained):
    """person.png, person_fits.npz, mask.png, weights.npz."""
    write_photo(tmp_path, front)
    cv2.imwrite(str(tmp_path / "mask.png"), front.mask.astype(np.uint8) * 255)
    save_weights(tmp_path / "weights.npz", untrained)
    return tmp_path


def arguments(files, photo="person.png", fits="person_fits.npz", out="skins/anna"):
    given = [files / photo, "--fit", files / fits, "--out", files / out, "--weights", files / "weights.npz"]
    return [str(part) for part in given]


def test_the_command_writes_a_skin_and_never_over_another(files, capsys):
    given = [
        *arguments(files),
        "--mask",
        str(files / "mask.png"),
        "--size",
        "256",
        "--licence",
        "CC0",
        "--source",
        "me",
    ]
    assert main(given) == 0
    folder = files / "skins" / "anna"
    facts = json.loads((folder / "skin.json").read_text())
    assert facts == {"picture": "anna.png", "body": "open_body", "dressed": True, "licence": "CC0", "source": "me"}
    assert cv2.imread(str(folder / "anna.png")).shape == (256, 256, 3)
    assert sorted(path.name for path in (files / "skins").iterdir()) == ["anna"]
    capsys.readouterr()
    assert main(given) == 1
    assert "is there already" in capsys.readouterr().err


def broken_picture(files):
    data = (files / "person.png").read_bytes()
    (files / "person.png").write_bytes(data[: len(data) // 2])


def huge_picture(files):
    """A header that promises 4 gigapixels, as a hostile file may."""
    data = bytearray((files / "person.png").read_bytes())
    data[16:24] = (65536).to_bytes(4, "big") * 2
    (files / "person.png").write_bytes(data)


BAD_FILES = [
    pytest.param(broken_picture, "cannot be read as a picture", id="broken picture"),
    pytest.param(huge_picture, "person.png", id="huge picture"),
    pytest.param(lambda f: (f / "person.png").write_text("hello"), "cannot be read as a picture", id="no picture"),
    pytest.param(lambda f: (f / "person.png").unlink(), "no such picture", id="no photo"),
    pytest.param(lambda f: (f / "person_fits.npz").write_text("hello"), "broken one", id="broken fits"),
    pytest.param(lambda f: (f / "person_fits.npz").unlink(), "no such file of fits", id="no fits"),
    pytest.param(lambda f: spoil_fits(f, image=np.array(["else.png"])), "0 people", id="fits of others"),
    pytest.param(lambda f: spoil_fits(f, focal=None), "no column 'focal'", id="fits without a column"),
    pytest.param(lambda f: (f / "weights.npz").unlink(), "no such weights", id="no weights"),
]


@pytest.mark.parametrize("spoil, message", BAD_FILES)
def test_bad_files_are_named_and_nothing_is_written(files, capsys, spoil, message):
    spoil(files)
    assert main(arguments(files)) == 1
    assert message in capsys.readouterr().err
    assert not (files / "skins").exists()


@pytest.mark.parametrize("name", ["../up", ".hidden", "a b", "x" * 80])
def test_a_skins_name_is_checked(tmp_path, name):
    folder = tmp_path / "skins" / name if "/" not in name else tmp_path / "skins" / ".."
    with pytest.raises(SettingsError):
        save_skin(folder, np.zeros((8, 8, 3), np.uint8), "open_body", "CC0", "")
    assert not (tmp_path / "skins").exists()


def test_masks_are_read_from_brightness_or_transparency(tmp_path, front):
    grey = front.mask.astype(np.uint8) * 255
    cv2.imwrite(str(tmp_path / "grey.png"), grey)
    cv2.imwrite(str(tmp_path / "clear.png"), np.dstack([np.zeros((*grey.shape, 3), np.uint8), grey]))
    for name in ("grey.png", "clear.png"):
        np.testing.assert_array_equal(read_mask_file(tmp_path / name), front.mask)


def test_pictures_are_read_as_they_are(tmp_path, front):
    cv2.imwrite(str(tmp_path / "photo.png"), front.pixels[..., ::-1])
    np.testing.assert_array_equal(read_photo_file(tmp_path / "photo.png"), front.pixels)


def test_a_portrait_holds_the_person_and_its_fit(body, layout, texture, front):
    wide = np.zeros((500, 700, 3), np.uint8)
    wide[:] = (40, 90, 60)
    wide[120:376, 300:556] = np.where(front.mask[..., None], front.pixels, wide[120:376, 300:556])
    mask = np.zeros((500, 700), bool)
    mask[120:376, 300:556] = front.mask
    portrait = take_portrait(wide, front.fit.moved(1.0, (300, 120), (700, 500)), body, layout, mask)
    assert portrait.mask.shape[0] == portrait.mask.shape[1] < 300
    both = portrait.mask & portrait.view.silhouette
    assert both.sum() > 0.98 * (portrait.mask | portrait.view.silhouette).sum()
    part = extract(portrait.pixels, portrait.view, portrait.mask)
    assert np.percentile(np.abs(part.texture - texture)[part.weight > 0.5], 95) < 0.05


def test_real_photos_join_by_their_fits(files, body, layout):
    people = prepare_real(files, body, layout)
    assert len(people) == 1
    photo = people[0]["photos"][0]
    uv = photo["uv"].astype(float)
    assert np.isfinite(uv).all(-1).mean() > 0.05 and np.nanmax(np.abs(uv)) <= 1
    (files / "person_fits.npz").unlink()
    with pytest.raises(AssetError, match=r"No \*_fits.npz"):
        prepare_real(files, body, layout)

"""Photos become garments: matched, spread flat, written whole or not at all, and worn."""

import json
import shutil
from dataclasses import replace

import cv2
import numpy as np
import pytest

from assets.wardrobe.add_garment import add_folder, add_garment, kind_of, make_garment, read_photo
from assets.wardrobe.flat_edges import RIDGE, cut_of
from assets.wardrobe.outlines import find_outline
from blender_addon.core.cast import load_cast
from blender_addon.core.catalog import load_catalog
from blender_addon.core.closet import Closet, Look
from blender_addon.core.errors import AssetError
from blender_addon.core.posing import shape_body
from blender_addon.core.ranges import Ranges
from blender_addon.core.wardrobe.clothes import dress
from blender_addon.core.wardrobe.flat import HALF_TRUNK, flat_places, level_height, template_fit
from blender_addon.core.wardrobe.outfits import sample_outfit
from blender_addon.core.wardrobe.photo_garment import PhotoGarment, read_garment, wear
from tests.made_garments import NAVY, SKIRT, T_SHIRT, TROUSERS, ground, mask_of, photo_of


@pytest.fixture(scope="module")
def shirt(tmp_path_factory):
    """A T-shirt with a green block on the wearer's left, which is the picture's right."""
    photo = photo_of(T_SHIRT)
    photo[180:215, 165:195] = (40, 170, 40)
    folder = tmp_path_factory.mktemp("photos")
    path = write_photo(folder, photo)
    return add_garment(path, "T-Shirt", folder / "wardrobe", licence="CC0", source="a test")


def write_photo(folder, photo, name="shirt.png"):
    path = folder / name
    assert cv2.imwrite(str(path), photo)
    return path


def halves(garment):
    return np.array_split(cv2.imread(str(garment.picture)), 2, 0 if garment.stacked else 1)


def green(image):
    image = image.astype(int)
    return (image[..., 1] > image[..., 2] + 50) & (image[..., 1] > image[..., 0] + 50)


def red(image):
    image = image.astype(int)
    return image[..., 2] > image[..., 1] + 60


CORNERS = {
    "neck.l": (115, 70), "neck.r": (185, 70), "cuff_over.r": (262, 140), "cuff_under.r": (232, 165),
    "cuff_over.l": (38, 140), "armpit.r": (212, 145), "armpit.l": (88, 145), "hem.r": (212, 310), "hem.l": (88, 310),
}  # fmt: skip


def test_corners_of_a_t_shirt_are_found():
    outline = find_outline(mask_of(T_SHIRT), ("short", "bare"))
    assert outline.shape == "short"
    for name, place in CORNERS.items():
        assert np.linalg.norm(outline.corners[name] - place) < 9, name


def test_corners_of_trousers_are_found():
    outline = find_outline(mask_of(TROUSERS), ("legs",))
    for name, place in {"crotch": (150, 160), "waist.l": (95, 50), "leg_inside.r": (170, 360)}.items():
        assert np.linalg.norm(outline.corners[name] - place) < 9, name


def test_another_kind_of_thing_is_refused():
    cross = mask_of([(140, 20), (160, 20), (160, 190), (290, 190), (290, 210), (160, 210), (160, 380), (140, 380),
                     (140, 210), (10, 210), (10, 190), (140, 190)])  # fmt: skip
    with pytest.raises(AssetError, match="--kind"):
        find_outline(cross, ("skirt",))


def test_no_ground_is_left_on_the_cloth(shirt):
    for half in halves(shirt):
        assert red(half).mean() < 0.001


def test_what_is_right_in_the_picture_is_on_the_wearers_left(shirt):
    """Left in the flat frame is x below 0: letters are not mirrored."""
    front, _ = halves(shirt)
    left, _, right, _ = shirt.frame
    columns = np.nonzero(green(front))[1]
    x = left + (columns + 0.5) / front.shape[1] * (right - left)
    assert x.min() > 0.0 and x.max() < HALF_TRUNK


def test_a_print_stays_off_the_back(shirt):
    front, back = halves(shirt)
    assert green(front).sum() > 200
    assert green(back).sum() == 0


def test_stripes_go_round_to_the_back():
    photo = photo_of(SKIRT, NAVY, (190, 205, 210))
    inside = mask_of(SKIRT) > 0
    stripes = (np.arange(400) // 14 % 2 == 0)[:, None] & inside
    photo[stripes] = (60, 200, 220)
    _, atlas, described = make_garment(photo, "skirt")
    front, back = np.array_split(atlas, 2, 0 if described["stacked"] else 1)
    assert np.abs(front.astype(int) - back).mean() < 6


def test_front_and_back_meet_at_the_sides(shirt):
    front, back = halves(shirt)
    left, _, right, _ = shirt.frame
    column = int((HALF_TRUNK - 0.01 - left) / (right - left) * front.shape[1])
    rows = slice(int(0.5 * len(front)), int(0.85 * len(front)))
    assert np.abs(front[rows, column].astype(int) - back[rows, column]).max() < 12


def test_lengths_and_flare_are_measured():
    def cut(outline, shape, kind):
        return cut_of(find_outline(mask_of(outline), (shape,)), kind, None)

    shorter = [(x, min(y, 230)) for x, y in TROUSERS]
    assert cut(TROUSERS, "legs", "trousers")["hem"] < cut(shorter, "legs", "trousers")["hem"] - 0.2
    wide, narrow = ([*SKIRT[:2], (150 + half, 300), (150 - half, 300)] for half in (110, 55))
    assert cut(wide, "skirt", "skirt")["flare"] > cut(narrow, "skirt", "skirt")["flare"] + 0.1


def test_the_ridge_of_the_shoulders_is_where_the_flat_body_has_it(body):
    fit = template_fit(body)
    flat = flat_places(fit, fit.points)
    for x, height in zip(*RIDGE, strict=True):
        column = (np.abs(np.abs(flat[:, 0]) - x) < 0.012) & (flat[:, 1] > 1.3)
        assert abs(flat[column, 1].max() - height) < (0.045 if x < 0.1 else 0.025), x  # steep by the neck


def test_a_garment_is_read_as_it_was_written(shirt):
    assert shirt.kind == "t-shirt" and shirt.role == "top" and shirt.name == "shirt"
    assert (shirt.licence, shirt.source) == ("CC0", "a test")
    assert max(cv2.imread(str(shirt.picture)).shape) <= 1024
    assert sorted(path.name for path in shirt.picture.parent.iterdir()) == ["garment.json", "shirt.png"]


def test_same_photo_same_bytes(tmp_path):
    path = write_photo(tmp_path, photo_of(SKIRT, NAVY), "skirt.png")
    one, two = (add_garment(path, "skirt", tmp_path / name).picture.parent for name in "ab")
    for name in ("garment.json", "skirt.png"):
        assert (one / name).read_bytes() == (two / name).read_bytes()


@pytest.mark.parametrize("row", [3, 40])
def test_flat_places_do_not_depend_on_who_wears_it(body, shirt, row):
    """The middle of the chest, the sides of the hem and the sleeves' ends lie flat where they lie on the template."""
    look = wear(np.random.default_rng(0), shirt, 0.0, 30.0)
    shaped, _ = shape_body(body, body.population_betas[row % len(body.population_betas)])
    (on_template,), _ = dress(body, body.v_template, [look])
    (on_person,), _ = dress(body, shaped, [look])
    for way in ([1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1]):
        ends = [(garment.attributes["flat"] @ np.array(way, float)).max() for garment in (on_template, on_person)]
        assert abs(ends[0] - ends[1]) < 0.012
    assert np.abs(on_person.attributes["flat"][:, 1].min() - level_height(look.params["hem"])) < 0.03


def test_flat_places_follow_the_cloth(body, shirt):
    """Neighbours on the cloth are neighbours when flat: no rips, no smears."""
    look = wear(np.random.default_rng(0), shirt, 0.0, 30.0)
    shaped, _ = shape_body(body, body.population_betas[12])
    (garment,), _ = dress(body, shaped, [look])
    count = garment.outside[1]
    faces = garment.faces[:count]
    faces = faces[faces[:, 3] >= 0]
    flat, points = garment.attributes["flat"][:, :2], garment.points
    step = np.linalg.norm(flat[faces[:, 0]] - flat[faces[:, 1]], axis=1)
    real = np.linalg.norm(points[faces[:, 0]] - points[faces[:, 1]], axis=1)
    assert np.percentile(step / np.maximum(real, 0.003), 99.5) < 4.0
    assert step.max() < 0.12


@pytest.mark.parametrize(
    "kind, cut",
    [
        pytest.param("trousers", {"waist": 2.28, "hem": 0.0}, id="trousers"),
        pytest.param("skirt", {"waist": 2.38, "hem": 1.1, "flare": 0.2}, id="skirt"),
        pytest.param(
            "dress",
            {"sleeve": None, "strap": 0.7, "waist": 2.4, "skirt_hem": 1.0, "flare": 0.1,
             "neck": {"depth": 0.06, "back": 0.01, "width": 0.09, "power": 2.2}},
            id="dress",
        ),
        pytest.param(
            "hoodie",
            {"sleeve": 1.95, "strap": 0.7, "hem": 1.9,
             "neck": {"depth": 0.045, "back": 0.01, "width": 0.08, "power": 2.2}},
            id="hoodie",
        ),
    ],
)  # fmt: skip
def test_every_role_is_worn(body, shirt, kind, cut):
    """On the seams front and back lie together; in front the flat x grows to the wearer's left."""
    garment = replace(shirt, kind=kind, cut=cut)
    look = wear(np.random.default_rng(1), garment, 1.0, 30.0)
    assert len(json.dumps(look.params)) < 4000
    (surface,), _ = dress(body, body.v_template, [look])
    flat = surface.attributes["flat"]
    assert np.isfinite(flat).all() and flat[:, 2].min() < -0.8 and flat[:, 2].max() > 0.8
    front = flat[:, 2] > 0.3
    assert np.corrcoef(flat[front, 0], surface.points[front, 0])[0, 1] > 0.95


def test_the_picture_is_looked_up_by_name(body, shirt):
    look = wear(np.random.default_rng(0), shirt, 0.0, 30.0)
    folder = shirt.picture.parent
    closet = Closet({"garments/shirt": Look("garments/shirt", folder / "garment.json", folder, "CC0", "")})
    (garment,), _ = dress(body, body.v_template, [look], closet)
    assert garment.photo == shirt.picture
    (plain,), _ = dress(body, body.v_template, [look])
    assert plain.photo is None
    with pytest.raises(AssetError, match="garments/shirt"):
        dress(body, body.v_template, [look], Closet({"garments/other": closet.looks["garments/shirt"]}))


def test_what_cannot_be_cut_out_leaves_nothing(tmp_path):
    path = write_photo(tmp_path, ground())
    with pytest.raises(AssetError, match=r"shirt\.png"):
        add_garment(path, "t-shirt", tmp_path / "wardrobe")
    assert not (tmp_path / "wardrobe").exists()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\xff\xd8\xff\xe0 not a picture", id="broken JPEG"),
        pytest.param(b"<html>", id="a page"),
        pytest.param(
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (2**31 - 1).to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0" + b"\0" * 4,
            id="a PNG that says it is huge",
        ),
    ],
)
def test_broken_pictures_are_refused(tmp_path, content):
    path = tmp_path / "photo.jpg"
    path.write_bytes(content)
    with pytest.raises(AssetError):
        read_photo(path)


def test_kinds_go_by_several_names():
    assert [kind_of(name) for name in ("T-Shirt", "Pants", "DRESS")] == ["t-shirt", "trousers", "dress"]
    with pytest.raises(AssetError, match="hoodie"):
        kind_of("socks")


@pytest.mark.parametrize("name", ["../out", "a/b", "", ".hidden", "x" * 90, "a\0b"])
def test_names_stay_in_the_wardrobe(tmp_path, name):
    with pytest.raises(AssetError, match="name"):
        add_garment(write_photo(tmp_path, photo_of(SKIRT)), "skirt", tmp_path / "wardrobe", name)


def test_a_folder_goes_on_where_it_was_stopped(tmp_path):
    write_photo(tmp_path, photo_of(SKIRT), "a.png")
    write_photo(tmp_path, np.full((300, 300, 3), 99, np.uint8), "b.png")
    labels = tmp_path / "labels.tsv"
    labels.write_text("Skirt\ta.png\nSkirt\tb.png\nSkirt\tmissing.png\n")
    made, left_out = add_folder(tmp_path, labels, tmp_path / "wardrobe")
    assert [garment.name for garment in made] == ["a"] and len(left_out) == 2
    before = made[0].picture.stat().st_mtime_ns
    made, _ = add_folder(tmp_path, labels, tmp_path / "wardrobe")
    assert made[0].picture.stat().st_mtime_ns == before
    labels.write_text("Skirt\t../a.png\n")
    with pytest.raises(AssetError, match="line 1"):
        add_folder(tmp_path, labels, tmp_path / "wardrobe")


BROKEN = [
    pytest.param({"kind": "socks"}, id="unknown kind"),
    pytest.param({"kind": ["t-shirt"]}, id="kind of the wrong type"),
    pytest.param({"cut": None}, id="no cut"),
    pytest.param({"cut": {"sleeve": "long"}}, id="cut lacks numbers"),
    pytest.param({"color": [1, 2]}, id="short colour"),
    pytest.param({"color": [0.1, 0.2, float("nan")]}, id="NaN"),
    pytest.param({"color": [True, 0.2, 0.3]}, id="a bool is no number"),
    pytest.param({"frame": [0, 0, 0, 0]}, id="empty frame"),
    pytest.param({"frame": [-1e9, 0, 1, 1]}, id="frame out of limits"),
    pytest.param({"stacked": 1}, id="stacked no bool"),
    pytest.param({"picture": "../../shirt.png"}, id="path out of the folder"),
    pytest.param({"picture": "/etc/hostname"}, id="absolute path"),
    pytest.param({"picture": "link.png"}, id="link out of the folder"),
    pytest.param({"picture": "garment.json"}, id="not a PNG"),
    pytest.param({"picture": "none.png"}, id="missing picture"),
    pytest.param({"picture": 5}, id="picture no text"),
    pytest.param({"licence": {}}, id="licence no text"),
]


@pytest.mark.parametrize("change", BROKEN)
def test_broken_descriptions_are_refused(shirt, tmp_path, change):
    folder = tmp_path / "shirt"
    folder.mkdir()
    (tmp_path / "shirt.png").write_bytes(shirt.picture.read_bytes())
    (folder / "shirt.png").write_bytes(shirt.picture.read_bytes())
    (folder / "link.png").symlink_to(tmp_path / "shirt.png")
    data = json.loads((shirt.picture.parent / "garment.json").read_text())
    (folder / "garment.json").write_text(json.dumps(data))
    assert isinstance(read_garment(folder), PhotoGarment)
    (folder / "garment.json").write_text(json.dumps(data | change))
    with pytest.raises(AssetError, match=r"garment\.json"):
        read_garment(folder)


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 100_000, "{}", "\ufeff{}", "null", " " * 70_000])
def test_what_is_no_description_is_refused(tmp_path, text):
    (tmp_path / "garment.json").write_text(text)
    with pytest.raises(AssetError, match=r"garment\.json"):
        read_garment(tmp_path)


def test_garments_in_an_asset_folder_are_worn(shirt, tmp_path):
    """People are drawn in what photos were made into; a spoilt one is named and left out."""
    shutil.copytree(shirt.picture.parent, tmp_path / "wardrobe" / "worn")
    shutil.copytree(shirt.picture.parent, tmp_path / "wardrobe" / "spoilt")
    (tmp_path / "wardrobe" / "spoilt" / "garment.json").write_text("{}")
    catalog = load_catalog([tmp_path])
    cast = load_cast(catalog, Ranges())
    assert [garment.name for garment in cast.garments] == ["worn"]
    assert sum("spoilt" in line for line in catalog.skipped) == 1
    outfits = [sample_outfit(np.random.default_rng(seed), 0.0, 30.0, (), cast.garments) for seed in range(60)]
    worn = [look for outfit in outfits for look in outfit if look.params.get("photo") == "worn"]
    assert 15 < len(worn) < 45
    body = cast.bodies["open_body"]
    garments, _ = dress(body, body.v_template, worn[:1], cast.closet)
    assert garments[0].photo == tmp_path / "wardrobe" / "worn" / shirt.picture.name

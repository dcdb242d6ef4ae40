"""Published models in Blender: how they are lit, where they stand, and that the second picture finds them ready."""

import bpy
import numpy as np
import pytest

from blender_addon.core.catalog import Asset
from blender_addon.core.errors import AssetError
from blender_addon.core.models import model_facts, model_params
from blender_addon.core.placing import stand
from blender_addon.scene import models
from blender_addon.scene.build import clear_scene
from blender_addon.scene.models import build_model
from tests.made_models import write_model, write_png


@pytest.fixture(autouse=True)
def empty():
    bpy.ops.wm.read_factory_settings(use_empty=True)


def asset_in(folder, **made):
    path = write_model(folder, **made)
    return Asset(path.stem, "occluder", path, "CC0", "made")


def put_up(asset, scale: float = 1.0):
    thing = stand(model_params(model_facts(asset), scale), (2.0, 3.0), 0.5)
    return build_model(asset, thing, bpy.context.scene.collection)


def test_a_model_has_its_published_size_and_stands_on_the_ground(tmp_path):
    built = put_up(asset_in(tmp_path, boxes=[((3, 1, 0), (4, 3, 5))]), 1.02)
    bpy.context.view_layer.update()
    points = np.array([built.matrix_world @ vertex.co for vertex in built.data.vertices])
    np.testing.assert_allclose(sorted(built.dimensions), np.multiply([1, 2, 5], 1.02), rtol=1e-4)
    assert abs(points[:, 2].min()) < 1e-5
    np.testing.assert_allclose((points[:, :2].min(0) + points[:, :2].max(0)) / 2, [2, 3], atol=1e-4)


def test_channels_and_colour_spaces_are_as_gltf_has_them(tmp_path):
    def change(model):
        model["images"].append({"uri": "textures/arm.png"})
        model["textures"].append({"source": 1})
        surface = model["materials"][0]
        surface["pbrMetallicRoughness"] = {"baseColorTexture": {"index": 0}, "metallicRoughnessTexture": {"index": 1}}
        surface["normalTexture"] = {"index": 1, "scale": 0.5}

    asset = asset_in(tmp_path, change=None)
    write_png(asset.path.parent / "textures" / "arm.png")
    asset = asset_in(tmp_path, change=change)
    tree = put_up(asset).data.materials[0].node_tree
    shader = next(node for node in tree.nodes if node.type == "BSDF_PRINCIPLED")
    source = {
        name: shader.inputs[name].links[0].from_socket for name in ("Base Color", "Roughness", "Metallic", "Normal")
    }
    assert (source["Roughness"].name, source["Metallic"].name) == ("Green", "Blue")
    assert source["Base Color"].node.image.colorspace_settings.name == "sRGB"
    data = source["Roughness"].node.inputs[0].links[0].from_node.image
    assert data.colorspace_settings.name == "Non-Color"
    assert source["Normal"].node.inputs["Strength"].default_value == 0.5


def test_the_next_picture_finds_mesh_material_and_pictures_ready(tmp_path):
    asset = asset_in(tmp_path)
    first = put_up(asset).data
    kept = {block.name for blocks in (bpy.data.materials, bpy.data.images) for block in blocks}
    clear_scene()
    assert not bpy.data.objects
    assert put_up(asset).data == first
    assert put_up(asset).data == first  # twice in one picture
    assert {block.name for blocks in (bpy.data.materials, bpy.data.images) for block in blocks} == kept


def test_models_used_long_ago_make_room(tmp_path, monkeypatch):
    monkeypatch.setattr(models, "KEPT", 2)
    assets = [asset_in(tmp_path, name=f"thing{number}") for number in range(4)]
    for asset in assets:
        put_up(asset)
        clear_scene()
    assert {mesh.name for mesh in bpy.data.meshes} == {"thing2", "thing3"}
    assert len(bpy.data.images) == len([m for m in bpy.data.materials if m.name.startswith("model")]) == 2


def test_models_in_the_scene_stay_when_there_are_too_many(tmp_path, monkeypatch):
    monkeypatch.setattr(models, "KEPT", 1)
    built = [put_up(asset_in(tmp_path, name=f"thing{number}")) for number in range(3)]
    assert all(len(thing.data.vertices) for thing in built)


def test_a_picture_that_went_bad_is_refused(tmp_path):
    asset = asset_in(tmp_path)
    picture = asset.path.parent / "textures" / "wood.png"
    picture.write_bytes(picture.read_bytes()[:40])
    with pytest.raises(AssetError, match=r"wood\.png"):
        put_up(asset)

"""A square in white light from everywhere, which shows a material's own colour, or in a sun's; runs where bpy is."""

import bpy
import numpy as np

CORNERS = np.array([[-1, 0, -1], [1, 0, -1], [1, 0, 1], [-1, 0, 1.0]])
FACES = np.array([[0, 1, 2, 3]])


def render_square(mesh, out: str, side: int, samples: int, sun=None) -> None:
    """Render a mesh of CORNERS from in front, filling a picture of `side` pixels.

    Args:
        sun: Euler angles of a sun that is the only light, or None.
    """
    scene = bpy.context.scene
    scene.collection.objects.link(bpy.data.objects.new("made", mesh))
    camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    camera.data.type, camera.data.ortho_scale = "ORTHO", 2.0
    camera.location, camera.rotation_euler = (0, -3, 0), (np.pi / 2, 0, 0)
    scene.collection.objects.link(camera)
    scene.camera, scene.world = camera, bpy.data.worlds.new("white")
    scene.world.use_nodes = True
    bright = 1 if sun is None else 0
    scene.world.node_tree.nodes["Background"].inputs[0].default_value = (bright, bright, bright, 1)
    if sun is not None:
        light = bpy.data.objects.new("sun", bpy.data.lights.new("sun", "SUN"))
        light.data.energy, light.rotation_euler = 2.5, sun
        scene.collection.objects.link(light)
    scene.render.engine, scene.cycles.samples, scene.cycles.use_denoising = "CYCLES", samples, False
    scene.render.resolution_x = scene.render.resolution_y = side
    scene.view_settings.view_transform = "Standard"
    scene.render.filepath = out
    bpy.ops.render.render(write_still=True)

"""Shader nodes in one call each."""

import bpy

from . import compat


def add_node(tree, kind: str, inputs=(), **settings):
    """A node with its settings.

    Args:
        inputs: socket (name or number) -> its value, or another node's output.
        settings: attributes of the node.
    """
    node = tree.nodes.new(kind)
    for name, value in settings.items():
        setattr(node, name, value)
    for socket, value in dict(inputs).items():
        if isinstance(value, bpy.types.NodeSocket):
            tree.links.new(value, node.inputs[socket])
        else:
            node.inputs[socket].default_value = value
    return node


def set_shader(tree, shader, **values) -> None:
    """Set inputs of a Principled BSDF by our names, from numbers, colours or other nodes' outputs."""
    for name, value in values.items():
        if isinstance(value, bpy.types.NodeSocket):
            tree.links.new(value, compat.principled_input(shader, name))
        else:
            compat.set_principled(shader, **{name: value})

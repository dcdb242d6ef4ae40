"""Procedural materials for things: wood, metal, paint, plastic, card, cloth, leather, stone, pots, leaves.

Each reads three mesh attributes of `core.furniture.solids`: `grain` (metres along and across the piece), `tone`
(this piece against its neighbours) and `edge` (1 on rounded edges). No image files; one seed shifts all noise.
"""

import bpy

from .nodes import add_node, set_shader

BARE_STEEL = (0.35, 0.35, 0.36)


def make_material(name: str, finish: dict, seed: int):
    """A material for a finish of `core.furniture.finishes`."""
    material = _pattern(finish["surface"]).copy()
    material.name = name
    material.use_fake_user = False
    nodes = material.node_tree.nodes
    nodes["color"].outputs[0].default_value = (*finish["color"], 1.0)
    nodes["color2"].outputs[0].default_value = (*finish["color2"], 1.0)
    nodes["rough"].outputs[0].default_value = finish["rough"]
    nodes["wear"].outputs[0].default_value = finish["wear"]
    nodes["shift"].inputs[1].default_value = (seed % 97 * 1.37, seed % 89 * 0.013, seed % 83 * 0.011)
    return material


def _pattern(surface: str):
    """What all materials of one surface are copied from: thirty times faster than to link forty nodes again."""
    name = f"posewright {surface}"
    known = bpy.data.materials.get(name)
    if known is not None:
        return known
    material = bpy.data.materials.new(name)
    material.use_nodes = material.use_fake_user = True
    tree = material.node_tree
    shader = next(node for node in tree.nodes if node.type == "BSDF_PRINCIPLED")
    kinds = {"color": "RGB", "color2": "RGB", "rough": "Value", "wear": "Value"}
    finish = {key: add_node(tree, f"ShaderNode{kind}", name=key).outputs[0] for key, kind in kinds.items()}
    attribute = add_node(tree, "ShaderNodeAttribute", attribute_name="grain").outputs["Vector"]
    grain = add_node(tree, "ShaderNodeVectorMath", {0: attribute}, operation="ADD", name="shift").outputs[0]
    SURFACES[surface](tree, shader, finish, grain)
    return material


def _value(tree, name):
    return add_node(tree, "ShaderNodeAttribute", attribute_name=name).outputs[2]


def _stretch(tree, vector, x, y, z):
    return add_node(tree, "ShaderNodeVectorMath", {0: vector, 1: (x, y, z)}, operation="MULTIPLY").outputs[0]


def _noise(tree, vector, scale, detail=3.0, roughness=0.55, distortion=0.0):
    inputs = {"Vector": vector, "Scale": scale, "Detail": detail, "Roughness": roughness, "Distortion": distortion}
    return add_node(tree, "ShaderNodeTexNoise", inputs).outputs[0]


def _map(tree, value, low, high, to_low=0.0, to_high=1.0):
    """Linear from [low, high] to [to_low, to_high], clamped."""
    return add_node(tree, "ShaderNodeMapRange", {0: value, 1: low, 2: high, 3: to_low, 4: to_high}).outputs[0]


def _math(tree, operation, a, b):
    return add_node(tree, "ShaderNodeMath", {0: a, 1: b}, operation=operation).outputs[0]


def _line(tree, value, slope, offset=0.0):
    return add_node(tree, "ShaderNodeMath", {0: value, 1: slope, 2: offset}, operation="MULTIPLY_ADD").outputs[0]


def _uneven(tree, rough, noise, less, more):
    """Roughness that wanders with a noise: nothing used shines the same all over."""
    return _map(tree, noise, 0.3, 0.7, _line(tree, rough, 1, -less), _line(tree, rough, 1, more))


def _tint(tree, color, gain, lift=0.0):
    """A colour made lighter or darker, kept below white."""
    gain = gain if isinstance(gain, tuple) else (gain,) * 3
    more = add_node(
        tree, "ShaderNodeVectorMath", {0: color, 1: gain, 2: (lift,) * 3}, operation="MULTIPLY_ADD"
    ).outputs[0]
    return add_node(tree, "ShaderNodeVectorMath", {0: more, 1: (0.75,) * 3}, operation="MINIMUM").outputs[0]


def _mix(tree, factor, a, b, blend="MIX"):
    a, b = (c if isinstance(c, bpy.types.NodeSocket) else (*c[:3], 1.0) for c in (a, b))
    return add_node(tree, "ShaderNodeMixRGB", {0: factor, 1: a, 2: b}, blend_type=blend).outputs[0]


def _bump(tree, height, distance, normal=None):
    """Height in [0, 1] is worth `distance` metres."""
    inputs = {"Height": height, "Distance": distance, "Strength": 1.0}
    return add_node(tree, "ShaderNodeBump", inputs if normal is None else {**inputs, "Normal": normal}).outputs[0]


def _scale(tree, color, value):
    """A colour times a grey value socket."""
    return _mix(
        tree, 1.0, color, add_node(tree, "ShaderNodeCombineXYZ", {0: value, 1: value, 2: value}).outputs[0], "MULTIPLY"
    )


def _tone(tree, color, amount):
    """Pieces lighter and darker than each other."""
    return _scale(tree, color, _map(tree, _value(tree, "tone"), -1, 1, 1 - amount, 1 + amount))


def _grime(tree, color, amount):
    """Darker towards the floor and in cloudy patches, as anything is that stands and is touched."""
    position = add_node(tree, "ShaderNodeTexCoord").outputs["Object"]
    height = add_node(tree, "ShaderNodeSeparateXYZ", {0: position}).outputs[2]
    cloud = _noise(tree, position, 5.0, 4.0, 0.65)
    near = _map(tree, _math(tree, "ADD", height, _math(tree, "MULTIPLY", cloud, 0.25)), 0.12, 0.40, 0.65, 0.0)
    dirt = _math(tree, "MULTIPLY", _math(tree, "MAXIMUM", near, _map(tree, cloud, 0.45, 0.8, 0, 0.5)), amount)
    return _mix(tree, dirt, color, _mix(tree, 0.75, color, (0.05, 0.04, 0.03)))


def _chips(tree, grain, wear, scale=45.0):
    """1 where paint or varnish has gone: along the edges first, in small spots elsewhere."""
    patches = _noise(tree, grain, scale, 4.0, 0.7)
    limit = _map(tree, _value(tree, "edge"), 0, 1, _line(tree, wear, -0.13, 0.88), _line(tree, wear, -0.24, 0.72))
    over = _math(tree, "SUBTRACT", patches, limit)
    return _map(tree, over, 0.0, 0.025)


def _scratches(tree, grain, amount):
    """Thin lines in two directions where a coarser noise allows them."""
    lines = None
    for stretch in ((4, 260, 260), (190, 5, 230)):
        line = _map(tree, _noise(tree, _stretch(tree, grain, *stretch), 1.0, 1.0), 0.74, 0.78)
        lines = line if lines is None else _math(tree, "MAXIMUM", lines, line)
    where = _map(tree, _noise(tree, grain, 9.0, 2.0), 0.5, 0.62, 0.0, amount)
    return _math(tree, "MULTIPLY", lines, where)


def _wood_color(tree, grain, color):
    """Growth rings cut along the board, and the pores between them.

    Returns:
        color and height sockets.
    """
    warp = _noise(tree, _stretch(tree, grain, 1.2, 9, 9), 1.0, 2.0, 0.5)
    rings = add_node(tree, "ShaderNodeSeparateXYZ", {0: _stretch(tree, grain, 0.25, 1, 1)})
    across = _math(tree, "ADD", rings.outputs[1], _math(tree, "MULTIPLY", rings.outputs[2], 0.6))
    phase = _math(tree, "ADD", _math(tree, "MULTIPLY", across, 48.0), _math(tree, "MULTIPLY", warp, 7.0))
    ring = _map(tree, _math(tree, "FRACT", phase, 0.0), 0.0, 1.0)
    ring = _math(tree, "POWER", ring, 2.2)
    pores = _noise(tree, _stretch(tree, grain, 14, 420, 420), 1.0, 2.0, 0.6)
    patch = _noise(tree, _stretch(tree, grain, 2.0, 14, 14), 1.0, 3.0)
    dark = _tint(tree, color, (0.55, 0.48, 0.42))
    mixed = _mix(tree, _math(tree, "MULTIPLY", ring, 0.75), color, dark)
    mixed = _scale(tree, mixed, _map(tree, pores, 0.3, 0.7, 0.72, 1.12))
    mixed = _scale(tree, mixed, _map(tree, patch, 0.3, 0.7, 0.82, 1.15))
    return _tone(tree, mixed, 0.14), _math(tree, "ADD", pores, _math(tree, "MULTIPLY", ring, 0.3))


def _wood(tree, shader, finish, grain):
    color, height = _wood_color(tree, grain, finish["color"])
    wear = finish["wear"]
    worn = _math(tree, "MULTIPLY", _chips(tree, grain, wear, 25.0), 0.5)
    color = _mix(tree, worn, color, _tint(tree, finish["color"], 1.5, 0.04))
    color = _mix(tree, _scratches(tree, grain, _line(tree, wear, 0.5)), color, (0.05, 0.03, 0.02))
    rough = _uneven(tree, finish["rough"], _noise(tree, grain, 12.0, 4.0), 0.08, 0.14)
    set_shader(tree, shader, base_color=_grime(tree, color, _line(tree, wear, 0.5)), roughness=rough)
    set_shader(tree, shader, normal=_bump(tree, height, _line(tree, wear, 0.0005, 0.0002)))


def _painted_wood(tree, shader, finish, grain):
    bare, height = _wood_color(tree, grain, finish["color2"])
    gone = _chips(tree, grain, finish["wear"], 30.0)
    brushed = _noise(tree, _stretch(tree, grain, 6, 160, 160), 1.0, 3.0)
    paint = _scale(tree, finish["color"], _map(tree, brushed, 0.3, 0.7, 0.93, 1.05))
    color = _grime(tree, _mix(tree, gone, _tone(tree, paint, 0.03), bare), _line(tree, finish["wear"], 0.4, 0.25))
    rough = _uneven(tree, finish["rough"], _noise(tree, grain, 10.0, 4.0), 0.08, 0.12)
    set_shader(tree, shader, base_color=color, roughness=rough)
    surface = _math(tree, "SUBTRACT", _math(tree, "ADD", brushed, _math(tree, "MULTIPLY", height, 0.3)), gone)
    set_shader(tree, shader, normal=_bump(tree, surface, 0.0003))


def _metal(tree, shader, finish, grain):
    brushed = _noise(tree, _stretch(tree, grain, 8, 500, 500), 1.0, 2.0)
    smudge = _noise(tree, grain, 7.0, 5.0, 0.6)
    base = finish["rough"]
    rough = _map(
        tree, smudge, 0.3, 0.75, _line(tree, base, 0.75), _line(tree, base, 1.4, _line(tree, finish["wear"], 0.06))
    )
    rough = _math(tree, "ADD", rough, _math(tree, "MULTIPLY", _scratches(tree, grain, finish["wear"]), 0.25))
    color = _scale(tree, finish["color"], _map(tree, smudge, 0.3, 0.7, 0.88, 1.04))
    set_shader(
        tree, shader, base_color=_grime(tree, color, _line(tree, finish["wear"], 0.3)), metallic=1.0, roughness=rough
    )
    set_shader(tree, shader, normal=_bump(tree, brushed, 0.00006))


def _painted_metal(tree, shader, finish, grain):
    wear = finish["wear"]
    gone = _chips(tree, grain, _line(tree, wear, 0.8), 60.0)
    scratched = _scratches(tree, grain, wear)
    rust = _map(tree, _noise(tree, grain, 20.0, 4.0), 0.4, 0.6)
    bare = _mix(tree, rust, BARE_STEEL, finish["color2"])
    faded = _map(
        tree,
        _noise(tree, grain, 3.5, 5.0, 0.65),
        0.3,
        0.7,
        _line(tree, wear, -0.14, 0.97),
        _line(tree, wear, 0.1, 1.03),
    )
    color = _mix(tree, _math(tree, "MULTIPLY", scratched, 0.4), _scale(tree, finish["color"], faded), (0.4, 0.4, 0.4))
    color = _grime(tree, _mix(tree, gone, color, bare), _line(tree, wear, 0.5, 0.06))
    rough = _uneven(tree, finish["rough"], _noise(tree, grain, 9.0, 4.0), 0.07, 0.15)
    rough = _math(tree, "ADD", rough, _math(tree, "MULTIPLY", gone, 0.3))
    bare_shine = _math(tree, "MULTIPLY", gone, _map(tree, rust, 0, 1, 0.8, 0.0))
    set_shader(tree, shader, base_color=color, roughness=rough, metallic=bare_shine)
    peel = _math(tree, "SUBTRACT", _math(tree, "MULTIPLY", _noise(tree, grain, 240.0, 1.0), 0.25), gone)
    set_shader(tree, shader, normal=_bump(tree, peel, 0.0002))


def _plastic(tree, shader, finish, grain):
    wear = finish["wear"]
    scuffs = _scratches(tree, grain, wear)
    pale = _tint(tree, finish["color"], 1.5, 0.08)
    rubbed = _math(tree, "MULTIPLY", _chips(tree, grain, wear, 35.0), 0.45)
    color = _mix(tree, _math(tree, "MAXIMUM", _math(tree, "MULTIPLY", scuffs, 0.5), rubbed), finish["color"], pale)
    rough = _uneven(tree, finish["rough"], _noise(tree, grain, 8.0, 4.0), 0.06, 0.14)
    color = _grime(tree, _tone(tree, color, 0.06), _line(tree, wear, 0.45, 0.1))
    set_shader(
        tree, shader, base_color=color, roughness=_math(tree, "ADD", rough, _math(tree, "MULTIPLY", scuffs, 0.25))
    )
    set_shader(tree, shader, normal=_bump(tree, _noise(tree, grain, 900.0, 1.0), 0.00005))


def _cardboard(tree, shader, finish, grain):
    fibres = _noise(tree, _stretch(tree, grain, 60, 700, 700), 1.0, 3.0, 0.7)
    flute = add_node(
        tree, "ShaderNodeTexWave", {"Vector": grain, "Scale": 40.0, "Distortion": 0.3}, bands_direction="X"
    ).outputs[1]
    dents = _noise(tree, grain, 9.0, 3.0)
    color = _scale(tree, finish["color"], _map(tree, fibres, 0.3, 0.7, 0.88, 1.1))
    color = _scale(tree, color, _map(tree, flute, 0, 1, 0.975, 1.02))
    edge = _math(tree, "MULTIPLY", _value(tree, "edge"), _map(tree, dents, 0.4, 0.6, 0.15, 0.7))
    color = _mix(tree, edge, color, _tint(tree, finish["color"], 1.45))
    stains = _map(tree, _noise(tree, grain, 4.0, 5.0, 0.65), 0.5, 0.72, 0.0, _line(tree, finish["wear"], 0.4))
    color = _mix(tree, stains, color, _tint(tree, finish["color"], 0.45))
    set_shader(
        tree,
        shader,
        base_color=_grime(tree, _tone(tree, color, 0.08), _line(tree, finish["wear"], 0.4)),
        roughness=0.88,
        specular=0.2,
    )
    set_shader(tree, shader, normal=_bump(tree, flute, 0.00012, _bump(tree, dents, _line(tree, finish["wear"], 0.008))))


def _fabric(tree, shader, finish, grain):
    """Threads of noise in both directions: ruled ones would shimmer at a distance."""
    warp = _noise(tree, _stretch(tree, grain, 170, 1100, 1100), 1.0, 1.0)
    weft = _noise(tree, _stretch(tree, grain, 1100, 170, 1100), 1.0, 1.0)
    weave = _math(tree, "MAXIMUM", warp, weft)
    cloud = _noise(tree, grain, 6.0, 4.0)
    color = _scale(tree, finish["color"], _map(tree, weave, 0.42, 0.72, 0.68, 1.2))
    color = _scale(tree, color, _map(tree, cloud, 0.3, 0.7, _line(tree, finish["wear"], -0.12, 1), 1.06))
    set_shader(tree, shader, base_color=_tone(tree, color, 0.15), roughness=0.92, sheen=0.25, specular=0.15)
    folds = _bump(tree, _noise(tree, grain, 11.0, 2.0), 0.006)
    set_shader(tree, shader, normal=_bump(tree, weave, 0.0006, folds))


def _leather(tree, shader, finish, grain):
    cells = add_node(tree, "ShaderNodeTexVoronoi", {"Vector": grain, "Scale": 420.0}).outputs[0]
    creases = _noise(tree, grain, 16.0, 5.0, 0.65, 0.6)
    worn = _map(tree, _noise(tree, grain, 5.0, 4.0), 0.45, 0.8, 0.0, _line(tree, finish["wear"], 0.3))
    color = _mix(tree, worn, finish["color"], _tint(tree, finish["color"], 1.8, 0.02))
    color = _scale(tree, color, _map(tree, creases, 0.3, 0.7, 0.82, 1.1))
    rough = _uneven(tree, finish["rough"], creases, 0.06, 0.14)
    set_shader(tree, shader, base_color=_tone(tree, color, 0.12), roughness=rough)
    set_shader(tree, shader, normal=_bump(tree, cells, 0.0003, _bump(tree, creases, 0.004)))


def _ceramic(tree, shader, finish, grain):
    glaze = _noise(tree, grain, 14.0, 5.0, 0.6)
    color = _scale(tree, finish["color"], _map(tree, glaze, 0.3, 0.7, 0.9, 1.06))
    rough = _map(tree, glaze, 0.3, 0.7, _line(tree, finish["rough"], 0.8), _line(tree, finish["rough"], 1.2, 0.03))
    set_shader(tree, shader, base_color=_grime(tree, color, 0.2), roughness=rough)
    set_shader(tree, shader, normal=_bump(tree, _noise(tree, grain, 30.0, 1.0), 0.0008))


def _terracotta(tree, shader, finish, grain):
    cloud = _noise(tree, grain, 7.0, 5.0, 0.65)
    bloom = _map(tree, cloud, 0.5, 0.72, 0.0, _line(tree, finish["wear"], 0.7))
    color = _mix(tree, bloom, _scale(tree, finish["color"], _map(tree, cloud, 0.3, 0.7, 1.1, 0.85)), (0.55, 0.47, 0.40))
    set_shader(tree, shader, base_color=_grime(tree, color, 0.5), roughness=0.9, specular=0.2)
    set_shader(tree, shader, normal=_bump(tree, _noise(tree, grain, 150.0, 3.0), 0.0006))


def _concrete(tree, shader, finish, grain):
    pores = _map(
        tree, add_node(tree, "ShaderNodeTexVoronoi", {"Vector": grain, "Scale": 55.0}).outputs[0], 0.08, 0.20, 0.0, 1.0
    )
    sparse = _math(tree, "MAXIMUM", pores, _map(tree, _noise(tree, grain, 13.0, 1.0), 0.5, 0.56, 1.0, 0.0))
    cloud = _noise(tree, grain, 5.0, 6.0, 0.65)
    sand = _noise(tree, grain, 380.0, 2.0, 0.7)
    color = _scale(tree, finish["color"], _map(tree, cloud, 0.3, 0.7, 0.72, 1.18))
    color = _scale(tree, color, _map(tree, sand, 0.3, 0.7, 0.86, 1.12))
    color = _scale(tree, color, _map(tree, sparse, 0, 1, 0.6, 1.0))
    streaks = _noise(
        tree, _stretch(tree, add_node(tree, "ShaderNodeTexCoord").outputs["Object"], 30, 30, 1.5), 1.0, 3.0
    )
    color = _scale(tree, color, _map(tree, streaks, 0.5, 0.75, 1.0, _line(tree, finish["wear"], -0.4, 1)))
    set_shader(
        tree,
        shader,
        base_color=_grime(tree, _tone(tree, color, 0.05), _line(tree, finish["wear"], 0.6)),
        roughness=0.9,
        specular=0.25,
    )
    height = _math(tree, "ADD", _math(tree, "MULTIPLY", sparse, 0.8), _math(tree, "MULTIPLY", sand, 0.35))
    set_shader(tree, shader, normal=_bump(tree, height, 0.0016))


def _stone(tree, shader, finish, grain):
    """Bricks and rubble: each with its own shade."""
    cloud = _noise(tree, grain, 22.0, 6.0, 0.65)
    sand = _noise(tree, grain, 260.0, 3.0, 0.7)
    color = _scale(tree, finish["color"], _map(tree, cloud, 0.3, 0.7, 0.65, 1.25))
    color = _scale(tree, color, _map(tree, sand, 0.3, 0.7, 0.8, 1.15))
    chalk = _map(tree, cloud, 0.58, 0.72, 0.0, _line(tree, finish["wear"], 0.35))
    color = _mix(tree, chalk, _tone(tree, color, 0.35), (0.5, 0.47, 0.42))
    set_shader(tree, shader, base_color=_grime(tree, color, 0.5), roughness=0.92, specular=0.2)
    height = _math(tree, "ADD", cloud, _math(tree, "MULTIPLY", sand, 0.2))
    set_shader(tree, shader, normal=_bump(tree, height, 0.006))


def _soil(tree, shader, finish, grain):
    crumbs = _noise(tree, grain, 60.0, 5.0, 0.7)
    color = _scale(tree, finish["color"], _map(tree, crumbs, 0.3, 0.7, 0.4, 1.6))
    set_shader(tree, shader, base_color=color, roughness=0.95, specular=0.1)
    set_shader(tree, shader, normal=_bump(tree, crumbs, 0.02))


def _bark(tree, shader, finish, grain):
    ridges = _noise(tree, _stretch(tree, grain, 18, 150, 150), 1.0, 4.0, 0.6)
    color = _scale(tree, finish["color"], _map(tree, ridges, 0.3, 0.7, 0.5, 1.4))
    set_shader(tree, shader, base_color=color, roughness=0.9, specular=0.2)
    set_shader(tree, shader, normal=_bump(tree, ridges, 0.002))


def _leaf(tree, shader, finish, grain):
    """Lit from behind a leaf glows; a paler midrib; old and young leaves differ."""
    rib = add_node(tree, "ShaderNodeAttribute", attribute_name="grain")
    ridge = _math(tree, "ABSOLUTE", add_node(tree, "ShaderNodeSeparateXYZ", {0: rib.outputs["Vector"]}).outputs[1], 0.0)
    patch = _noise(tree, grain, 40.0, 3.0)
    color, tone = finish["color"], _value(tree, "tone")
    young, old = _tint(tree, color, (1.9, 1.45, 0.9), 0.005), _tint(tree, color, (0.5, 0.55, 0.6))
    shade = _mix(tree, _map(tree, tone, -1, 1), old, young)
    shade = _scale(tree, shade, _map(tree, patch, 0.3, 0.7, 0.8, 1.15))
    shade = _mix(tree, _map(tree, ridge, 0.0006, 0.0022, 0.4, 0.0), shade, _tint(tree, color, 2.2))
    rough = _uneven(tree, finish["rough"], patch, 0.05, 0.12)
    set_shader(tree, shader, base_color=shade, roughness=rough, specular=0.4)
    set_shader(tree, shader, normal=_bump(tree, patch, 0.001))
    through = add_node(
        tree, "ShaderNodeBsdfTranslucent", {"Color": _scale(tree, shade, _map(tree, tone, -1, 1, 1.3, 1.5))}
    )
    both = add_node(tree, "ShaderNodeMixShader", {0: 0.28, 1: shader.outputs[0], 2: through.outputs[0]})
    output = next(node for node in tree.nodes if node.type == "OUTPUT_MATERIAL")
    tree.links.new(both.outputs[0], output.inputs["Surface"])


def _stripes(tree, shader, finish, grain):
    """Slanting reflective stripes in two colours, as road works have them."""
    axes = add_node(tree, "ShaderNodeSeparateXYZ", {0: add_node(tree, "ShaderNodeTexCoord").outputs["Object"]})
    place = _math(tree, "MULTIPLY", _math(tree, "ADD", axes.outputs[0], axes.outputs[2]), 3.3)
    band = _map(tree, _math(tree, "PINGPONG", place, 0.5), 0.247, 0.253)
    paint = _mix(tree, band, finish["color"], finish["color2"])
    scuffs = _scratches(tree, grain, finish["wear"])
    color = _grime(
        tree,
        _mix(tree, _math(tree, "MULTIPLY", scuffs, 0.5), paint, (0.3, 0.3, 0.3)),
        _line(tree, finish["wear"], 0.4, 0.2),
    )
    set_shader(tree, shader, base_color=color, roughness=_map(tree, scuffs, 0, 1, finish["rough"], 0.7))


def _chalkboard(tree, shader, finish, grain):
    wiped = _noise(tree, _stretch(tree, grain, 2.5, 14, 14), 1.0, 5.0, 0.7, 0.8)
    color = _mix(tree, _map(tree, wiped, 0.4, 0.75, 0.0, 0.16), finish["color"], (0.5, 0.5, 0.5))
    set_shader(tree, shader, base_color=color, roughness=0.8)


SURFACES = {
    "wood": _wood,
    "painted_wood": _painted_wood,
    "metal": _metal,
    "painted_metal": _painted_metal,
    "plastic": _plastic,
    "cardboard": _cardboard,
    "fabric": _fabric,
    "leather": _leather,
    "ceramic": _ceramic,
    "terracotta": _terracotta,
    "concrete": _concrete,
    "stone": _stone,
    "soil": _soil,
    "bark": _bark,
    "leaf": _leaf,
    "stripes": _stripes,
    "chalkboard": _chalkboard,
}

"""How much room a thing takes, from its dimensions: building its geometry to measure it would take ten times as long
as drawing all the rest of a scene."""

EXTRA = {
    "barrel": (0.01, 0.01, 0.0),
    "barrier": (0.0, 0.61, 0.19),
    "barrier/jersey": (0.0, 0.52, 0.0),
    "barrier/crowd": (0.0, 0.61, 0.02),
    "bench/park": (0.0, 0.24, 0.0),
    "bin": (0.04, 0.13, 0.0),
    "bin/slatted": (0.03, 0.03, 0.0),
    "bollard": (0.08, 0.08, 0.0),
    "bollard/timber": (0.0, 0.0, 0.0),
    "bollard/concrete": (0.03, 0.03, 0.0),
    "bush": (0.04, 0.02, 0.0),
    "cabinet": (0.02, 0.03, 0.0),
    "chair": (0.13, 0.16, 0.0),
    "chair/shell": (0.09, 0.19, -0.05),
    "chair/office": (0.22, 0.19, 0.17),
    "chair/slat": (0.01, 0.11, 0.01),
    "chair/tube": (0.01, 0.13, 0.0),
    "fence": (0.01, 0.13, 0.0),
    "fridge": (0.0, 0.05, 0.0),
    "hedge": (0.03, 0.03, 0.03),
    "lamp_post": (0.46, 0.29, 0.0),
    "low_wall": (0.0, 0.0, 0.0),
    "railing": (0.1, 0.11, 0.02),
    "sign": (0.0, 0.2, 0.0),
    "sign/board": (0.0, 0.48, 0.0),
    "stool": (0.1, 0.1, 0.0),
    "stool/turned": (0.03, 0.03, 0.0),
    "stool/pad": (0.04, 0.04, 0.0),
    "suitcase": (0.03, 0.02, 0.04),
}
"""Kind, or kind/style -> metres of width, depth and height that parts stand out beyond the drawn dimensions."""
FOLIAGE = {"palm": 1.0, "snake": 0.07, "rubber": 0.25, "bushy": 0.3}
"""Style of a potted plant -> metres that leaves reach beyond the pot, a metre of the plant's height."""


def room_of(params: dict) -> tuple:
    """(width, depth, height) in metres of what `sample_furniture` drew, a few centimetres more rather than less; leaves
    may reach somewhat farther."""
    kind = params["kind"]
    special = _SPECIAL.get(kind)
    size = special(params) if special else _drawn(params)
    extra = EXTRA.get(f"{kind}/{params.get('style')}", EXTRA.get(kind, (0.0, 0.0, 0.0)))
    return tuple(round(drawn + more, 4) for drawn, more in zip(size, extra, strict=True))


def _drawn(params) -> tuple:
    """By the names that most kinds give their dimensions."""
    seat = params.get("seat", {})
    across = 2 * params.get("radius", 0.0)
    width = next((params[name] for name in ("length", "width", "face") if name in params), seat.get("width", across))
    depth = params.get("depth", seat.get("depth", 0.0 if "length" in params else across))
    height = params["height"] if "height" in params else seat["height"] + params.get("back", 0.0)
    return width, depth, height


def _sofa(params) -> tuple:
    seat, arm = params["seat"], 0.07 if params["style"] == "slim" else params["arm"]
    return seat["width"] + 2 * arm + 0.02, seat["depth"] + 0.34, seat["height"] + params["back"] + 0.07


def _boxes(params) -> tuple:
    """A pile, each a little askew; the top one's flaps stand open."""
    wide, deep, _ = params["sizes"][0]
    flaps = 0.16 if params["open"] else 0.0
    return wide + 0.06 + 2 * flaps, deep + 0.08 + 2 * flaps, sum(size[2] for size in params["sizes"]) + flaps


def _plant(params) -> tuple:
    spread = 2 * params["pot_radius"] + FOLIAGE[params["style"]] * params["plant_height"]
    tall = params["plant_height"] * (0.85 if params["style"] in ("palm", "rubber") else 1.0)
    return spread, spread, params["pot_height"] + tall


def _lamp_post(params) -> tuple:
    radius, height = params["radius"], params["height"]
    if params["style"] == "classic":
        return 2 * radius, 2 * radius, height
    return 5.2 * radius - 0.46, params["arm"] + 0.475 + 2.6 * radius - 0.29, height + 0.1


def _desk(params) -> tuple:
    return params["length"], params["depth"], params["height"] + (0.465 if params["things"] else 0.0)


def _cone(params) -> tuple:
    return params["height"] / 2, params["height"] / 2, params["height"]


def _bush(params) -> tuple:
    return 2 * params["radius"], 2 * params["radius"], params["height"]


def _suitcase(params) -> tuple:
    return params["width"], params["depth"], params["height"] + params["handle_up"]


_SPECIAL = {
    "armchair": _sofa,
    "bush": _bush,
    "cardboard_boxes": _boxes,
    "desk": _desk,
    "lamp_post": _lamp_post,
    "potted_plant": _plant,
    "sofa": _sofa,
    "suitcase": _suitcase,
    "traffic_cone": _cone,
}

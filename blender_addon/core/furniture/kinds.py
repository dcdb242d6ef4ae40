"""Built-in things to stand in front of people and to sit on: real sizes, no downloads.

`sample_furniture` makes every choice and returns plain JSON; `furniture_parts` turns that into geometry, the same
each time. Z is up, the thing stands on z = 0 around the origin and its front faces -Y.
"""

import numpy as np

from . import barriers, plants, seats, storage, street, tables, wares
from .room import room_of

MAKERS = {
    "armchair": (seats.sample_armchair, seats.sofa_parts),
    "barrel": (wares.sample_barrel, wares.barrel_parts),
    "barrier": (barriers.sample_barrier, barriers.barrier_parts),
    "bench": (seats.sample_bench, seats.bench_parts),
    "bin": (street.sample_bin, street.bin_parts),
    "bollard": (street.sample_bollard, street.bollard_parts),
    "bookshelf": (storage.sample_bookshelf, storage.bookshelf_parts),
    "bush": (plants.sample_bush, plants.bush_parts),
    "cabinet": (storage.sample_cabinet, storage.cabinet_parts),
    "cardboard_boxes": (wares.sample_cardboard_boxes, wares.cardboard_boxes_parts),
    "chair": (seats.sample_chair, seats.chair_parts),
    "desk": (tables.sample_desk, tables.desk_parts),
    "fence": (barriers.sample_fence, barriers.fence_parts),
    "fridge": (storage.sample_fridge, storage.fridge_parts),
    "hedge": (plants.sample_hedge, plants.hedge_parts),
    "lamp_post": (street.sample_lamp_post, street.lamp_post_parts),
    "low_wall": (barriers.sample_low_wall, barriers.low_wall_parts),
    "potted_plant": (plants.sample_potted_plant, plants.potted_plant_parts),
    "railing": (barriers.sample_railing, barriers.railing_parts),
    "sign": (street.sample_sign, street.sign_parts),
    "sofa": (seats.sample_sofa, seats.sofa_parts),
    "stool": (seats.sample_stool, seats.stool_parts),
    "suitcase": (wares.sample_suitcase, wares.suitcase_parts),
    "table": (tables.sample_table, tables.table_parts),
    "traffic_cone": (barriers.sample_traffic_cone, barriers.traffic_cone_parts),
}
FURNITURE_KINDS = tuple(MAKERS)
SEATS = ("armchair", "bench", "chair", "low_wall", "sofa", "stool")


def sample_furniture(rng: np.random.Generator, kind: str, seat_height: float | None = None) -> dict:
    """Draw one thing.

    Args:
        seat_height: metres; for kinds in SEATS only, instead of a drawn height.
    Returns:
        JSON's own types: kind, seed, dimensions, style, materials, and its `size` (3,).
    """
    if kind not in MAKERS:
        raise ValueError(f"No furniture kind {kind!r}. Use one of {', '.join(FURNITURE_KINDS)}.")
    if seat_height is not None and kind not in SEATS:
        raise ValueError(f"A {kind} has no seat to set to {seat_height} m. Use one of {', '.join(SEATS)}.")
    sample = MAKERS[kind][0]
    seed = int(rng.integers(2**31))
    choices = sample(rng, None if seat_height is None else float(seat_height)) if kind in SEATS else sample(rng)
    params = {"kind": kind, "seed": seed, **choices}
    return {**params, "size": list(room_of(params))}


def furniture_parts(params: dict) -> list:
    """The geometry, as `solids.Part`s. The seed only settles details: how far a book stands out, where a leaf grows."""
    parts = MAKERS[params["kind"]][1](params, np.random.default_rng(params["seed"]))
    for part in parts:
        np.maximum(part.vertices[:, 2], 0, out=part.vertices[:, 2])  # feet are cut flat on the floor
    return parts


def furniture_size(params: dict) -> np.ndarray:
    """(3,) room that it takes in x, y and z, to a few centimetres: see `room_of`."""
    return np.array(params["size"])


def seat_surface(params: dict) -> tuple:
    """Height, depth, width and the y of the front edge of the surface to sit on."""
    seat = params["seat"]
    return seat["height"], seat["depth"], seat["width"], seat["front"]

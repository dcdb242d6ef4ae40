"""Presets: every knob of a recipe in one plain file, so that recipes can be read, changed and compared."""

import contextlib
import json
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path

from .errors import AssetError, SettingsError
from .ranges import Ranges
from .records import read_json

FOLDER = Path(__file__).with_suffix("")
"""Those that ship, beside this file."""
KNOBS = {field.name: field.default for field in fields(Ranges)}


def preset_names() -> tuple:
    """Those that ship, sorted."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.json")))


def load_preset(name: str) -> dict:
    """Knob -> value, those that the preset names.

    Args:
        name: of a preset that ships, or a JSON file.
    Raises:
        SettingsError: there is none, or it is no such file, or it names something that is no knob.
    """
    path = Path(name) if name.endswith(".json") else FOLDER / f"{name}.json"
    if not name.endswith(".json") and name not in preset_names():
        names = ", ".join(preset_names())
        raise SettingsError(f"--preset: there is no {name!r}. Choose of {names}, or give a .json file.")
    try:
        knobs = read_json(path)
    except AssetError as error:
        raise SettingsError(f"--preset: {error}") from None
    return {knob: check_knob(knob, value, str(path)) for knob, value in knobs.items()}


def parse_setting(text: str) -> dict:
    """'focal_mm=[35, 50]' -> {'focal_mm': (35.0, 50.0)}; words need no quotes.

    Raises:
        SettingsError: no such knob, or no value for it.
    """
    knob, equals, value = (part.strip() for part in text.partition("="))
    if not equals:
        raise SettingsError(f"--set {text}: give a knob and its value, as --set occluders=[0,5].")
    with contextlib.suppress(ValueError):  # else it is a word
        read = json.loads(value)
        if isinstance(read, str) or not isinstance(KNOBS.get(knob), str):  # distance=2 is in words, too
            value = read
    return {knob: check_knob(knob, value, "--set")}


def check_knob(knob: str, value, where: str):
    """The value as `Ranges` has it; lists become tuples, whole numbers become floats where those belong.

    Raises:
        SettingsError: no such knob, or a value of another kind.
    """
    if knob not in KNOBS:
        close = get_close_matches(knob, KNOBS, 1)
        hint = f"Did you mean {close[0]}?" if close else f"Choose of {', '.join(KNOBS)}."
        raise SettingsError(f"{where}: there is no knob {knob!r}. {hint}")
    wanted = KNOBS[knob]
    if isinstance(wanted, tuple):
        if isinstance(value, list) and value and all(_alike(item, wanted[0]) for item in value):
            return tuple(type(wanted[0])(item) for item in value)
    elif _alike(value, wanted):
        return type(wanted)(value)
    example = json.dumps(wanted)
    raise SettingsError(f"{where}: {value!r} is no value for {knob}. Give something like {example}.")


def _alike(value, wanted) -> bool:
    """Whether a value from JSON is of a knob's kind; true is no number."""
    if isinstance(wanted, bool) or isinstance(value, bool):
        return isinstance(value, bool) and isinstance(wanted, bool)
    return isinstance(value, (int, float) if isinstance(wanted, float) else type(wanted))


def make_ranges(preset: str | None, settings, options: dict) -> Ranges:
    """Knobs of a preset, changed by `--set`, changed by options of their own; the rest is `Ranges`' defaults.

    Args:
        settings: texts of `parse_setting`.
        options: knob -> value; None where it was not given.
    Raises:
        SettingsError: as the functions above and `Ranges.check`.
    """
    knobs = load_preset(preset) if preset else {}
    for text in settings:
        knobs |= parse_setting(text)
    knobs |= {knob: value for knob, value in options.items() if value is not None}
    return Ranges(**knobs).check()

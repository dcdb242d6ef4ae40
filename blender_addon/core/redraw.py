"""Pictures whose scene needs a file that is broken are drawn again, so that a night's run survives one bad file.

Whether a file is broken is a matter of the file, not of when it was found out: so the same data set comes of a run that
meets it early, of one that was resumed, and of one shared among machines.
"""

from .errors import AssetError
from .spec import SceneSpec, to_dict

MOST_ATTEMPTS = 50


def names_in(spec: SceneSpec) -> set:
    """All texts in a spec; the assets that it needs are among them."""
    return set(_texts(to_dict(spec)))


def _texts(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, (list, tuple)) and value and not isinstance(value[0], (int, float)):
        for item in value:
            yield from _texts(item)


def use_first_sound(index: int, draw, use, broken: dict, say) -> None:
    """Use the first scene that needs no broken file.

    Args:
        draw: function of an attempt, from 0 -> SceneSpec.
        use: function of a SceneSpec.
        broken: asset -> what is wrong with it; gets those that are found here.
        say: function of one line for people.
    Raises:
        AssetError: of no asset in particular, or no attempt succeeds.
    """
    for attempt in range(MOST_ATTEMPTS):
        try:
            spec = draw(attempt)
            if not broken or not names_in(spec) & broken.keys():
                use(spec)
                return
        except AssetError as error:
            if not error.asset:
                raise
            if error.asset not in broken:
                say(f"left out from here on: {error}")
            broken[error.asset] = str(error)
    raise AssetError(
        f"Picture {index}: each of {MOST_ATTEMPTS} scenes needs a file that is broken. Mend or remove: "
        + " ".join(broken[asset] for asset in sorted(broken))
    )

"""What a user can mend. Programs print the message alone, without a traceback, and exit with a status that is not 0."""

import contextlib


class PosewrightError(Exception):
    """Something outside the program is wrong; the message names it, its place and the fix."""


class AssetError(PosewrightError):
    """An asset file or folder is missing, broken or of the wrong kind."""

    asset: str | None = None
    """Its name as specs have it, where it was opened for a picture."""


class SettingsError(PosewrightError):
    """An option, a preset or an output folder asks for what cannot be done."""


@contextlib.contextmanager
def blaming(asset: str):
    """AssetErrors that come out of here are of that asset, unless one further in knew better."""
    try:
        yield
    except AssetError as error:
        error.asset = error.asset or asset
        raise

"""What a user can mend. Programs print the message alone, without a traceback, and exit with a status that is not 0."""


class PosewrightError(Exception):
    """Something outside the program is wrong; the message names it, its place and the fix."""


class AssetError(PosewrightError):
    """An asset file or folder is missing, broken or of the wrong kind."""


class SettingsError(PosewrightError):
    """An option, a preset or an output folder asks for what cannot be done."""

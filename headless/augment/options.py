"""What `posewright augment` is asked for."""

from dataclasses import dataclass
from pathlib import Path

from blender_addon.core.errors import SettingsError

MOST = 20


@dataclass(frozen=True)
class Options:
    """Checked when made."""

    seed: int = 0
    """Same seed, same pictures."""
    objects: tuple[int, int] = (0, 2)
    """Fewest and most things a picture."""
    people: float = 0.3
    """Chance of one more person a picture."""

    def __post_init__(self):
        if self.seed < 0:
            raise SettingsError(f"--seed {self.seed}: seeds count from 0.")
        if not 0 <= self.objects[0] <= self.objects[1] <= MOST:
            given = " ".join(map(str, self.objects))
            raise SettingsError(f"--objects {given} is no range. Give fewest then most, 0 to {MOST}, as 0 2.")
        if not 0 <= self.people <= 1:
            raise SettingsError(f"--people {self.people} is no chance. Use 0 to 1, as 0.3.")
        if self.objects[1] == 0 and self.people == 0:
            raise SettingsError("--objects 0 0 --people 0 pastes nothing. Ask for one of them.")


@dataclass(frozen=True)
class RenderOptions:
    """How cutouts are made when there is no library of them yet."""

    things: int = 60
    people: int = 24
    seed: int = 0
    assets: tuple[Path, ...] = ()
    blender: str | None = None
    """Binary; None is the bpy wheel."""

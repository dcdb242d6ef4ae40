"""The knobs: what a data set is drawn from. Kept in dataset.json, so that it can be made again."""

from dataclasses import asdict, dataclass

from .errors import SettingsError


@dataclass(frozen=True)
class Ranges:
    """What `sample_scene` draws from."""

    width: int = 640
    height: int = 480
    samples: int = 32
    """Paths a pixel."""
    persons: tuple = (1, 3)
    """Fewest and most people in a picture."""
    occluders: tuple = (0, 3)
    focal_mm: tuple = (24.0, 26.0, 28.0, 28.0, 35.0, 35.0, 50.0, 70.0)
    """Lenses of real cameras, 35 mm equivalent; one is picked, ±8 %."""
    person_share: tuple = (1 / 6, 1.5)
    """The main person's height over the picture's; drawn evenly in its logarithm."""

    def check(self) -> "Ranges":
        """Raises SettingsError with the option to change."""
        if not (16 <= self.width <= 16384 and 16 <= self.height <= 16384):
            raise SettingsError(f"--size {self.width} {self.height} is no picture. Use sides of 16 to 16384 pixels.")
        if not 1 <= self.samples <= 65536:
            raise SettingsError(f"--samples {self.samples} is out of range. Use 1 to 65536; 48 is the default.")
        fewest, most = self.persons
        if not 1 <= fewest <= most <= 20:
            raise SettingsError(
                f"--persons {fewest} {most} is no range. Give fewest then most, 1 to 20, as in --persons 1 3."
            )
        return self

    def to_dict(self) -> dict:
        return asdict(self)

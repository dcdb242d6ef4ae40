"""The knobs: what a data set is drawn from. Kept in dataset.json, so that it can be made again."""

from dataclasses import asdict, dataclass

from .errors import SettingsError
from .poses.mix import check_simplicity, parse_mix
from .views import parse_views


@dataclass(frozen=True)
class Ranges:
    """What `sample_scene` draws from."""

    width: int = 640
    height: int = 480
    samples: int = 32
    """Paths a pixel."""
    persons: tuple = (1, 3)
    """Fewest and most people in a picture."""
    pose_mix: str = "families:0.5,library:0.3,gmm:0.12,gan:0.08"
    """Samplers of poses and their weights."""
    rare_simplicity: float = 1.5
    """Limits of rare poses are divided by it; 1 is the widest."""
    rare_extreme: bool = False
    """Rare poses spread evenly up to their limits instead of near the middle."""
    children: float = 0.0
    """Chance that a person is under 18."""
    bodies: tuple = ("open_body",)
    """Names of body files; each person has one of them."""
    like_photo: bool = False
    """Show poses that were fitted to photos from where their photos were taken."""
    human_occluders: float = 0.0
    """Chance that somebody more stands in front of the main person on purpose."""
    occluders: tuple = (0, 3)
    focal_mm: tuple = (24.0, 26.0, 28.0, 28.0, 35.0, 35.0, 50.0, 70.0)
    """Lenses of real cameras, 35 mm equivalent; one is picked, ±8 %."""
    view: str = "snapshot"
    """Named views and their weights, see `views.VIEWS`."""
    views: int = 1
    """Pictures of each scene, from different sides."""
    exposure: float = 0.3
    """Chance that a picture is a little too bright or too dark."""
    white_balance: float = 0.3
    """Chance that its colours are a little too warm or too cold."""
    noise: float = 0.4
    """Chance that the sensor's noise shows."""
    jpeg: float = 0.5
    """Chance that it is pressed harder, or less, than to JPEG's quality 92."""
    person_share: tuple = (1 / 6, 1.5)
    """The main person's height over the picture's; drawn evenly in its logarithm."""

    def check(self) -> "Ranges":
        """Raises SettingsError with the option to change."""
        if not (16 <= self.width <= 16384 and 16 <= self.height <= 16384):
            raise SettingsError(f"--size {self.width} {self.height} is no picture. Use sides of 16 to 16384 pixels.")
        if not 1 <= self.samples <= 65536:
            raise SettingsError(f"--samples {self.samples} is out of range. Use 1 to 65536; 48 is the default.")
        if len(self.persons) != 2 or not 1 <= self.persons[0] <= self.persons[1] <= 20:
            given = " ".join(map(str, self.persons))
            raise SettingsError(f"--persons {given} is no range. Give fewest then most, 1 to 20, as in --persons 1 3.")
        for knob in ("human_occluders", "children", "exposure", "white_balance", "noise", "jpeg"):
            if not 0 <= getattr(self, knob) <= 1:
                name = knob if knob in ("exposure", "white_balance", "noise", "jpeg") else "--" + knob.replace("_", "-")
                raise SettingsError(f"{name} {getattr(self, knob)} is no chance. Use 0 to 1, as 0.2.")
        parse_mix(self.pose_mix)
        parse_views(self.view)
        if not 1 <= self.views <= 1000:
            raise SettingsError(f"--views {self.views} is out of range. Use 1 to 1000 pictures a scene.")
        check_simplicity(self.rare_simplicity)
        if len(self.occluders) != 2 or not 0 <= self.occluders[0] <= self.occluders[1] <= 50:
            raise SettingsError(f"occluders {self.occluders} is no range. Give fewest then most, 0 to 50, as [0, 3].")
        if not self.focal_mm or not all(5 <= lens <= 2000 for lens in self.focal_mm):
            raise SettingsError(f"focal_mm {self.focal_mm} are no lenses. Give some of 5 to 2000 mm, as [28, 35, 50].")
        if len(self.person_share) != 2 or not 0.01 <= self.person_share[0] <= self.person_share[1] <= 10:
            raise SettingsError(f"person_share {self.person_share} is no range. Give two of 0.01 to 10, as [0.2, 1.5].")
        if not self.bodies or len(set(self.bodies)) != len(self.bodies):
            raise SettingsError("--body names one twice. Name each body once.")
        return self

    def to_dict(self) -> dict:
        return asdict(self)

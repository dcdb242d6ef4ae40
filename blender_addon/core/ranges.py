"""The knobs: what a data set is drawn from. Kept in dataset.json, so that it can be made again."""

from dataclasses import asdict, dataclass

from .composite import parse_blends
from .errors import SettingsError
from .poses.mix import check_simplicity, parse_mix
from .views import parse_spreads, parse_views
from .wholebody import SETS

SHAPES = ("population", "betas")


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
    shapes: str = "population"
    """How people are built: 'population' as people are, 'betas' by ten normal shape coefficients."""
    like_photo: bool = False
    """Show poses that were fitted to photos from where their photos were taken."""
    human_occluders: float = 0.0
    """Chance that somebody more stands in front of the main person on purpose."""
    occluders: tuple = (0, 3)
    """Fewest and most things that stand about, seats not counted; they are not asked for where `occlusion` is."""
    occlusion: float = 0.0
    """Share of the keypoints in the picture that are to be hidden, by whatever; 0 leaves it to `occluders`."""
    focal_mm: tuple = (24.0, 26.0, 28.0, 28.0, 35.0, 35.0, 50.0, 70.0)
    """Lenses of real cameras, 35 mm equivalent; one is picked."""
    view: str = "snapshot"
    """Named views and their weights, see `views.VIEWS`."""
    elevation: str = "view"
    """Angle over the main person, degrees: 'view' for what the named view has, '20', 'uniform -30 60', 'normal 0 25'.
    So are the next three."""
    azimuth: str = "view"
    """Turn of the main person out of facing the camera, degrees."""
    roll: str = "view"
    """Of the camera, degrees."""
    distance: str = "view"
    """Metres to the main person; `person_share` and the room before the camera have no say then."""
    centred: bool = False
    """Whether the main person is always in the picture's middle."""
    focal_spread: float = 0.08
    """Share by which a lens may be shorter or longer than its name says."""
    views: int = 1
    """Pictures of each scene, from different sides."""
    frames: int = 1
    """Pictures of each scene, one after the other while people move, 1/30 s apart; of AMASS takes only."""
    depth_of_field: float = 0.15
    """Chance that only what is as far as the main person is sharp."""
    motion_blur: float = 0.1
    """Chance that the shutter is open for long enough to show how people move, where that is known."""
    distortion: float = 0.0
    """Chance that the lens bends straight lines."""
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
    backgrounds: float = 0.0
    """Share of pictures whose people are put into a photo of --backgrounds; the others have an environment."""
    blend: str = "alpha"
    """How they are put into it, and weights: alpha, poisson."""
    keypoints: str = "coco"
    """What is labelled: coco, its 17 and the feet's 6, or wholebody, 133 with face and hands."""
    crowd_below: int = 24
    """Pixels of the longer side of a whole person's box; smaller people become a picture's one region `iscrowd`."""

    def check(self) -> "Ranges":
        """Raises SettingsError with the option to change."""
        if not (16 <= self.width <= 16384 and 16 <= self.height <= 16384):
            raise SettingsError(f"--size {self.width} {self.height} is no picture. Use sides of 16 to 16384 pixels.")
        if not 1 <= self.samples <= 65536:
            raise SettingsError(f"--samples {self.samples} is out of range. Use 1 to 65536; 48 is the default.")
        if len(self.persons) != 2 or not 1 <= self.persons[0] <= self.persons[1] <= 20:
            given = " ".join(map(str, self.persons))
            raise SettingsError(f"--persons {given} is no range. Give fewest then most, 1 to 20, as in --persons 1 3.")
        self._check_camera()
        self._check_labels()
        parse_blends(self.blend)
        for knob in ("human_occluders", "children", "backgrounds", "exposure", "white_balance", "noise", "jpeg"):
            if not 0 <= getattr(self, knob) <= 1:
                name = "--" + knob.replace("_", "-") if knob in ("human_occluders", "children") else knob
                raise SettingsError(f"{name} {getattr(self, knob)} is no chance. Use 0 to 1, as 0.2.")
        parse_mix(self.pose_mix)
        parse_views(self.view)
        if self.shapes not in SHAPES:
            raise SettingsError(f"shapes {self.shapes!r} is not known. Use {' or '.join(SHAPES)}.")
        self._check_clips()
        if not 1 <= self.views <= 1000:
            raise SettingsError(f"--views {self.views} is out of range. Use 1 to 1000 pictures a scene.")
        check_simplicity(self.rare_simplicity)
        if len(self.occluders) != 2 or not 0 <= self.occluders[0] <= self.occluders[1] <= 50:
            raise SettingsError(f"occluders {self.occluders} is no range. Give fewest then most, 0 to 50, as [0, 3].")
        if not 0 <= self.occlusion <= 0.7:
            raise SettingsError(f"--occlusion {self.occlusion} cannot be reached. Use 0.2 to 0.6, or 0 for any.")
        if not self.focal_mm or not all(5 <= lens <= 2000 for lens in self.focal_mm):
            raise SettingsError(f"focal_mm {self.focal_mm} are no lenses. Give some of 5 to 2000 mm, as [28, 35, 50].")
        if len(self.person_share) != 2 or not 0.01 <= self.person_share[0] <= self.person_share[1] <= 10:
            raise SettingsError(f"person_share {self.person_share} is no range. Give two of 0.01 to 10, as [0.2, 1.5].")
        if not self.bodies or len(set(self.bodies)) != len(self.bodies):
            raise SettingsError("--body names one twice. Name each body once.")
        return self

    def _check_labels(self) -> None:
        if self.keypoints not in SETS:
            raise SettingsError(f"--keypoints {self.keypoints}: choose of {', '.join(SETS)}.")
        if not 0 <= self.crowd_below <= 16384:
            raise SettingsError(f"crowd_below {self.crowd_below} is out of range. Use 0 to 16384 pixels, 0 for never.")

    def _check_camera(self) -> None:
        for knob in ("depth_of_field", "motion_blur", "distortion"):
            if not 0 <= getattr(self, knob) <= 1:
                raise SettingsError(f"{knob} {getattr(self, knob)} is no chance. Use 0 to 1, as 0.2.")
        parse_spreads(self)
        if not 0 <= self.focal_spread <= 0.5:
            raise SettingsError(f"focal_spread {self.focal_spread} is out of range. Use 0 to 0.5, as 0.08.")

    def _check_clips(self) -> None:
        if not 1 <= self.frames <= 1000:
            raise SettingsError(f"--frames {self.frames} is out of range. Use 1 to 1000 pictures a scene.")
        if self.frames == 1:
            return
        if self.views > 1:
            raise SettingsError("--frames and --views cannot both be over 1. Choose one of them.")
        if list(parse_mix(self.pose_mix)) != ["library"]:
            raise SettingsError(
                f"--frames {self.frames} needs people who move, and --pose-mix {self.pose_mix} holds poses that stand "
                "still. Give AMASS motion files with --poses and no other --pose-mix than library."
            )

    def to_dict(self) -> dict:
        return asdict(self)

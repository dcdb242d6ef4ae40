"""What is published of COCO's people, with its sources. What nobody has published is not here: nothing is made up."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A published number, or several, and where it stands."""

    values: tuple
    says: str
    """What was counted, in a sentence."""
    source: str
    url: str


SIZES = Figure(
    (0.41, 0.34, 0.24),
    "Objects of all 80 categories: about 41 % small (under 32² pixels), 34 % medium, 24 % large (over 96²). "
    "People alone are not published. COCO labels keypoints of medium and large people only.",
    "COCO, Detection Evaluation, note 4",
    "https://cocodataset.org/#detection-eval",
)
LABELLED = Figure(
    (1_700_000, 150_000),
    "Train and val: over 150,000 people with 1.7 million labelled keypoints, that is 11.3 of 17 a person, or "
    "67 %. The other third (v = 0) is outside the picture or was left out by the annotators.",
    "COCO, Keypoints task",
    "https://cocodataset.org/#keypoints-2017",
)
PEOPLE = Figure(
    (150_000, 57_000),
    "Train2017: 150 thousand people with keypoints in 57 thousand pictures, that is 2.6 a picture that has any.",
    "Sun et al., Deep High-Resolution Representation Learning for Human Pose Estimation, CVPR 2019",
    "https://arxiv.org/abs/1902.09212",
)

LABELLED_SHARE = LABELLED.values[0] / LABELLED.values[1] / 17
LABELLED_KEYPOINTS = LABELLED.values[0] / LABELLED.values[1]
PEOPLE_A_PICTURE = PEOPLE.values[0] / PEOPLE.values[1]

NO_FIGURE = "No published figure for COCO is known to this project, so there is none to compare with."
NO_SPLIT = (
    "How COCO's labelled keypoints divide into visible (v = 2) and hidden (v = 1), and what hides them, is not among "
    "its published figures. It would not mean quite the same either: its users find limbs behind their own body marked "
    "as visible, or left out (cocodataset/cocoapi, issue 130)."
)
NO_VIEWS = (
    "No view directions are published. Wu et al. (MEBOW, CVPR 2020, https://arxiv.org/abs/2011.13688) labelled the "
    "body orientation of some 130,000 of its people; this project knows no table of them to compare with."
)
ALL = (LABELLED, SIZES, PEOPLE)

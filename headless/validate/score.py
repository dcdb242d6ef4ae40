"""pycocotools takes the labels, and scores them 1 against themselves."""

import contextlib
import io
from collections import Counter

from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from headless.validate.findings import Report

AGAIN = "Run `posewright annotate` again; if it stays, report it: annotate has a fault."
AT_ONCE = 500
"""Pictures scored together: COCOeval keeps matrices for each, some 4 kB."""
LEFT_OUT = ("posewright",)


class Scorer:
    """Collects pictures, scores them as soon as there are enough."""

    def __init__(self, head: dict, report: Report):
        self.head, self.report = head, report
        self.images, self.annotations = [], []

    def add(self, image: dict, annotations: list[dict]) -> None:
        self.images.append(_lean(image))
        self.annotations += [_lean(annotation) for annotation in annotations]
        if len(self.images) >= AT_ONCE:
            self.score()

    def score(self) -> None:
        """Of what has come since the last time."""
        if not self.images:
            return
        first, last = self.images[0]["id"], self.images[-1]["id"]
        self.report.look("annotation file", number=len(self.images))
        try:
            coco = load_coco({**self.head, "images": self.images, "annotations": self.annotations})
            for kind in ("keypoints", "segm"):
                precision = self_precision(coco, kind)
                if precision is not None and abs(precision - 1) > 1e-6:
                    text = f"scored against itself gives {kind} AP {precision:.4f}, not 1"
                    self._fault(first, last, f"The ground truth {text}")
        except Exception as error:  # whatever it raises, training would
            self._fault(first, last, f"pycocotools cannot take them ({type(error).__name__}: {error})")
        self.images, self.annotations = [], []

    def _fault(self, first: int, last: int, what: str) -> None:
        self.report.fault("annotation file", f"Pictures {first:06d} to {last:06d}: {what}. {AGAIN}")


def _lean(entry: dict) -> dict:
    return {name: value for name, value in entry.items() if name not in LEFT_OUT}


def load_coco(dataset: dict) -> COCO:
    """As COCO(path) does after reading the file."""
    with contextlib.redirect_stdout(io.StringIO()):  # pycocotools chats
        coco = COCO()
        coco.dataset = dataset
        coco.createIndex()
    return coco


def self_precision(coco: COCO, kind: str) -> float | None:
    """COCOeval's AP of the ground truth taken as detections; None where there is nothing to score.

    Args:
        kind: 'keypoints' or 'segm'.
    """
    key = {"keypoints": "keypoints", "segm": "segmentation"}[kind]
    detections = [
        {"image_id": truth["image_id"], "category_id": truth["category_id"], key: truth[key], "score": 1.0}
        for truth in coco.dataset["annotations"]
        # COCO leaves crowds, and persons without a keypoint, out of the score.
        if truth["image_id"] in coco.imgs and not truth["iscrowd"] and (kind == "segm" or truth["num_keypoints"])
    ]
    if not detections:
        return None
    with contextlib.redirect_stdout(io.StringIO()):
        evaluation = COCOeval(coco, coco.loadRes(detections), kind)
        # COCO counts 20 detections a picture; a crowd of ours may be larger.
        evaluation.params.maxDets = [max(Counter(truth["image_id"] for truth in detections).values())]
        evaluation.evaluate()
        evaluation.accumulate()
    precision = evaluation.eval["precision"][:, :, :, 0]  # of all sizes; -1 where nothing counts
    return float(precision[precision > -1].mean()) if (precision > -1).any() else -1.0

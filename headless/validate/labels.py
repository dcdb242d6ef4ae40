"""One picture's entries in the COCO file: those that its record gives, and true of its mask."""

from pathlib import Path

from blender_addon.core.errors import AssetError
from blender_addon.core.records import record_path
from headless.annotate import CATEGORY, LICENCE, picture_entries
from headless.validate.coco_file import CocoFile, read_coco
from headless.validate.crowd import check_crowd, check_crowd_form
from headless.validate.findings import Report
from headless.validate.mask import check_against_mask
from headless.validate.numbers import as_array
from headless.validate.person import check_form, check_on_mask, check_person
from headless.validate.record import LARGEST_SIDE, STRANGE
from headless.validate.score import Scorer


def open_labels(path: Path, out: Path, seed, report: Report) -> CocoFile | None:
    """The COCO file gone through once; None when it cannot be used.

    Args:
        seed: of dataset.json.
    """
    report.look("annotation file")
    fix = f"Write it with `posewright annotate {out}`."
    try:
        coco = read_coco(path, report)
    except OSError as error:
        report.fault("annotation file", f"Cannot read {path}: {error.strerror}. {fix}")
        return None
    except (ValueError, RecursionError) as error:
        report.fault("annotation file", f"pycocotools cannot load {path} ({error}). {fix}")
        return None
    if coco.head["categories"] != [CATEGORY]:
        report.fault("annotation file", f"{path}: its categories are not COCO's one person. {fix}")
        return None
    info = coco.head.get("info")
    if coco.head.get("licenses") != [LICENCE] or not isinstance(info, dict) or info.get("posewright") != {"seed": seed}:
        text = f"{path}: its info and licenses are not those of this data set, seed {seed}. {fix}"
        report.fault("annotation file", text)
    report.look("ids", number=coco.number)
    strays = sum(len(spans) for image, spans in coco.annotations.items() if image not in coco.images)
    if strays:
        first = min(set(coco.annotations) - set(coco.images))
        report.fault("ids", f"{strays} annotations belong to no image of the file, the first to {first}. {fix}")
    if not coco.number:
        report.warnings.add("Nobody is in any picture.")
    return coco


def check_labels(out: Path, coco: CocoFile, index: int, record, mask, scorer: Scorer, report: Report) -> None:
    """Everything about one picture's labels.

    Args:
        record: None when it cannot be used.
        mask: (H, W) uint8, None when it cannot be used.
    """
    (image,) = coco.read([coco.images[index]])
    annotations = coco.read(coco.annotations.get(index, []))
    report.look("form of labels", number=len(annotations) + 1)
    if record is not None and mask is not None:
        _compare(out, index, image, annotations, report)
    try:
        width, height = _check_image(image)
    except STRANGE as error:
        _strange(f"Image {index}", error, out, report)
        return
    if mask is not None and mask.shape != (height, width):
        mask = None
    sound, numbers = [], set()
    for annotation in annotations:
        try:
            own_numbers = _check_form(annotation)
        except STRANGE as error:
            _strange(f"Annotation {annotation['id']} of picture {index:06d}", error, out, report)
            continue
        name = f"Picture {index:06d}, person {' '.join(map(str, own_numbers))}"
        if numbers.intersection(own_numbers) or min(own_numbers) < 0:
            report.fault("ids", f"{name}: it is there twice, or has no such number. Run `posewright annotate {out}`.")
        numbers.update(own_numbers)
        if annotation["iscrowd"]:
            if check_crowd(name, annotation, mask, report):
                sound.append(annotation)
            continue
        check_person(name, annotation, image["posewright"]["camera"], width, height, report)
        if mask is not None:
            own = mask == own_numbers[0] + 1
            check_on_mask(name, annotation, own, report)
            if check_against_mask(name, annotation, own, report):
                sound.append(annotation)
    scorer.add(image, sound)


def _check_form(annotation: dict) -> list[int]:
    """Numbers of its persons. Raises one of STRANGE when it is not of our form."""
    if annotation["iscrowd"] == 1:
        check_crowd_form(annotation)
        return annotation["posewright"]["persons"]
    check_form(annotation)
    return [annotation["posewright"]["person"]]


def _check_image(image: dict) -> tuple[int, int]:
    """Its width and height. Raises one of STRANGE when it is not of our form."""
    name, width, height = image["file_name"], image["width"], image["height"]
    if Path(name).name != name or name.partition(".")[0] != f"{image['id']:06d}":
        raise ValueError(f"the file name {name!r} is not that of its picture")
    if any(type(side) is not int or not 0 < side <= LARGEST_SIDE for side in (width, height)):
        raise ValueError(f"the size is {width!r}x{height!r}")
    as_array(image["posewright"]["camera"]["K"], 3, 3)
    as_array(image["posewright"]["camera"]["world_to_camera"], 3, 4)
    as_array(image["posewright"]["camera"].get("distortion", [0, 0, 0, 0]), 4)
    return width, height


def _strange(what: str, error: Exception, out: Path, report: Report) -> None:
    text = f"{what}: its labels are not of our form ({type(error).__name__}: {error})."
    report.fault("form of labels", f"{text} Write them again with `posewright annotate {out}`.")


def _compare(out: Path, index: int, image: dict, annotations: list[dict], report: Report) -> None:
    """Against what annotate would write now."""
    report.look("labels and records")
    fix = f"Run `posewright annotate {out}`."
    try:
        expected_image, expected = picture_entries(out, record_path(out, index))
    except AssetError as error:
        report.fault("labels and records", str(error))
        return
    if len(annotations) != len(expected):
        text = f"Picture {index:06d}: {len(annotations)} annotations, its record gives {len(expected)}. {fix}"
        report.fault("labels and records", text)
    differing = _differing(image, expected_image)
    for annotation, wanted in zip(annotations, expected, strict=False):
        differing |= _differing({name: value for name, value in annotation.items() if name != "id"}, wanted)
    if differing:
        text = f"Picture {index:06d}: {', '.join(sorted(differing))} not as in its record; the file is stale or edited."
        report.fault("labels and records", f"{text} {fix}")


def _differing(found: dict, wanted: dict) -> set[str]:
    """Names of fields that are not the same."""
    both = set(found) & set(wanted)
    return set(found) ^ set(wanted) | {name for name in both if found[name] != wanted[name]}

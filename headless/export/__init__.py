"""A data set in the form that a training program reads.

posewright export out/train --to coco --out out/coco
"""

from pathlib import Path

from blender_addon.core.errors import SettingsError
from headless.export import folder
from headless.export.coco import write_coco
from headless.export.hugging_face import write_hf
from headless.export.mmpose import write_mmpose
from headless.export.options import Options
from headless.export.source import Survey, look_over, open_source, read_pictures
from headless.export.webdataset import write_webdataset
from headless.export.yolo_pose import write_yolo_pose

LAYOUTS = {
    "coco": write_coco,
    "yolo-pose": write_yolo_pose,
    "mmpose": write_mmpose,
    "webdataset": write_webdataset,
    "hf": write_hf,
}


def export(dataset, out, options: Options) -> Survey:
    """Write the data set in the folder `dataset` to the folder `out`, or go on with it where it was stopped.

    Everything is looked at before anything is written. What lists the pictures is written last.

    Returns:
        What the export holds.
    Raises:
        AssetError: it is no data set, or a record, picture or mask is missing or broken.
        SettingsError: an option asks for what cannot be, `out` holds something else, or it cannot be written.
    """
    options.check()
    dataset, out = Path(dataset), Path(out)
    keypoints = options.keypoint_set
    source = open_source(dataset, keypoints, options.split, options.commercial, options.permitted)
    wanted = {**options.to_dict(), "dataset": {"seed": source.seed, "sha256": source.sha256}}
    folder.refuse_other(out, wanted, dataset)
    survey = look_over(source)
    try:
        out.mkdir(parents=True, exist_ok=True)
        folder.begin(out, wanted)
        LAYOUTS[options.to](out, read_pictures(source), survey, options)
        folder.write_json(out / "licenses.json", licences_part(survey))
        folder.finish(out, wanted, dict(survey.pictures))
    except OSError as error:
        raise SettingsError(
            f"Stopped at {error.filename or out}: {error.strerror}. "
            "Free some space or mend the permissions; the same command goes on from here."
        ) from error
    return survey


def licences_part(survey: Survey) -> dict:
    """licenses.json: every asset with its licence, and whether the whole may be used commercially."""
    assets = sorted(survey.assets.items(), key=lambda item: item[0].label)
    return {
        "commercial": survey.commercial,
        "assets": [
            {
                "kind": asset.kind,
                "name": asset.name,
                "licence": asset.licence,
                "commercial": asset.commercial,
                "author": asset.author,
                "source": asset.source,
                "sha256": asset.sha256,
                "pictures": number,
            }
            for asset, number in assets
        ],
    }

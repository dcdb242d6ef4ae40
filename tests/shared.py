"""Free assets that some tests look at: in POSEWRIGHT_SHARED, else in `../shared` beside the checkout."""

import os
from pathlib import Path


def shared_folder() -> Path | None:
    """The folder, or None where there is none; its tests are skipped then."""
    given = os.environ.get("POSEWRIGHT_SHARED")
    folder = Path(given) if given else Path(__file__).resolve().parents[2] / "shared"
    return folder if (folder / "cc0").is_dir() else None

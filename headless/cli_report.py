"""`posewright report`: a data set on one page."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from headless.cli_assets import NoFile


@dataclass
class Report:
    """Write one HTML page about a data set: pictures, distributions beside COCO's, licences, timings, warnings."""

    out: tyro.conf.Positional[Annotated[Path, tyro.conf.arg(metavar="FOLDER")]]
    """The data set, --out of render."""
    page: NoFile = None
    """The HTML file to write; report.html in the data set if not given."""
    count: int = 12
    """Pictures on it, drawn by lot."""

    def run(self) -> int:
        from headless.report import report

        path, findings = report(self.out, self.page, self.count)
        print(f"{path}: {len(findings)} warnings" if len(findings) != 1 else f"{path}: 1 warning")
        return 0

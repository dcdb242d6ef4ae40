"""Text files from outside, read with a limit."""

from pathlib import Path

from ..errors import AssetError


def read_lines(path: Path, largest: int) -> list:
    """The lines of a text file.

    Args:
        largest: bytes; more is refused unread.
    Raises:
        AssetError: the file is missing, unreadable or too large.
    """
    try:
        size = path.stat().st_size
        if size > largest:
            raise AssetError(f"{path}: {size:,} bytes, more than any such file has ({largest:,}). Leave it out.")
        return path.read_text("utf-8", "replace").splitlines()
    except OSError as error:
        raise AssetError(f"{path}: cannot be read ({error.strerror}). Get the asset again.") from None


def beside(path: Path, name: str, root: Path) -> Path:
    """A file that another names, relative to its own folder.

    Raises:
        AssetError: it would lie outside `root`.
    """
    found = (path.parent / name.replace("\\", "/").strip()).resolve()
    if not found.is_relative_to(root.resolve()):
        raise AssetError(f"{path}: names {name!r}, which lies outside {root}. Leave the asset out.")
    return found

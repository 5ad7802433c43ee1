"""Pages of paper as PDF, with Chinese type, by typst. Optional: without it a page is printed from the browser.

What is typeset is a source of ours and plain values beside it, which are never read as markup. There is no network and
no file but the type of the wheel and the company's logo: the root is a folder of its own, and fonts of the system are
left out.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from lms.core import optional
from lms.core.branding import branding


def available() -> bool:
    """Return whether this installation can write PDF (extra `pdf`)."""
    return optional.typst() is not None and optional.chinese_type() is not None


@cache
def _type_folders() -> tuple[Path, ...]:
    fonts = optional.chinese_type()
    assert fonts is not None
    return tuple(sorted({Path(fonts.sans_path()).parent, Path(fonts.serif_path()).parent}))


def render(source: str, values: Mapping[str, object]) -> bytes:
    """Return the PDF of a typst source that reads `json(bytes(sys.inputs.values))`. values: plain JSON.

    Beside these the source finds `accent`, the company's colour, and `logo`, the name of a picture, "" for none.
    Raises RuntimeError where the extra is not there; ask `available` first.
    """
    typst = optional.typst()
    if typst is None or not available():
        raise RuntimeError("PDF needs the extra `pdf`")
    looks = branding()
    logo = looks.files.get("logo")
    with TemporaryDirectory(prefix="lms-pdf-") as empty:
        if logo is not None:
            (Path(empty) / logo.name).write_bytes(logo.body)
        given = {"accent": looks.accent, "logo": f"/{logo.name}" if logo else "", **values}
        found: bytes = typst.compile(
            source.encode(),
            root=empty,
            font_paths=[str(folder) for folder in _type_folders()],
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={"values": json.dumps(given, ensure_ascii=False)},
            package_path=empty,
            package_cache_path=empty,
        )
    return found

"""Long tables: what is shown stands in the address, so it can be shared, paged and exported as it is seen.

A view reads a TableState from its arguments, gives `offset` and `size` to its query, and the macros of
lms/macros/tables.html write the heads and the pager. Pages count from 1.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self
from urllib.parse import quote, urlencode

from flask import Response

from lms.core.sheets import csv_bytes, xlsx_bytes
from lms.core.sheets.write import Sheet
from lms.web.numbers import whole

EXPORTS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
LONGEST_FILTER = 100
LAST_PAGE = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TableState:
    """How a table is shown. filters: only those that are set. format: csv, xlsx, or "" for the page."""

    sort: str
    descending: bool = False
    page: int = 1
    size: int = 50
    filters: Mapping[str, str]
    default: str
    format: str = ""

    @classmethod
    def from_args(
        cls,
        args: Mapping[str, str],
        *,
        sorts: Collection[str],
        default: str,
        filters: Collection[str] = (),
        size: int = 50,
    ) -> Self:
        """Read the state from an address; what is unknown or unreadable falls back to the default, never to an error.

        default: the key sorted by, with a minus in front where descending ("-hired_on").
        """
        asked = args.get("sort", "")
        chosen = asked if asked.removeprefix("-") in sorts else default
        return cls(
            sort=chosen.removeprefix("-"),
            descending=chosen.startswith("-"),
            page=min(LAST_PAGE, max(1, whole(args.get("page")) or 1)),
            size=size,
            filters={name: args[name].strip()[:LONGEST_FILTER] for name in filters if args.get(name, "").strip()},
            default=default,
            format=args["format"] if args.get("format") in EXPORTS else "",
        )

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.size

    def get(self, name: str) -> str:
        """Return the value of a filter, "" where it is not set."""
        return self.filters.get(name, "")

    def last_page(self, total: int) -> int:
        return max(1, -(-total // self.size))

    def within(self, total: int) -> Self:
        """Return the same state on a page that exists."""
        return replace(self, page=min(self.page, self.last_page(total)))

    def at_page(self, page: int) -> str:
        """Return the address of another page of the same table."""
        return self._address(page=page)

    def sorted_by(self, key: str) -> str:
        """Return the address that sorts by the column: rising first, falling where it already rises."""
        turn = "-" if self.sort == key and not self.descending else ""
        return self._address(sort=f"{turn}{key}")

    def without(self, name: str) -> str:
        """Return the address with one filter taken off."""
        return self._address(filters={key: value for key, value in self.filters.items() if key != name})

    def exported(self, format: str) -> str:
        """Return the address that downloads exactly what is shown, all pages of it."""
        return self._address(format=format)

    def direction(self, key: str) -> str:
        """Return the value of aria-sort for a column."""
        if self.sort != key:
            return "none"
        return "descending" if self.descending else "ascending"

    @property
    def sort_key(self) -> str:
        return f"-{self.sort}" if self.descending else self.sort

    def _address(
        self, *, sort: str = "", page: int = 1, filters: Mapping[str, str] | None = None, format: str = ""
    ) -> str:
        sort = sort or self.sort_key
        pairs = dict(self.filters if filters is None else filters)
        if sort != self.default:
            pairs["sort"] = sort
        if page > 1:
            pairs["page"] = str(page)
        if format:
            pairs["format"] = format
        return f"?{urlencode(pairs)}"


def download(
    format: str,
    title: str,
    headers: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    more: Sequence[Sheet] = (),
) -> Response:
    """Return the rows as a file to keep. format: csv or xlsx. title: its name, without ending. more: sheets of XLSX."""
    content = xlsx_bytes(title, headers, rows, more=more) if format == "xlsx" else csv_bytes(headers, rows)
    name = " ".join(title.replace("/", " ").replace("\\", " ").split())
    response = Response(content, mimetype=EXPORTS[format])
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"export.{format}\"; filename*=UTF-8''{quote(f'{name}.{format}')}"
    )
    return response

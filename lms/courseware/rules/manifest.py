"""imsmanifest.xml of SCORM 1.2 and 2004: what is opened in which order, and everything that is wrong with it. Pure."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from posixpath import normpath
from typing import Any
from urllib.parse import unquote, urlsplit

from lms.core.texts import Text, text

NAME = "imsmanifest.xml"
MOST_ITEMS = 500
MOST_REASONS = 50
"""Reasons that are listed; nobody mends more at a time."""
V12, V2004 = "1.2", "2004"
_BASE = "{http://www.w3.org/XML/1998/namespace}base"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sco:
    """One thing that is opened. path: of its file within the package; query: what is put behind its address.

    reports: False for a plain page that says nothing of itself (an asset): opening it is all there is to do.
    mastery: share 0..1 from which the package's author calls it passed, None = it says so itself; of 2004 it may be
    below 0. threshold: share of progress from which it is completed, None likewise. launch_data: handed to it.
    """

    identifier: str
    title: str
    path: str
    query: str = ""
    reports: bool = True
    mastery: Fraction | None = None
    threshold: Fraction | None = None
    launch_data: str = ""
    max_time: str = ""
    time_limit_action: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the menu. depth: from 0. sco: its place in `Manifest.scos`, None for a heading."""

    title: str
    depth: int
    sco: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a package holds. edition: V12 or V2004; version: as it is written there."""

    edition: str
    version: str
    title: str
    scos: tuple[Sco, ...]
    menu: tuple[Entry, ...]


@dataclass(slots=True)
class Read:
    """What was read: a manifest, or every reason why not. notes: what works otherwise here than its author expects."""

    manifest: Manifest | None = None
    reasons: list[Text] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)


def read_manifest(root: Any, paths: Collection[str]) -> Read:
    """Read the root element of a manifest. paths: of every file of the package, as they are called there."""
    return _Reader(root, paths).read()


def _local(name: Any) -> str:
    return str(name).rpartition("}")[2].lower()


def _kids(element: Any, name: str) -> Iterator[Any]:
    return (kid for kid in element if _local(kid.tag) == name)


def _kid(element: Any, name: str) -> Any:
    return next(_kids(element, name), None)


def _words(element: Any, name: str, most: int = 4_096) -> str:
    kid = None if element is None else _kid(element, name)
    return " ".join("".join(kid.itertext()).split())[:most] if kid is not None else ""


def _attribute(element: Any, name: str) -> str:
    """Return an attribute whatever its namespace and case: `adlcp:scormtype` of 1.2 is `scormType` of 2004."""
    return next((str(value) for key, value in element.attrib.items() if _local(key) == name), "").strip()


def _number(written: str) -> Fraction | None:
    try:
        found = Fraction(written) if written and len(written) < 20 and "/" not in written else None
    except ValueError:
        return None
    return found if found is None or abs(found) <= 1_000_000 else None


class _Reader:
    def __init__(self, root: Any, paths: Collection[str]) -> None:
        self.root = root
        self.paths = frozenset(paths)
        self.folded = {path.casefold(): path for path in paths}
        self.found = Read()
        self.scos: list[Sco] = []
        self.menu: list[Entry] = []
        self.resources: Mapping[str, tuple[Any, str]] = {}
        self.edition = ""

    def read(self) -> Read:
        if _local(self.root.tag) != "manifest":
            self._wrong(text("imsmanifest.xml 里不是课件的清单（最外层应是 manifest）。"))
            return self.found
        version = self._version()
        self._resources()
        organization = self._organization()
        if organization is not None:
            self._items(organization, 0)
            if not self.scos and not self.found.reasons:
                self._wrong(text("清单里没有可以打开的内容（organization 里没有指向资源的 item）。"))
        if self.found.reasons or organization is None:
            del self.found.reasons[MOST_REASONS:]
            return self.found
        title = _words(organization, "title", 300) or self.scos[0].title
        self.found.manifest = Manifest(
            edition=self.edition, version=version, title=title, scos=tuple(self.scos), menu=tuple(self.menu)
        )
        return self.found

    def _wrong(self, reason: Text) -> None:
        self.found.reasons.append(reason)

    def _version(self) -> str:
        version = _words(_kid(self.root, "metadata"), "schemaversion", 60)
        spaces = " ".join(str(each) for each in (self.root.nsmap or {}).values()).lower()
        if version.startswith(("1.2", "1.1")) or (not version and "adlcp_rootv1p2" in spaces):
            self.edition = V12
        elif version.startswith(("2004", "CAM 1.3")) or (not version and "adlcp_v1p3" in spaces):
            self.edition = V2004
        else:
            self._wrong(
                text(
                    "清单没有写明是 SCORM 1.2 还是 2004（schemaversion：%(found)s）。请用制作软件按 SCORM 重新导出。",
                    found=version or "–",
                )
            )
        return version or self.edition

    def _resources(self) -> None:
        """Know the resources by identifier, with the folder that xml:base puts in front of their files."""
        outer = _kid(self.root, "resources")
        known: dict[str, tuple[Any, str]] = {}
        base = str(self.root.get(_BASE, ""))
        if outer is None:
            self._wrong(text("清单里没有 resources 一段。"))
        else:
            base += str(outer.get(_BASE, ""))
            for resource in _kids(outer, "resource"):
                name = _attribute(resource, "identifier")
                if name in known:
                    self._wrong(text("清单里有两个资源都叫“%(name)s”。", name=name[:80]))
                known[name] = (resource, base + str(resource.get(_BASE, "")))
        self.resources = known
        for resource, where in known.values():
            for file in _kids(resource, "file"):
                href = _attribute(file, "href")
                if href and not leads_away(href):
                    self._path(href, where)

    def _organization(self) -> Any:
        outer = _kid(self.root, "organizations")
        every = list(_kids(outer, "organization")) if outer is not None else []
        if not every:
            self._wrong(text("清单里没有 organization：不知道先打开哪一页。"))
            return None
        wanted = _attribute(outer, "default")
        chosen = next((each for each in every if _attribute(each, "identifier") == wanted), None)
        if wanted and chosen is None:
            self._wrong(text("清单的 default 指向“%(name)s”，但没有这个 organization。", name=wanted[:80]))
        if len(every) > 1:
            self.found.notes.append(
                text("包里有 %(n)s 套目录（organization），只用默认的一套，其余不显示。", n=len(every))
            )
        if any(_local(each.tag) in ("sequencingrules", "rolluprules") for each in self.root.iter()):
            self.found.notes.append(
                text("包里写了学习顺序的规则（sequencing）。这里按目录先后学，想跳着看也可以；规则里的跳转不执行。")
            )
        return chosen if chosen is not None else every[0]

    def _items(self, parent: Any, depth: int) -> None:
        for item in _kids(parent, "item"):
            if len(self.menu) >= MOST_ITEMS:
                self._wrong(text("目录超过 %(most)s 项，不收。请拆成几个课件。", most=MOST_ITEMS))
                return
            title = _words(item, "title", 300) or _attribute(item, "identifier")[:300]
            reference = _attribute(item, "identifierref")
            place = self._sco(item, title, reference) if reference else None
            if _attribute(item, "isvisible").lower() != "false":
                self.menu.append(Entry(title=title, depth=min(depth, 5), sco=place))
            self._items(item, depth + 1)

    def _sco(self, item: Any, title: str, reference: str) -> int | None:
        if reference not in self.resources:
            self._wrong(
                text("目录的“%(title)s”指向资源“%(name)s”，清单里没有。", title=title[:80], name=reference[:80])
            )
            return None
        resource, base = self.resources[reference]
        href = _attribute(resource, "href")
        if not href:
            self._wrong(text("资源“%(name)s”没有写打开哪个文件（href）。", name=reference[:80]))
            return None
        if leads_away(href):
            self._wrong(
                text("“%(title)s”要打开别的网站：%(href)s。课件要自带全部内容。", title=title[:80], href=href[:120])
            )
            return None
        path = self._path(href, base)
        if path is None:
            return None
        parameters = _attribute(item, "parameters").lstrip("?&")
        query = "&".join(each for each in (urlsplit(href).query, parameters.partition("#")[0]) if each)
        kind = _attribute(resource, "scormtype").lower()
        self.scos.append(
            Sco(
                identifier=_attribute(item, "identifier")[:200],
                title=title,
                path=path,
                query=query[:1_000],
                reports=kind != "asset",
                mastery=self._mastery(item),
                threshold=self._threshold(item),
                launch_data=_words(item, "datafromlms"),
                max_time=_words(item, "maxtimeallowed", 40),
                time_limit_action=_words(item, "timelimitaction", 40).lower(),
            )
        )
        return len(self.scos) - 1

    def _mastery(self, item: Any) -> Fraction | None:
        if self.edition == V12:
            score = _number(_words(item, "masteryscore", 20))
            return score / 100 if score is not None and 0 <= score <= 100 else None
        for each in item.iterdescendants() if (own := _kid(item, "sequencing")) is None else own.iter():
            if _local(each.tag) == "primaryobjective" and _attribute(each, "satisfiedbymeasure").lower() == "true":
                least = _number(_words(each, "minnormalizedmeasure", 20))
                return least if least is not None and -1 <= least <= 1 else Fraction(1)
        return None

    def _threshold(self, item: Any) -> Fraction | None:
        own = _kid(item, "completionthreshold")
        if own is None or self.edition == V12:
            return None
        written = _attribute(own, "minprogressmeasure") or "".join(own.itertext()).strip()
        if _attribute(own, "completedbymeasure").lower() == "false":
            return None
        least = _number(written)
        return least if least is not None and 0 <= least <= 1 else None

    def _path(self, href: str, base: str) -> str | None:
        """Return the file of the package that is meant, None after saying why there is none."""
        written = unquote(base + href.partition("#")[0].partition("?")[0]).replace("\\", "/")
        path = normpath(written) if written else ""
        if path.startswith(("/", "../")) or path in ("..", ".", "") or ":" in path or "\x00" in path:
            self._wrong(text("清单指到了包外面：%(path)s。", path=written[:160]))
            return None
        if path in self.paths:
            return path
        other = self.folded.get(path.casefold())
        if other is not None:
            self._wrong(
                text(
                    "清单写的是 %(path)s，包里的文件叫 %(other)s，大小写不一样。", path=path[-160:], other=other[-160:]
                )
            )
        else:
            self._wrong(text("清单里有、包里没有的文件：%(path)s。", path=path[-160:]))
        return None


def leads_away(href: str) -> bool:
    """Whether a reference leads to another host: `https://…`, `//host/…`, `data:`."""
    try:
        parts = urlsplit(href)
    except ValueError:
        return True
    return bool(parts.scheme or parts.netloc)

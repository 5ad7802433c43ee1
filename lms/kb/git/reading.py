"""The history of a repository's Markdown, file by file: who wrote which version, under which name. Changes nothing.

A version is a commit in which the file differs from every parent, as `git log` counts. A renamed file is one page; so
is one that was deleted and came back. What can't be a document is told, never followed: links, submodules, binaries.
"""

import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from heapq import heapify, heappop, heappush
from typing import Any

from dulwich.diff_tree import (
    CHANGE_DELETE,
    CHANGE_MODIFY,
    CHANGE_RENAME,
    CHANGE_UNCHANGED,
    RenameDetector,
    tree_changes,
)
from dulwich.objects import Blob, Commit, ObjectID, Tree
from dulwich.repo import Repo

from lms.core.texts import Text, text
from lms.kb.git import message

RENAMED_FROM = 60
"""Per cent of likeness from which a file that vanished and one that came are one, as git has it by default 50."""
MOST_RENAMES = 1_000
LONGEST = 6_000_000
"""Bytes of a version that is looked at at all."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What one commit did to one file. verb: as of `message.Told`. path: after it, below the folder.

    blob: of the text; None unless written. author: as the commit has it, `Name <address>`.
    """

    commit: str
    verb: str
    path: str
    blob: ObjectID | None
    author: str
    at: datetime
    message: str


@dataclass(slots=True)
class History:
    """One page through all its names. path: where it lies at the head, None if it is gone."""

    versions: list[Version] = field(default_factory=list)
    path: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What is to be told of one file. refused: it is not taken."""

    path: str
    message: Text
    refused: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A file beside the documents at the head, and the commit that last changed it."""

    path: str
    blob: ObjectID
    author: str
    at: datetime
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    histories: tuple[History, ...]
    pictures: tuple[Picture, ...]
    notes: tuple[Note, ...]


Kept = dict[str, tuple[int, ObjectID]]
"""Of one commit: the page and the blob at each path."""
Watch = Callable[[Sequence[Any]], Iterable[Any]]
"""Gets the commits and gives them back one by one, showing how far it is."""


def commits_of(repo: Repo) -> list[Commit]:
    """Return every commit that leads to the head: parents before children, else by their day.

    By hand and not with dulwich's walker, which fails at the first commit without a readable author.
    """
    known: dict[ObjectID, Commit] = {}
    waiting = [repo.head()]
    while waiting:
        id = waiting.pop()
        found = repo.object_store[id] if id not in known and id in repo.object_store else None
        if isinstance(found, Commit):
            known[id] = found
            waiting += found.parents
    left = {id: sum(parent in known for parent in set(commit.parents)) for id, commit in known.items()}
    children: dict[ObjectID, list[ObjectID]] = {}
    for id, commit in known.items():
        for parent in set(commit.parents):
            children.setdefault(parent, []).append(id)
    ready = [(known[id].commit_time or 0, id) for id, count in left.items() if not count]
    heapify(ready)
    ordered = []
    while ready:
        _, id = heappop(ready)
        ordered.append(known[id])
        for child in children.get(id, ()):
            left[child] -= 1
            if not left[child]:
                heappush(ready, (known[child].commit_time or 0, child))
    return ordered


def read(repo: Repo, commits: Sequence[Commit], folder: str, watch: Watch = iter) -> Reading:
    """Return the history of every Markdown file below a folder of the repository, "" = all of it."""
    return _Reader(repo, folder).run(commits, watch)


@dataclass(frozen=True, slots=True)
class Change:
    """What a commit did to one document against its first parent. old: where it was, new and blob: where it is."""

    old: str | None
    new: str | None
    blob: ObjectID | None


class _Reader:
    def __init__(self, repo: Repo, folder: str) -> None:
        self.store = repo.object_store
        self.folders = [part.encode() for part in folder.split("/") if part]
        self.detector = RenameDetector(self.store, rename_threshold=RENAMED_FROM, max_files=MOST_RENAMES)
        self.histories: list[History] = []
        self.kept: dict[ObjectID, Kept] = {}
        self.graves: Kept = {}
        self.notes: dict[tuple[str, str], Note] = {}
        self.pictures: dict[str, Picture] = {}

    def run(self, commits: Sequence[Commit], watch: Watch) -> Reading:
        children: dict[ObjectID, int] = {}
        for commit in commits:
            for parent in commit.parents:
                children[parent] = children.get(parent, 0) + 1
        for commit in watch(commits):
            self.kept[commit.id] = self._step(commit)
            for parent in commit.parents:
                children[parent] -= 1
                if not children[parent]:
                    self.kept.pop(parent, None)  # nobody asks for it any more
        if commits:
            self._settle(commits[-1])
        return Reading(
            histories=tuple(each for each in self.histories if each.versions),
            pictures=tuple(self.pictures[path] for path in sorted(self.pictures)),
            notes=tuple(sorted(self.notes.values(), key=lambda note: note.path)),
        )

    def _step(self, commit: Commit) -> Kept:
        """Return what lies where after a commit, and note what it did."""
        parents = [each for each in commit.parents if each in self.kept]
        before = self.kept[parents[0]] if parents else {}
        others = [self.kept[each] for each in parents[1:]]
        changes = list(self._changes(commit, parents[0] if parents else None))
        kept = dict(before)
        for change in changes:
            if change.old is not None:
                kept.pop(change.old, None)
        for change in changes:
            if change.new is not None:
                self._put(commit, change, before, others, kept)
        alive = {page for page, _ in kept.values()}
        for path, (page, blob) in before.items():
            if page in alive:
                continue
            self.graves[path] = (page, blob)
            if all(page in {each for each, _ in other.values()} for other in others):
                self._note(commit, page, "removed", path, None)
        if len(parents) < 2:
            self._own(commit, kept)
        else:
            self._decide(commit, [before, *others], kept)
        return kept

    def _decide(self, commit: Commit, sides: Sequence[Kept], kept: Kept) -> None:
        """Note which text a merge chose where its sides differ and the other one was written last.

        Here and not at the head: a second import finds this commit again, and the head of the first one no more.
        """
        blobs = [dict(side.values()) for side in sides]
        for path, (page, blob) in kept.items():
            if self._last_text(page) != blob and any(side.get(page, blob) != blob for side in blobs):
                self._note(commit, page, "written", path, blob)

    def _last_text(self, page: int) -> ObjectID | None:
        written = (each.blob for each in reversed(self.histories[page].versions) if each.verb == "written")
        return next(written, None)

    def _own(self, commit: Commit, kept: Kept) -> None:
        """Note what a commit of the academy's own says and no tree shows: a revision with the text of the last one."""
        told = message.read(_message(commit))
        if told is None or told.verb not in ("written", "dropped"):
            return
        path = told.path.encode()
        for folder in self.folders:
            if not path.startswith(folder + b"/"):
                return
            path = path[len(folder) + 1 :]
        page, blob = kept.get(path.decode(), (None, None))
        if page is None:
            return
        seen = self.histories[page].versions[-1:]
        if not seen or seen[0].commit != commit.id.decode():
            self._note(commit, page, told.verb, path.decode(), blob if told.verb == "written" else None)

    def _put(self, commit: Commit, change: Change, before: Kept, others: Sequence[Kept], kept: Kept) -> None:
        """Say which page a changed file is, and note what is this commit's own doing."""
        path, blob = change.new, change.blob
        assert path is not None
        assert blob is not None
        beside = next((other[path] for other in others if path in other), None)
        was = before.get(change.old) if change.old is not None else None
        came_back = was is None and beside is None and path in self.graves
        if came_back:
            was = self.graves.pop(path)
        if was is not None:
            page = was[0]
        elif beside is not None:
            page = beside[0]
        else:
            page = len(self.histories)
            self.histories.append(History())
        kept[path] = (page, blob)
        if beside is not None and beside[1] == blob:
            return  # it came with the other side of a merge, where it is noted
        if came_back:
            self._note(commit, page, "restored", path, None)
        elif was is not None and change.old != path:
            self._note(commit, page, "renamed", path, None)
        if was is None or was[1] != blob:
            self._note(commit, page, "written", path, blob)

    def _settle(self, head: Commit) -> None:
        """Say where each page lies in the end, and that its last version is what lies there."""
        for path, (page, blob) in self.kept[head.id].items():
            self.histories[page].path = path
            if self._last_text(page) != blob:
                self._note(head, page, "written", path, blob)

    def _note(self, commit: Commit, page: int, verb: str, path: str, blob: ObjectID | None) -> None:
        self.histories[page].versions.append(
            Version(
                commit=commit.id.decode(),
                verb=verb,
                path=path,
                blob=blob,
                author=_author(commit),
                at=_moment(commit.author_time or commit.commit_time or 0),
                message=_message(commit),
            )
        )

    def _changes(self, commit: Commit, parent: ObjectID | None) -> Iterator[Change]:
        """Yield what a commit did to documents below the folder, and note what can't be one."""
        tree = self.store[parent].tree if parent is not None else None  # type: ignore[attr-defined]
        ends = (self._below(tree), self._below(commit.tree))
        for found in tree_changes(self.store, *ends, rename_detector=self.detector):
            if found.type == CHANGE_UNCHANGED:
                continue
            old = found.old if found.type in (CHANGE_DELETE, CHANGE_MODIFY, CHANGE_RENAME) else None
            before = _decoded(old.path) if old is not None and _is_document(old) else None
            if old is not None and before is None:
                self.pictures.pop(_decoded(old.path), None)
            new = found.new if found.type != CHANGE_DELETE else None
            after = _decoded(new.path) if new is not None and self._fits(new) else None
            if new is not None and after is None and stat.S_ISREG(new.mode) and not _is_document(new):
                self._picture(commit, new)
            if before is not None or after is not None:
                yield Change(before, after, new.sha if new is not None and after is not None else None)

    def _picture(self, commit: Commit, entry: Any) -> None:
        path = _decoded(entry.path)
        self.pictures[path] = Picture(
            path=path,
            blob=entry.sha,
            author=_author(commit),
            at=_moment(commit.author_time or commit.commit_time or 0),
            message=_message(commit),
        )

    def _below(self, tree: ObjectID | None) -> ObjectID | None:
        for name in self.folders:
            if tree is None:
                return None
            found = self.store[tree]
            if not isinstance(found, Tree) or name not in found:
                return None
            mode, tree = found[name]
            if not stat.S_ISDIR(mode):
                return None
        return tree

    def _fits(self, entry: Any) -> bool:
        """Say whether an entry can be a document; note why not where somebody would miss it."""
        path = _decoded(entry.path)
        name = path.rpartition("/")[2].lower()
        if any(part in ("", ".", "..", ".git") or "\\" in part for part in path.split("/")):
            self._refuse(path, text("路径不对，没有导入。"))
            return False
        if stat.S_IFMT(entry.mode) == 0o160000:
            self._refuse(path, text("这是子模块，没有导入。"))
            return False
        if not name.endswith(".md") or name.startswith("readme"):
            return False
        if stat.S_ISLNK(entry.mode):
            self._refuse(path, text("这是一个符号链接，请放文件本身。"))
            return False
        return True

    def _refuse(self, path: str, why: Text) -> None:
        self.notes[path, why.id] = Note(path=path, message=why)


def _is_document(entry: Any) -> bool:
    name = entry.path.rpartition(b"/")[2].lower()
    return stat.S_ISREG(entry.mode) and name.endswith(b".md") and not name.startswith(b"readme")


def _decoded(path: bytes) -> str:
    """Return a path as text; older repositories of Windows have Chinese names in GB18030."""
    try:
        return path.decode("utf-8")
    except UnicodeDecodeError:
        return path.decode("gb18030", "replace")


def _author(commit: Commit) -> str:
    return (commit.author or b"").decode("utf-8", "replace")


def _message(commit: Commit) -> str:
    return (commit.message or b"").decode(_encoding(commit), "replace").replace("\x00", "")


def _encoding(commit: Commit) -> str:
    named = (commit.encoding or b"utf-8").decode("ascii", "replace")
    try:
        "".encode(named)
    except LookupError:
        return "utf-8"
    return named


def _moment(seconds: int) -> datetime:
    """Return a commit's time; what lies outside of what a calendar holds is the epoch."""
    try:
        return EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        return EPOCH


def text_of(repo: Repo, blob: ObjectID) -> str | Text:
    """Return the text of a version, or why it can't be read. UTF-8, else GB18030."""
    found = repo.object_store[blob]
    if not isinstance(found, Blob):
        return text("这不是普通文件。")
    data = found.as_raw_string()
    if len(data) > LONGEST:
        return text("文件超过 %(limit)s MB，请拆成几份。", limit=LONGEST // 1_000_000)
    if b"\x00" in data:
        return text("这不是文本文件，请检查是否放错了文件。")
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return text("不是 UTF-8 也不是 GB18030 编码，请另存为 UTF-8。")

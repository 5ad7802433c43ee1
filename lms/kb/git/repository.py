"""Commits out of steps: trees, blobs and messages, without a work tree, the same bytes for the same steps."""

import stat
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from dulwich import porcelain
from dulwich.errors import NotGitRepository
from dulwich.objects import Blob, Commit, ObjectID, ShaFile, Tree
from dulwich.refs import HEADREF, Ref
from dulwich.repo import Repo

from lms.content import store
from lms.core import files
from lms.core.errors import Conflict
from lms.core.texts import text
from lms.kb.git.message import signature, written
from lms.kb.git.story import Step

BRANCH = Ref(b"refs/heads/main")
BATCH = 2_000
"""Objects of one pack."""
_FILE = stat.S_IFREG | 0o644
_FOLDER = stat.S_IFDIR
_SUBJECTS = {
    "written": "{title}",
    "renamed": "{title}: {after}",
    "removed": "{title} archived",
    "restored": "{title} restored",
    "dropped": "{title}: draft dropped",
    "added": "{title}",
}


@dataclass(slots=True)
class _Folder:
    """A folder of the tree that is being written; its id is made anew only after a change below it."""

    entries: dict[bytes, "ObjectID | _Folder"] = field(default_factory=dict)
    id: ObjectID | None = None


class Writer:
    """Writes steps as commits into the objects of a repository."""

    def __init__(self, repo: Repo, people: Mapping[int, tuple[str, str]]) -> None:
        self.repo, self.people = repo, people
        self.root = _Folder()
        self.head: ObjectID | None = None
        self.waiting: list[tuple[ShaFile, str | None]] = []

    def write(self, steps: Sequence[Step], watch: Callable[[Sequence[Any]], Iterable[Any]]) -> ObjectID | None:
        """Return the id of the last commit; None where nothing ever happened."""
        for step in watch(steps):
            if step.before and step.before != step.after:
                self._drop(step.before)
            if step.after:
                self._put(step.after, self._blob(step))
            self._commit(step)
            if len(self.waiting) >= BATCH:
                self._flush()
        self._flush()
        return self.head

    def _flush(self) -> None:
        if self.waiting:
            self.repo.object_store.add_objects(self.waiting)
            self.waiting = []

    def _keep(self, made: ShaFile) -> ObjectID:
        self.waiting.append((made, None))
        return made.id

    def _blob(self, step: Step) -> ObjectID:
        if step.file_sha is not None:
            return self._keep(Blob.from_string(files.read(step.file_sha)))
        assert step.blob_sha is not None
        return self._keep(Blob.from_string(store.bytes_of([step.blob_sha])[step.blob_sha]))

    def _put(self, path: str, blob: ObjectID) -> None:
        *folders, name = path.encode().split(b"/")
        here = self.root
        here.id = None
        for folder in folders:
            below = here.entries.setdefault(folder, _Folder())
            assert isinstance(below, _Folder)
            below.id = None
            here = below
        here.entries[name] = blob

    def _drop(self, path: str) -> None:
        *folders, name = path.encode().split(b"/")
        way = [self.root]
        for folder in folders:
            below = way[-1].entries.get(folder)
            if not isinstance(below, _Folder):
                return
            way.append(below)
        way[-1].entries.pop(name, None)
        for above, folder, below in zip(way[-2::-1], folders[::-1], way[:0:-1], strict=True):
            if not below.entries:
                above.entries.pop(folder, None)  # Git knows no empty folder
        for each in way:
            each.id = None

    def _tree(self, folder: _Folder) -> ObjectID:
        if folder.id is None:
            tree = Tree()
            for name, entry in folder.entries.items():
                if isinstance(entry, _Folder):
                    tree.add(name, _FOLDER, self._tree(entry))
                else:
                    tree.add(name, _FILE, entry)
            folder.id = self._keep(tree)
        return folder.id

    def _commit(self, step: Step) -> None:
        commit = Commit()
        commit.tree = self._tree(self.root)
        commit.parents = [self.head] if self.head is not None else []
        who = self.people.get(step.author_id or 0, ("", ""))
        commit.author = commit.committer = signature(*who).encode()
        commit.author_time = commit.commit_time = _seconds(step.told.at)
        commit.author_timezone = commit.commit_timezone = 0
        commit.encoding = b"UTF-8"
        subject = _SUBJECTS[step.told.verb].format(title=step.title, after=step.after)
        commit.message = written(step.told, " ".join(subject.split())).encode()
        self.head = self._keep(commit)


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def opened(folder: Path) -> Repo:
    """Return the repository of an export: a new one in an empty folder, or that of an earlier export.

    Raises Conflict where something else lies there or something in it was changed by hand.
    """
    try:
        repo = Repo(str(folder))
    except NotGitRepository:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise Conflict(text("目标文件夹不是空的，请换一个空文件夹。")) from None
        repo = Repo.init(str(folder), mkdir=not folder.exists(), default_branch=b"main")
        return repo
    if BRANCH in repo.refs.allkeys():
        status = porcelain.status(repo)
        if any(status.staged.values()) or status.unstaged or status.untracked:
            repo.close()
            raise Conflict(text("目标仓库里有没提交的改动，请先处理，或换一个空文件夹。"))
    return repo


def show(repo: Repo, head: ObjectID) -> None:
    """Make a commit the head of the branch and lay its files out.

    Raises Conflict where the branch holds commits that do not lead to it: they would be lost.
    """
    old = repo.refs[BRANCH] if BRANCH in repo.refs.allkeys() else None
    if old is not None and old != head and old not in {entry.commit.id for entry in repo.get_walker([head])}:
        raise Conflict(text("目标仓库里有别处来的提交，导出会把它们丢掉，请换一个空文件夹。"))
    repo.refs[BRANCH] = head
    repo.refs.set_symbolic_ref(HEADREF, BRANCH)
    porcelain.reset(repo, "hard", head)

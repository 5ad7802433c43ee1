"""Builders of repositories: commits out of plain texts, without a work tree."""

import stat
from datetime import UTC, datetime, timedelta

from dulwich.objects import Blob, Commit, Tree
from dulwich.repo import Repo

FILE, LINK, FOLDER, SUBMODULE = stat.S_IFREG | 0o644, stat.S_IFLNK, stat.S_IFDIR, 0o160000
START = datetime(2026, 1, 5, 9, tzinfo=UTC)


class Repository:
    """A repository on disk. `commit` takes what changes: text or bytes by path, None for what goes."""

    def __init__(self, folder):
        self.folder = folder
        self.repo = Repo.init_bare(str(folder), mkdir=True)
        self.files = {}
        self.count = 0

    def commit(self, message="改", author="周敏 <zm@example.com>", parents=None, at=None, modes=None, **files):
        return self.put(
            {name.replace("__", "/") + ".md": text for name, text in files.items()}, message, author, parents, at, modes
        )

    def put(self, files, message="改", author="周敏 <zm@example.com>", parents=None, at=None, modes=None):
        """Return the id of a commit. parents: None = the last one; a commit that is not on the last one keeps `self.files`."""
        for path, data in files.items():
            name = path if isinstance(path, bytes) else path.encode()
            if data is None:
                self.files.pop(name, None)
            else:
                self.files[name] = (data if isinstance(data, bytes) else data.encode(), (modes or {}).get(path, FILE))
        commit = Commit()
        commit.tree = self._tree(self.files)
        head = [self.head] if self.count else []
        commit.parents = head if parents is None else list(parents)
        commit.author = commit.committer = author if isinstance(author, bytes) else author.encode()
        moment = at or START + timedelta(hours=self.count)
        commit.author_time = commit.commit_time = int(moment.timestamp())
        commit.author_timezone = commit.commit_timezone = 0
        commit.message = message if isinstance(message, bytes) else message.encode()
        self.repo.object_store.add_object(commit)
        self.repo.refs[b"refs/heads/master"] = commit.id
        self.repo.refs.set_symbolic_ref(b"HEAD", b"refs/heads/master")
        self.head = commit.id
        self.count += 1
        return commit.id

    def _tree(self, files):
        tree, folders = Tree(), {}
        for path, (data, mode) in files.items():
            top, slash, rest = path.partition(b"/")
            if slash:
                folders.setdefault(top, {})[rest] = (data, mode)
            elif mode == SUBMODULE:
                tree.add(top, mode, data)
            else:
                blob = Blob.from_string(data)
                self.repo.object_store.add_object(blob)
                tree.add(top, mode, blob.id)
        for name, below in folders.items():
            tree.add(name, FOLDER, self._tree(below))
        self.repo.object_store.add_object(tree)
        return tree.id

"""A repository's history into the store, one page a transaction; the knowledge base's history into a repository.

A run that is killed leaves whole pages behind; the next one goes on where it stopped.
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from dulwich.errors import NotGitRepository
from dulwich.objects import Commit, ObjectID, Tree
from dulwich.repo import Repo
from sqlalchemy import select

from lms.content.attachments import tree as beside
from lms.content.attachments.rules import SUFFIXES, suffix_of
from lms.content.check import check, read_kind
from lms.content.grammar.findings import Finding
from lms.content.grammar.keywords import Word
from lms.content.jobs.chunks import unwatched
from lms.content.kinds import kind_by_word, parsers, wholes
from lms.content.lint import lint_slug
from lms.content.models import Document, Slug
from lms.content.rules.paths import path_of, why_no_path
from lms.content.tree import Watch
from lms.core.access import Actor
from lms.core.db import session, transaction
from lms.core.errors import DomainError, NotFound
from lms.core.texts import Text, text
from lms.kb.git import reading, repository, story
from lms.kb.git.message import read as read_message
from lms.kb.git.people import People, people, signatures
from lms.kb.git.reading import History, Note, Picture, Version
from lms.kb.git.taking import Page, stands, take

HOME = "kb_content"
"""The folder of the academy in which pages of a repository come to lie."""


@dataclass(slots=True)
class Imported:
    """What an import did, or with dry_run would do; paths of the academy. revisions: how many are new in all."""

    dry_run: bool = False
    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    published: int = 0
    unchanged: int = 0
    revisions: int = 0
    pictures: int = 0
    commits: int = 0
    notes: list[Note] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not any(note.refused for note in self.notes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    head: str
    commits: int


def import_git(
    actor: Actor,
    source: Path,
    *,
    folder: str | None = None,
    publish: bool = False,
    dry_run: bool = False,
    watch: Watch = unwatched,
) -> Imported:
    """Take in the Markdown below a folder of a repository, with who wrote what when and under which name.

    folder: None = kb_content where there is one, else all of it. publish: make what is without errors public; a
    repository that the academy wrote says itself what was public. Raises NotFound without a repository or a commit.
    """
    with _opened(source) as repo:
        commits = reading.commits_of(repo)
        folder = _folder(repo) if folder is None else folder
        found = reading.read(repo, commits, folder, lambda each: watch(each, text("读提交记录")))
        outcome = Imported(dry_run=dry_run, commits=len(commits), notes=list(found.notes))
        places = _places(found.histories, outcome)
        everybody = people()
        session().rollback()
        _take_pictures(repo, found.pictures, everybody, outcome, watch)
        pages = list(_pages(repo, places, publish, outcome))
        for page in watch(pages, text("导入历史")):
            _take_page(actor, page, everybody, outcome)
        outcome.notes.sort(key=lambda note: note.path)
        return outcome


def export_git(target: Path, *, watch: Watch = unwatched) -> Exported:
    """Write the history of every article and word list as commits, with their pictures; the same data, the same ids.

    Raises Conflict for a folder that holds something else, NotFound where there is nothing to write.
    """
    told = story.steps(HOME)
    if not told:
        raise NotFound(text("知识库里还没有内容，没有什么可以导出。"))
    who = signatures({step.author_id for step in told if step.author_id is not None})
    repo = repository.opened(target)
    try:
        head = repository.Writer(repo, who).write(told, lambda each: watch(each, text("写提交记录")))
        assert head is not None
        repository.show(repo, head)
        return Exported(head=head.decode(), commits=len(told))
    finally:
        repo.close()


@contextmanager
def _opened(source: Path) -> Iterator[Repo]:
    try:
        repo = Repo(str(source))
    except NotGitRepository as error:
        raise NotFound(text("“%(path)s”不是 Git 仓库。", path=source)) from error
    try:
        try:
            repo.head()
        except KeyError as error:
            raise NotFound(text("这个仓库还没有提交。")) from error
        yield repo
    finally:
        repo.close()


def _folder(repo: Repo) -> str:
    head = repo[repo.head()]
    tree = repo[head.tree] if isinstance(head, Commit) else None
    return HOME if isinstance(tree, Tree) and HOME.encode() in tree else ""


def _places(histories: Sequence[History], outcome: Imported) -> list[tuple[str, History]]:
    """Return each page with its path in the academy; a name that can't be is mended, and told."""
    found: dict[str, History] = {}
    for history in histories:
        last = history.path or history.versions[-1].path
        path = _fitting(last)
        if path is None:
            outcome.notes.append(Note(path=last, message=text("文件名不能用作地址，没有导入，请改名。")))
        elif path in found and history.path is not None and found[path].path is not None:
            outcome.notes.append(Note(path=last, message=text("和另一个文件会得到同一个地址，没有导入，请改名。")))
        elif path not in found or found[path].path is None:
            if path != f"{HOME}/{last}":
                note = text("文件名改成了“%(path)s”。", path=path)
                outcome.notes.append(Note(path=last, message=note, refused=False))
            found[path] = history
    return list(found.items())


def _fitting(path: str) -> str | None:
    """Return where a file comes to lie; None for a name of which nothing can be made."""
    stem = path[: -len(".md")]
    for tried in (stem, "/".join(_mended(part) for part in stem.split("/"))):
        candidate = f"{HOME}/{tried}.md"
        if why_no_path(candidate) is None and not lint_slug(candidate):
            return candidate
    return None


def _mended(part: str) -> str:
    plain = "".join("-" if each in ':*|"<>?#%&' or each < " " or each.isspace() else each for each in part)
    return plain.strip(".-") or "-"


def _pages(repo: Repo, places: Sequence[tuple[str, History]], publish: bool, outcome: Imported) -> Iterator[Page]:
    """Yield what can be taken in; a page with a version that can't be read is left out whole, with the reason."""
    heads: dict[str, bytes] = {}
    read: dict[str, dict[ObjectID, str]] = {}
    for path, history in places:
        texts: dict[ObjectID, str] = {}
        problem: Text | None = None
        for version in history.versions:
            if version.blob is not None and version.blob not in texts:
                found = reading.text_of(repo, version.blob)
                if isinstance(found, Text):
                    problem = found
                    break
                texts[version.blob] = found
        if problem is not None:
            outcome.notes.append(Note(path=path, message=problem))
            continue
        read[path] = texts
        final = next((version.blob for version in reversed(history.versions) if version.blob), None)
        if final is not None and history.path is not None:
            heads[path] = texts[final].encode()
    corpus = check(heads, parsers(), wholes(), _others())
    findings: dict[str, list[Finding]] = {}
    for path, finding in corpus.findings:
        findings.setdefault(path, []).append(finding)
    for path, history in places:
        if path not in read:
            continue
        ours = any(read_message(version.message) for version in history.versions)
        yield Page(
            kind=kind_by_word(_kind(corpus.kinds.get(path), heads.get(path), read[path], history)),
            path=path,
            versions=[_placed(version) for version in history.versions],
            texts=read[path],
            findings=findings.get(path, ()),
            gone=history.path is None,
            publish=publish and history.path is not None and not ours,
        )


def _kind(known: Word | None, head: bytes | None, texts: Mapping[ObjectID, str], history: History) -> Word:
    """Return what a page says that it is; one that says nothing is an article."""
    if known is not None:
        return known
    for version in reversed(history.versions):
        if version.blob is not None:
            word = read_kind(texts[version.blob], parsers())
            return word if not isinstance(word, Finding) else Word.ARTICLE
    return Word.ARTICLE


def _placed(version: Version) -> Version:
    return replace(version, path=_fitting(version.path) or f"{HOME}/{version.path}")


def _others() -> list[str]:
    """Return what a link may lead to beside the pages themselves: every document and every file."""
    rows = session().execute(select(Document.folder, Slug.slug).join(Slug, Slug.document_id == Document.id))
    return [*(path_of(row.folder, row.slug) for row in rows), *beside.known_paths()]


def _take_pictures(repo: Repo, pictures: Sequence[Picture], everybody: People, outcome: Imported, watch: Watch) -> None:
    """Take in what the pages show, as it lies at the head; what nothing can show is nobody's affair."""
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        wanted: dict[str, Picture] = {}
        for picture in pictures:
            path = f"{HOME}/{picture.path}"
            if suffix_of(path) in SUFFIXES and why_no_path(f"{path.rpartition('/')[0]}/a.md") is None:
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_bytes(repo.object_store[picture.blob].as_raw_string())
                wanted[path] = picture
        found = beside.differing(root, list(wanted))
        session().rollback()
        outcome.notes += [Note(path=path, message=why) for path, why in found.refused.items()]
        for path in watch(sorted(found.forms), text("导入图片和文件")):
            outcome.pictures += 1
            if outcome.dry_run:
                continue
            told = read_message(wanted[path].message)
            try:
                received = beside.receive(root / path, found.forms[path])
            except DomainError as error:
                outcome.notes.append(Note(path=path, message=error.message))
                continue
            with transaction():
                by, _stranger = everybody.of(wanted[path].author)
                beside.take(path, received, added_by=by, at=told.at if told else wanted[path].at)


def _take_page(actor: Actor, page: Page, everybody: People, outcome: Imported) -> None:
    if outcome.dry_run:
        return _foresee(page, outcome)
    try:
        with transaction():
            taken = take(actor, page, everybody)
    except DomainError as error:
        outcome.notes.append(Note(path=page.path, message=error.message))
        return
    if taken.note is not None:
        outcome.notes.append(Note(path=page.path, message=taken.note, refused=False))
    if not taken.changed:
        outcome.unchanged += 1
        return
    (outcome.created if taken.is_new else outcome.updated).append(page.path)
    outcome.revisions += taken.revisions
    outcome.published += taken.published


def _foresee(page: Page, outcome: Imported) -> None:
    is_known, revisions = stands(page)
    session().rollback()
    outcome.revisions += revisions
    if is_known and not revisions:
        outcome.unchanged += 1
    else:
        (outcome.updated if is_known else outcome.created).append(page.path)

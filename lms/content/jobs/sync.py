"""Files of a tree into the store, in transactions of a few documents each, and looking at them without any store.

A run that is killed leaves whole documents behind; the next run goes on where it stopped.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from lms.content.actions import Unpublishable, files
from lms.content.attachments import tree as attachments
from lms.content.check import MAX_BYTES, Corpus, check, is_document, read_kind
from lms.content.grammar.findings import Finding, Severity
from lms.content.grammar.inline import find_links, is_external, resolve
from lms.content.jobs.chunks import CHUNK, unwatched
from lms.content.kinds import Kind, kind_by_word, parsers, wholes
from lms.content.lint import lint_slug
from lms.content.rules.paths import why_no_path
from lms.content.rules.sync import Plan, Refusal, State, differing, plan
from lms.content.tree import Tree, Watch, read_tree
from lms.core.db import session, transaction
from lms.core.errors import DomainError
from lms.core.here import settings
from lms.core.texts import Text, text


@dataclass(slots=True)
class Outcome:
    """What a sync did, or with dry_run would do; paths. conflicts: in all, those of earlier runs included.

    ahead: the database holds newer text than the file; the export writes it. missing: the file is gone. left: documents
    that a run of limited length has not come to.
    """

    dry_run: bool = False
    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    moved: list[tuple[str, str]] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    settled: list[str] = field(default_factory=list)
    ahead: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    unchanged: int = 0
    left: int = 0
    refused: list[Refusal] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not (self.refused or self.conflicts)


def check_files(root: Path) -> list[tuple[str, Finding]]:
    """Return everything that is wrong in the tree, by path and line. Needs no database."""
    tree = _tree(root)
    corpus = check(tree.files, parsers(), wholes(), tree.others)
    unread = [(path, Finding(code="C170", line=1, message=reason)) for path, reason in tree.refused.items()]
    unread += [
        (path, Finding(code="C172", line=1, message=reason))
        for path, reason in attachments.check_tree(root, tree.others).items()
    ]
    named = [
        (path, Finding(code="C161", line=1, message=reason))
        for path in tree.files
        if not lint_slug(path) and (reason := why_no_path(path))
    ]
    return sorted([*corpus.findings, *unread, *named], key=lambda pair: (pair[0], pair[1].line, pair[1].code))


def waiting_files(root: Path) -> tuple[int, int]:
    """Return how many files a sync would look at, and how many there are; nothing of them is read but the bytes."""
    tree = _tree(root)
    made = plan(tree.shas(), files.states(), refused=_unread(tree))
    return len(made.create) + len(made.update), len(tree.files)


def sync_files(
    root: Path, *, dry_run: bool = False, minor: bool = False, watch: Watch = unwatched, most: int | None = None
) -> Outcome:
    """Take what authors changed in their files; one with something to mend is left out. Files are only read.

    minor: only typos and layout; nobody has to read it again. most: so many documents at most; the next run goes on.
    """
    tree = _tree(root)
    shas = tree.shas()
    states = files.states()
    made = plan(shas, states, refused=_unread(tree))
    corpus = Corpus()
    if not made.changes_nothing:
        states = _closer(shas, states)
        made = plan(shas, states, refused=_unread(tree))
        corpus = _read(tree, states, made)
        claims, foreign = _by_ids(corpus, states, made)
        made = plan(
            shas,
            states,
            kinds={path: kind_by_word(word).name for path, word in corpus.kinds.items()},
            claims=claims,
            refused=_refusals(tree, corpus, foreign),
        )
    session().rollback()
    outcome = _outcome(made, dry_run)
    _take_others(root, tree, outcome, watch)
    if not dry_run:
        _apply(made, tree, shas, corpus, outcome, watch, most, minor=minor)
    return outcome


def _tree(root: Path) -> Tree:
    return read_tree(root, min(settings().source_max_bytes, MAX_BYTES))


def _unread(tree: Tree) -> dict[str, list[tuple[int, Text]]]:
    return {path: [(1, reason)] for path, reason in tree.refused.items()}


def _closer(shas: Mapping[str, bytes], states: Sequence[State]) -> list[State]:
    """Look up, for documents whose file differs, what the export would have written there."""
    texts = files.exported(differing(shas, states))
    shas_of = {document_id: sha256(data).digest() for document_id, data in texts.items()}
    return [replace(state, exported_sha=shas_of.get(state.document_id)) for state in states]


def _read(tree: Tree, states: Sequence[State], made: Plan) -> Corpus:
    """Read the changed files and those that they lead to, through courses and curricula to their ends."""
    wanted = [*made.create, *(path for path, _ in (*made.update, *made.conflict))]
    elsewhere = _only_in_database(states, tree)
    chosen: dict[str, bytes] = {}
    kinds = parsers()
    frontier = dict.fromkeys(wanted, True)  # whether links are followed from here
    while frontier:
        following: dict[str, bool] = {}
        for path, deeper in frontier.items():
            data = tree.files.get(path)
            if data is None:
                found = files.exported([elsewhere[path]]) if path in elsewhere else {}
                data = next(iter(found.values()), None)
            if data is None or path in chosen:
                continue
            chosen[path] = data
            if not deeper:
                continue
            source = data.decode("utf-8", "replace")
            word = read_kind(source, kinds)
            for link in find_links(source):
                target = None if is_external(link.target) else resolve(path, link.target)
                if target and is_document(target) and target not in chosen:
                    holds = not isinstance(word, Finding) and kind_by_word(word).rank > 0
                    following[target] = following.get(target, False) or holds
        frontier = following
    others = [*tree.files, *tree.others, *elsewhere, *attachments.known_paths()]
    return check(chosen, kinds, wholes(), others)


def _only_in_database(states: Sequence[State], tree: Tree) -> dict[str, int]:
    return {
        state.path: state.document_id
        for state in states
        if state.path not in tree.files and not state.archived and state.published_id is not None
    }


def _by_ids(
    corpus: Corpus, states: Sequence[State], made: Plan
) -> tuple[dict[str, int], dict[str, list[tuple[int, Text]]]]:
    """Return by path the document that a new file continues, and the ids that belong to other documents."""
    owners = files.id_owners(corpus.parsed)
    titles = {state.document_id: state.title for state in states}
    known = {state.path: state.document_id for state in states}
    known |= {state.file_path: state.document_id for state in states if state.file_path is not None}
    missing = {state.document_id for state in made.missing}
    claims: dict[str, int] = {}
    foreign: dict[str, list[tuple[int, Text]]] = {}
    for path, parsed in corpus.parsed.items():
        own = known.get(path)
        named = {owners[id] for id, _ in parsed.ids if id in owners}
        if own is None and len(named) == 1 and named <= missing:
            own = claims[path] = named.pop()
        for id, line in parsed.ids:
            if owners.get(id, own) != own:
                other = titles.get(owners[id], "")
                problem = text("“id:%(id)s”已经用在《%(other)s》里，请删去这里的。", id=id, other=other)
                foreign.setdefault(path, []).append((line, problem))
    return claims, foreign


def _refusals(
    tree: Tree, corpus: Corpus, foreign: Mapping[str, list[tuple[int, Text]]]
) -> dict[str, list[tuple[int, Text]]]:
    found = {**_unread(tree), **foreign}
    for path, finding in corpus.findings:
        if finding.severity is Severity.ERROR and path in tree.files:
            found.setdefault(path, []).append((finding.line, finding.message))
    for path in corpus.parsed:
        reason = why_no_path(path)
        if reason is not None and path not in found:
            found[path] = [(1, reason)]
    return found


def _outcome(made: Plan, dry_run: bool) -> Outcome:
    return Outcome(
        dry_run=dry_run,
        created=list(made.create) if dry_run else [],
        updated=[path for path, _ in made.update] if dry_run else [],
        moved=[(each.state.file_path or "", each.path) for each in made.move] if dry_run else [],
        conflicts=[path for path, _ in (*made.waiting, *(made.conflict if dry_run else ()))],
        settled=[path for path, _ in made.settle],
        ahead=[path for path, _ in made.ahead],
        missing=[state.file_path or "" for state in made.missing],
        unchanged=len(made.unchanged) + len(made.agree) + len(made.ahead),
        refused=list(made.refused),
    )


def _apply(
    made: Plan,
    tree: Tree,
    shas: Mapping[str, bytes],
    corpus: Corpus,
    outcome: Outcome,
    watch: Watch,
    most: int | None,
    *,
    minor: bool,
) -> None:
    if made.changes_nothing:
        return
    updated = dict(made.update)
    added: dict[str, int] = {}
    with transaction():
        failed = files.follow(made.move)
        outcome.moved = [(each.state.file_path or "", each.path) for each in made.move if each.path not in failed]
        outcome.refused += [Refusal(path=path, line=1, reason=reason) for path, reason in failed.items()]
        for path, state in made.agree:
            _try(outcome, path, partial(files.agree, state, path, shas[path]))
        for _, state in made.settle:
            files.settle(state)
        for path, state in made.conflict:
            files.keep_both(state, path, _source(tree, path))
            outcome.conflicts.append(path)
        # All names first: a link to a file of the same run then finds its document.
        for path in made.create:
            document_id = _try(outcome, path, partial(files.add_blank, _kind(corpus, path).name, path))
            if document_id is not None:
                added[path] = document_id
    # Articles first: a lesson that was changed together with its article is then not in doubt because of it.
    work = sorted((*added, *updated), key=lambda path: (_place(_kind(corpus, path), corpus.parsed[path].spec), path))
    outcome.left = 0 if most is None else max(0, len(work) - most)
    work = work[:most]
    chunks = [work[start : start + CHUNK] for start in range(0, len(work), CHUNK)]
    for chunk in watch(chunks, text("同步内容")):
        with transaction():
            for path in chunk:
                seen = updated.get(path)
                document_id = added[path] if seen is None else seen.document_id
                take = partial(
                    files.take,
                    document_id,
                    path,
                    corpus.parsed[path],
                    _source(tree, path),
                    updated.get(path),
                    minor=minor,
                )
                if _try(outcome, path, take) is not None:
                    (outcome.created if path in added else outcome.updated).append(path)
                elif seen is None or seen.is_blank:
                    files.drop_blank(document_id)


def _take_others(root: Path, tree: Tree, outcome: Outcome, watch: Watch) -> None:
    """Take in pictures and the like before the documents that show them."""
    found = attachments.differing(root, tree.others)
    session().rollback()
    outcome.refused += [Refusal(path=path, line=1, reason=reason) for path, reason in found.refused.items()]
    for path in watch(list(found.forms), text("同步图片和文件")):
        if not outcome.dry_run:
            try:
                received = attachments.receive(root / path, found.forms[path])
            except DomainError as error:
                outcome.refused.append(Refusal(path=path, line=1, reason=error.message))
                continue
            with transaction():
                attachments.take(path, received)
        (outcome.updated if path in found.there else outcome.created).append(path)


def _try(outcome: Outcome, path: str, act: Callable[[], int]) -> int | None:
    """Return what the act returns; None where this one file is refused, which is noted. The others go on."""
    try:
        return act()
    except Unpublishable as error:
        outcome.refused += [
            Refusal(path=path, line=finding.line, reason=finding.message)
            for finding in error.findings
            if finding.severity is Severity.ERROR
        ]
    except DomainError as error:
        outcome.refused.append(Refusal(path=path, line=1, reason=error.message))
    return None


def _place(kind: Kind, spec: Any) -> tuple[int, bool, bool]:
    return kind.rank, kind.name != "article", spec is not None and bool(kind.beside(spec))


def _kind(corpus: Corpus, path: str) -> Kind:
    return kind_by_word(corpus.kinds[path])


def _source(tree: Tree, path: str) -> str:
    return tree.files[path].decode("utf-8")

"""The plan of a sync: which file is new, changed, moved, in conflict. Pure; what is applied is this very plan."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from lms.core.texts import Text, text


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What the database knows of a document. path: where its file should lie by its present name.

    file_path, file_sha, synced_id: as of the last sync, None where no file was ever seen. published_sha: of the
    published text. exported_sha: of that text with its ids, as the export writes it (looked up only where the file
    differs). conflict_sha: of the file's version that waits for a decision. old_paths: former names.
    """

    document_id: int
    kind: str
    path: str
    title: str
    archived: bool = False
    file_path: str | None = None
    file_sha: bytes | None = None
    synced_id: int | None = None
    published_id: int | None = None
    draft_id: int | None = None
    published_sha: bytes | None = None
    exported_sha: bytes | None = None
    conflict_sha: bytes | None = None
    old_paths: frozenset[str] = frozenset()

    @property
    def is_changed(self) -> bool:
        """Whether the database holds something that the last sync did not see."""
        return self.draft_id is not None or self.published_id != self.synced_id

    @property
    def is_blank(self) -> bool:
        """Made by a sync that was stopped before its text was published."""
        return self.published_id is None and self.draft_id is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    state: State
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A file that is left alone. reasons: each names its line where there is one."""

    path: str
    line: int
    reason: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a sync will do, by path of the file; each file stands in one of these.

    create: no such document yet. update: the file alone changed. move: the same bytes at another path. conflict: file
    and database both changed. waiting: in conflict since an earlier sync. agree: both hold the same text, only that is
    noted. settle: the file of a conflict is again what was synced. ahead: unchanged file, newer text in the database.
    missing: documents whose file is gone; they stay.
    """

    create: tuple[str, ...] = ()
    update: tuple[tuple[str, State], ...] = ()
    move: tuple[Move, ...] = ()
    conflict: tuple[tuple[str, State], ...] = ()
    waiting: tuple[tuple[str, State], ...] = ()
    agree: tuple[tuple[str, State], ...] = ()
    settle: tuple[tuple[str, State], ...] = ()
    ahead: tuple[tuple[str, State], ...] = ()
    unchanged: tuple[str, ...] = ()
    missing: tuple[State, ...] = ()
    refused: tuple[Refusal, ...] = ()

    @property
    def changes_nothing(self) -> bool:
        return not (self.create or self.update or self.move or self.conflict or self.agree or self.settle)


def differing(files: Mapping[str, bytes], states: Sequence[State]) -> set[int]:
    """Return the documents whose file is not as the last sync saw it: those that need a closer look."""
    by_path = _by_path(states)
    return {
        state.document_id
        for path, sha in files.items()
        if (state := by_path.get(path)) is not None and state.file_sha != sha
    }


def plan(
    files: Mapping[str, bytes],
    states: Sequence[State],
    *,
    kinds: Mapping[str, str] | None = None,
    claims: Mapping[str, int] | None = None,
    refused: Mapping[str, Sequence[tuple[int, Text]]] | None = None,
) -> Plan:
    """Return what a sync is to do. files: sha256 by path. kinds: kind by path of the files that were read.

    claims: by path, the document that the ids in a file belong to. refused: by path, what must be mended first (line
    and reason); such a file is never taken, not even in part.
    """
    kinds, refused = kinds or {}, dict(refused or {})
    by_path = _by_path(states)
    found: dict[str, list[tuple[str, State]]] = defaultdict(list)
    create: list[str] = []
    unchanged: list[str] = []
    for path in sorted(files):
        state = by_path.get(path)
        if state is None:
            create.append(path)
            continue
        change = _change(files[path], state)
        if change == "unchanged":
            unchanged.append(path)
        elif change in ("update", "conflict") and (reason := _why_not(path, state, kinds)):
            refused[path] = [(1, reason)]
        else:
            found[change].append((path, state))
    present = files.keys() | refused.keys()  # a file that can't be read is there all the same
    gone = [state for state in states if state.file_path is not None and state.file_path not in present]
    moves, create = _moves([path for path in create if path not in refused], files, gone, claims or {})
    moved = {move.state.document_id for move in moves}
    for move in moves:
        change = _change(files[move.path], move.state)
        if change in ("update", "conflict"):
            found[change].append((move.path, move.state))
    left_over = _left_over(create, states)
    refused |= {path: [(1, reason)] for path, reason in left_over.items()}

    at_rest = {path for change in ("ahead", "agree", "settle", "waiting") for path, _ in found[change]} | {*unchanged}

    def taken(pairs: Sequence[tuple[str, State]]) -> tuple[tuple[str, State], ...]:
        return tuple(pair for pair in pairs if pair[0] not in refused)

    return Plan(
        create=tuple(path for path in create if path not in refused),
        update=taken(found["update"]),
        move=moves,
        conflict=taken(found["conflict"]),
        waiting=tuple(found["waiting"]),
        agree=tuple(found["agree"]),
        settle=tuple(found["settle"]),
        ahead=tuple(found["ahead"]),
        unchanged=tuple(unchanged),
        missing=tuple(state for state in gone if state.document_id not in moved and not state.archived),
        refused=tuple(
            Refusal(path=path, line=line, reason=reason)
            for path in sorted(refused.keys() - at_rest)
            for line, reason in refused[path]
        ),
    )


def _by_path(states: Sequence[State]) -> dict[str, State]:
    """Return the document of each path: where its file was last seen, else where it should lie."""
    found = {state.path: state for state in states if state.file_path is None}
    found.update({state.file_path: state for state in states if state.file_path is not None})
    return found


def _change(sha: bytes, state: State) -> str:
    if sha == state.file_sha:
        if state.conflict_sha is not None:
            return "settle"
        return "ahead" if state.is_changed and not state.archived else "unchanged"
    if state.draft_id is None and sha in (state.published_sha, state.exported_sha):
        return "agree"
    if sha == state.conflict_sha:
        return "waiting"
    if state.is_blank or (state.file_sha is not None and not state.is_changed):
        return "update"
    return "conflict"


def _why_not(path: str, state: State, kinds: Mapping[str, str]) -> Text | None:
    if state.archived:
        return text("《%(title)s》已归档，文件却改了；请先恢复，或删去文件。", title=state.title)
    if kinds.get(path, state.kind) != state.kind:
        return text("《%(title)s》的类型变了；类型不能改，请用新的文件名新建一份。", title=state.title)
    return None


def _moves(
    new: Sequence[str], files: Mapping[str, bytes], gone: Sequence[State], claims: Mapping[str, int]
) -> tuple[tuple[Move, ...], list[str]]:
    """Return which new files are old ones at another path: by the ids in them, else by the same bytes.

    Where two files or two documents come into question, it is no move.
    """
    by_id = {state.document_id: state for state in gone}
    sources: dict[bytes, list[State]] = defaultdict(list)
    for state in gone:
        if state.file_sha is not None:
            sources[state.file_sha].append(state)
    found: dict[str, State] = {}
    for path in new:
        same = sources.get(files[path], [])
        if path in claims:
            if claims[path] in by_id:
                found[path] = by_id[claims[path]]
        elif len(same) == 1:
            found[path] = same[0]
    times = Counter(state.document_id for state in found.values())
    moves = tuple(Move(state=state, path=path) for path, state in found.items() if times[state.document_id] == 1)
    moved = {move.path for move in moves}
    return moves, [path for path in new if path not in moved]


def _left_over(new: Collection[str], states: Sequence[State]) -> dict[str, Text]:
    """Return new files that are the former place of a document that was renamed here and written to its new place."""
    former = {path: state for state in states for path in state.old_paths if state.file_path not in (None, path)}
    return {
        path: text(
            "这里是《%(title)s》改名前的位置，它现在在 %(path)s；请删去这个旧文件。",
            title=former[path].title,
            path=former[path].path,
        )
        for path in new
        if path in former
    }

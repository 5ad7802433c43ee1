"""The plan of a sync, without a file and without a database."""

from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from lms.content.rules.sync import State, differing, plan
from lms.core.texts import text


def sha(word: str) -> bytes:
    return sha256(word.encode()).digest()


def a_state(name: str = "a", file: str | None = "一", **more: object) -> State:
    """Return a document that was synced with this text and not touched since."""
    values: dict[str, object] = {
        "document_id": ord(name[0]),
        "kind": "article",
        "path": f"kb_content/{name}.md",
        "title": name,
        "file_path": f"kb_content/{name}.md" if file else None,
        "file_sha": sha(file) if file else None,
        "synced_id": 1 if file else None,
        "published_id": 1,
        "published_sha": sha(file or "一"),
    }
    return State(**(values | more))  # type: ignore[arg-type]


A = "kb_content/a.md"
B = "kb_content/b.md"


def test_an_untouched_file_is_left_alone():
    made = plan({A: sha("一")}, [a_state()])
    assert made.unchanged == (A,)
    assert made.changes_nothing


def test_a_file_that_no_document_has_is_new():
    assert plan({A: sha("一")}, []).create == (A,)


def test_a_changed_file_of_an_untouched_document_is_taken():
    assert [path for path, _ in plan({A: sha("二")}, [a_state()]).update] == [A]


def test_a_changed_document_of_an_untouched_file_waits_for_the_export():
    made = plan({A: sha("一")}, [a_state(published_id=2, published_sha=sha("三"))])
    assert [path for path, _ in made.ahead] == [A]
    assert made.changes_nothing


def test_what_both_changed_is_a_conflict():
    made = plan({A: sha("二")}, [a_state(published_id=2, published_sha=sha("三"))])
    assert [path for path, _ in made.conflict] == [A]
    assert not made.update


def test_a_draft_in_the_browser_counts_as_a_change():
    assert [path for path, _ in plan({A: sha("二")}, [a_state(draft_id=9)]).conflict] == [A]


def test_the_same_change_on_both_sides_is_no_conflict():
    made = plan({A: sha("三")}, [a_state(published_id=2, published_sha=sha("三"))])
    assert [path for path, _ in made.agree] == [A]


def test_a_file_written_by_the_export_is_no_change():
    made = plan({A: sha("一 带编号")}, [a_state(exported_sha=sha("一 带编号"))])
    assert [path for path, _ in made.agree] == [A]


def test_a_conflict_that_is_known_is_not_stored_again():
    state = a_state(published_id=2, published_sha=sha("三"), conflict_sha=sha("二"))
    made = plan({A: sha("二")}, [state])
    assert [path for path, _ in made.waiting] == [A]
    assert made.changes_nothing


def test_a_file_put_back_to_what_was_synced_ends_the_conflict():
    state = a_state(published_id=2, published_sha=sha("三"), conflict_sha=sha("二"))
    assert [path for path, _ in plan({A: sha("一")}, [state]).settle] == [A]


def test_the_same_bytes_at_another_path_are_a_move():
    made = plan({B: sha("一")}, [a_state()])
    assert [(move.state.path, move.path) for move in made.move] == [(A, B)]
    assert not made.missing
    assert not made.create


def test_while_the_old_file_is_there_it_is_a_copy_and_no_move():
    made = plan({A: sha("一"), B: sha("一")}, [a_state()])
    assert made.create == (B,)
    assert not made.move


def test_of_two_like_files_neither_is_taken_for_the_moved_one():
    made = plan({B: sha("一"), "kb_content/c.md": sha("一")}, [a_state()])
    assert made.move == ()
    assert len(made.create) == 2


def test_a_moved_and_changed_file_is_known_by_its_ids():
    state = a_state()
    made = plan({B: sha("二")}, [state], claims={B: state.document_id})
    assert [move.path for move in made.move] == [B]
    assert [path for path, _ in made.update] == [B]


def test_a_vanished_file_is_reported_and_its_document_stays():
    made = plan({}, [a_state()])
    assert [state.path for state in made.missing] == [A]
    assert made.changes_nothing


def test_a_file_to_be_mended_is_left_out_and_the_others_are_taken():
    made = plan({A: sha("二"), B: sha("新")}, [a_state()], refused={A: [(3, text("错"))]})
    assert made.update == ()
    assert made.create == (B,)
    assert [(refusal.path, refusal.line) for refusal in made.refused] == [(A, 3)]


def test_nobody_is_bothered_with_old_mistakes_of_a_file_that_did_not_change():
    assert plan({A: sha("一")}, [a_state()], refused={A: [(3, text("错"))]}).refused == ()


def test_a_file_that_became_another_kind_is_refused():
    made = plan({A: sha("二")}, [a_state()], kinds={A: "lesson"})
    assert [refusal.path for refusal in made.refused] == [A]


def test_a_changed_file_of_an_archived_document_is_refused():
    assert [refusal.path for refusal in plan({A: sha("二")}, [a_state(archived=True)]).refused] == [A]


def test_a_document_made_in_the_browser_meets_its_file_as_a_conflict_unless_they_agree():
    made_here = a_state(file=None, published_sha=sha("网页"))
    assert [path for path, _ in plan({A: sha("文件")}, [made_here]).conflict] == [A]
    assert [path for path, _ in plan({A: sha("网页")}, [made_here]).agree] == [A]


def test_a_sync_that_was_stopped_goes_on_where_it_stopped():
    blank = a_state(file=None, published_id=None, published_sha=None)
    assert [path for path, _ in plan({A: sha("一")}, [blank]).update] == [A]


def test_the_old_file_of_a_document_renamed_here_is_no_new_document():
    state = a_state("b", old_paths=frozenset({A}))
    made = plan({A: sha("一"), B: sha("一")}, [state])
    assert [refusal.path for refusal in made.refused] == [A]


def test_only_documents_whose_file_differs_need_a_closer_look():
    assert differing({A: sha("一"), B: sha("二")}, [a_state("a"), a_state("b")]) == {ord("b")}


NAMES = st.sampled_from("abcd")
TEXTS = st.sampled_from(["一", "二", "三"])
STATES = st.dictionaries(NAMES, st.tuples(TEXTS, st.booleans(), st.booleans(), TEXTS | st.none()), max_size=4)


@given(files=st.dictionaries(NAMES, TEXTS, max_size=4), known=STATES)
def test_every_file_stands_in_exactly_one_place_of_the_plan(
    files: dict[str, str], known: dict[str, tuple[str, bool, bool, str | None]]
):
    states = [
        a_state(
            name,
            file,
            published_id=2 if changed else 1,
            published_sha=sha("新") if changed else sha(file),
            draft_id=5 if drafted else None,
            conflict_sha=sha(conflict) if conflict else None,
        )
        for name, (file, changed, drafted, conflict) in known.items()
    ]
    paths = {f"kb_content/{name}.md": sha(body) for name, body in files.items()}
    made = plan(paths, states)
    pairs = (*made.update, *made.conflict, *made.waiting, *made.agree, *made.settle, *made.ahead)
    places = [*made.create, *made.unchanged, *(path for path, _ in pairs), *(each.path for each in made.refused)]
    moved_only = [move.path for move in made.move if move.path not in places]
    assert sorted([*places, *moved_only]) == sorted(paths)


@given(files=st.dictionaries(NAMES, TEXTS, max_size=4), known=STATES)
def test_what_the_database_alone_holds_is_never_overwritten(
    files: dict[str, str], known: dict[str, tuple[str, bool, bool, str | None]]
):
    states = [
        a_state(name, file, published_id=2 if changed else 1, draft_id=5 if drafted else None)
        for name, (file, changed, drafted, _) in known.items()
    ]
    made = plan({f"kb_content/{name}.md": sha(body) for name, body in files.items()}, states)
    assert not [path for path, state in made.update if state.is_changed]

"""What every engine of search must do: the same suite over Whoosh and PostgreSQL."""

import contextlib
import gc
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import NullPool, create_engine, text

from lms.core.db import Base
from lms.search.engine import Busy, Clause, Entry, Query, Unreadable, kept
from lms.search.models import SearchBuild, SearchEntry
from lms.search.vectors import CHUNK, LONGEST_CHUNK
from tests.support.search_engines import a_query, an_engine, an_entry

ENGINES = ("whoosh", "postgresql")


@pytest.fixture(params=ENGINES)
def place(request, tmp_path):
    """The name of an engine and where it keeps its index: nothing is there yet."""
    if request.param == "whoosh":
        return "whoosh", str(tmp_path / "search")
    url = request.getfixturevalue("a_postgres_database")()
    make_tables(url)
    return "postgresql", url


def make_tables(url):
    database = create_engine(url, poolclass=NullPool)
    Base.metadata.create_all(database, tables=[SearchEntry.__table__, SearchBuild.__table__])


@pytest.fixture
def engine(place):
    made = an_engine(*place)
    made.replace_all([])
    return made


def ids(engine, query):
    return [one.id for one in engine.find(query)]


def found(engine, *words, **more):
    return ids(engine, a_query(*words, **more))


# keeping


def test_what_was_put_is_found(engine):
    engine.put([an_entry(7, "七天无理由退货")])
    assert found(engine, "退货") == [7]


def test_what_is_put_again_is_replaced(engine):
    engine.put([an_entry(7, "退货"), an_entry(8, "退货")])
    engine.put([an_entry(7, "换货")])
    assert (found(engine, "退货"), found(engine, "换货")) == ([8], [7])


def test_an_entry_twice_in_one_turn_is_kept_as_the_latter(engine):
    engine.put([an_entry(7, "退货"), an_entry(7, "换货")])
    assert (found(engine, "退货"), found(engine, "换货")) == ([], [7])


def test_what_was_removed_is_gone_and_unknown_ids_are_no_error(engine):
    engine.put([an_entry(7, "退货"), an_entry(8, "退货")])
    engine.remove([7, 99])
    assert found(engine, "退货") == [8]
    assert engine.knows(["退货"]) == {"退货": 1}


def test_replacing_all_leaves_nothing_of_what_was_there(engine):
    engine.put([an_entry(1, "退货")])
    assert engine.replace_all(an_entry(number, "换货") for number in (2, 3)) == 2
    assert (found(engine, "退货"), found(engine, "换货")) == ([], [2, 3])


def test_nothing_put_or_removed_is_no_error(engine):
    engine.put([])
    engine.remove([])
    assert found(engine, "退货") == []


def test_a_rebuild_that_fails_leaves_what_was_there(engine):
    engine.put([an_entry(1, "退货")])

    def breaks():
        yield an_entry(2, "退货")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        engine.replace_all(breaks())
    assert found(engine, "退货") == [1]
    engine.put([an_entry(3, "退货")])
    assert found(engine, "退货") == [1, 3]


# clauses


def test_a_phrase_stands_only_where_its_tokens_are_adjacent(engine):
    engine.put([an_entry(1, "无理由退货"), an_entry(2, "退货无理由"), an_entry(3, "无理，由退货")])
    assert found(engine, "无理由退货") == [1]


def test_a_phrase_does_not_stand_across_a_gap_nor_across_two_fields(engine):
    engine.put([Entry(id=1, tokens={"title": ("a", "", "b"), "names": ("c",)})])
    for phrase in (("a", "b"), ("b", "c")):
        assert ids(engine, Query(clauses=(Clause(phrases=(phrase,)),))) == []


def test_a_phrase_with_the_same_token_twice_needs_it_twice(engine):
    engine.put([Entry(id=1, tokens={"body": ("a", "b")}), Entry(id=2, tokens={"body": ("a", "a", "b")})])
    assert ids(engine, Query(clauses=(Clause(phrases=(("a", "a"),)),))) == [2]


def test_every_clause_must_be_found_wherever_it_stands(engine):
    engine.put([an_entry(1, "退货", "运费"), an_entry(2, "退货"), an_entry(3, "运费")])
    assert found(engine, "退货", "运费") == [1]


def test_of_any_clauses_those_with_more_come_first(engine):
    engine.put([an_entry(1, "退货"), an_entry(2, "说明", "退货的运费"), an_entry(3, "运费险"), an_entry(4, "发票")])
    assert found(engine, "退货", "运费", every=False)[0] == 2
    assert sorted(found(engine, "退货", "运费", every=False)) == [1, 2, 3]


def test_more_clauses_count_more_than_any_weight(engine):
    engine.put([an_entry(1, "退货", names="退货", headings="退货"), an_entry(2, "说明", "退货和运费")])
    query = Query(
        clauses=(Clause(phrases=(("退货",),), weight=50.0), Clause(phrases=(("运费",),), weight=0.1)), every=False
    )
    assert ids(engine, query) == [2, 1]


def test_one_of_the_alternatives_is_enough(engine):
    engine.put([an_entry(1, "退货"), an_entry(2, "换货"), an_entry(3, "发票")])
    clause = Clause(phrases=(("退货",), ("换货",), ("无此", "此词")))
    assert ids(engine, Query(clauses=(clause,))) == [1, 2]


def test_a_clause_without_a_phrase_is_found_nowhere(engine):
    engine.put([an_entry(1, "退货")])
    for nothing in ((), ((),), (("",),), (("退货", ""),)):
        empty = Clause(phrases=nothing)
        assert ids(engine, Query(clauses=(Clause(phrases=(("退货",),)), empty))) == []
        assert ids(engine, Query(clauses=(Clause(phrases=(("退货",),)), empty), every=False)) == [1]
    assert ids(engine, Query(clauses=())) == []


def test_title_weighs_more_than_names_more_than_headings_more_than_the_body(engine):
    engine.put(
        [
            an_entry(1, "说明", "价保"),
            an_entry(2, "说明", headings="价保"),
            an_entry(3, "说明", names="价保"),
            an_entry(4, "价保"),
        ]
    )
    assert found(engine, "价保") == [4, 3, 2, 1]


def test_a_body_that_says_it_often_comes_before_one_that_says_it_once(engine):
    engine.put(
        [an_entry(1, "甲", "说到价保。" + "别的事情。" * 20), an_entry(2, "乙", "价保的说明。" * 8 + "别的事情。" * 10)]
    )
    assert found(engine, "价保") == [2, 1]


def test_a_rare_word_counts_more_than_a_common_one(engine):
    engine.put([an_entry(number, "说明", "退货 水壶") for number in range(10, 40)])
    engine.put([an_entry(1, "退货", "水壶 保温"), an_entry(2, "保温", "水壶 退货")])
    assert found(engine, "退货", "保温") == [2, 1]


def test_what_is_better_comes_earlier_and_is_not_needed(engine):
    engine.put([an_entry(1, "退货"), an_entry(2, "退货", headings="运费")])
    better = (Clause(phrases=(("运费",),)), Clause(phrases=(("没有",),)), Clause(phrases=()))
    for every in (True, False):
        assert found(engine, "退货", better=better, every=every) == [2, 1]


def test_what_is_better_does_not_let_in_what_lacks_a_clause(engine):
    engine.put([an_entry(1, "运费"), an_entry(2, "退货")])
    better = (Clause(phrases=(("运费",),)),)
    for every in (True, False):
        assert found(engine, "退货", better=better, every=every) == [2]


def test_what_fits_alike_comes_in_the_order_of_its_number(engine):
    engine.put([an_entry(number, "退货") for number in (5, 3, 9, 1)])
    engine.put([an_entry(3, "退货")])
    assert found(engine, "退货") == [1, 3, 5, 9]


def test_no_more_than_the_limit_are_given_and_at_least_one(engine):
    engine.put([an_entry(number, "退货") for number in range(1, 8)])
    assert found(engine, "退货", limit=3) == [1, 2, 3]
    assert found(engine, "退货", limit=0) == [1]


# facets


def test_of_each_group_of_facets_one_is_needed(engine):
    engine.put(
        [
            an_entry(1, "退货", "", "for:*", "in:after"),
            an_entry(2, "退货", "", "for:组长", "in:after"),
            an_entry(3, "退货", "", "for:*", "in:before"),
        ]
    )

    def narrowed(*groups):
        return found(engine, "退货", facets=tuple(map(frozenset, groups)))

    assert narrowed(["for:*"]) == [1, 3]
    assert narrowed(["for:*", "for:组长"], ["in:after"]) == [1, 2]
    assert narrowed(["for:*"], ["in:after", "in:before"]) == [1, 3]
    assert narrowed(["nobody"]) == []
    assert narrowed([]) == []
    assert found(engine, "退货", every=False, facets=(frozenset({"for:组长"}),)) == [2]


def test_a_facet_is_a_word_as_it_is_whatever_it_holds(engine):
    odd = ["tag:a, b", 'tag:"q"', "tag:it's", "tag:{x}", "tag:\\", "tag:NULL", "tag:退 货", "tag:" + "长" * 300]
    engine.put([an_entry(number, "退货", "", facet) for number, facet in enumerate(odd, 1)])
    for number, facet in enumerate(odd, 1):
        assert found(engine, "退货", facets=(frozenset({facet}),)) == [number], facet


def test_facets_follow_a_change(engine):
    engine.put([an_entry(1, "退货", "", "for:*")])
    assert found(engine, "退货", facets=(frozenset({"for:*"}),)) == [1]
    engine.put([an_entry(1, "退货", "", "for:组长")])
    assert found(engine, "退货", facets=(frozenset({"for:*"}),)) == []


# tokens


HOSTILE = [
    "'", "''", '"', "\\", "\\'", ":", "a:b*", "& | !", "<->", "(", "%", "_", "\x00", "a\x00b", "\ud800", "😀", "é", "\u200b",
    " ", "退 货", "\n", "NULL", "长" * 10_000, "长" * 9_999 + "短", "x" * 3_000,
]  # fmt: skip


def test_any_token_is_found_and_only_by_itself(engine):
    engine.put([Entry(id=number, tokens={"body": ("左", token, "右")}) for number, token in enumerate(HOSTILE, 1)])
    for number, token in enumerate(HOSTILE, 1):
        for phrase in ((token,), ("左", token, "右")):
            assert ids(engine, Query(clauses=(Clause(phrases=(phrase,)),))) == [number], repr(token[:20])
    assert engine.knows(HOSTILE) == dict.fromkeys(HOSTILE, 1)


def test_what_stands_in_no_entry_is_not_known(engine):
    engine.put([an_entry(1, "退货"), an_entry(2, "退货 退货", "退货")])
    assert engine.knows(["退货", "没有", ""]) == {"退货": 2}
    assert engine.knows([]) == {}


def test_a_very_long_entry_is_found_by_its_first_and_its_last_words(engine):
    middle = tuple(f"t{number}" for number in range(3 * LONGEST_CHUNK))
    engine.put(
        [
            Entry(id=1, tokens={"title": ("甲",), "body": ("乙", *middle, "丙", "丁")}),
            Entry(id=2, tokens={"title": ("甲",)}),
        ]
    )

    def holds(*phrases, **more):
        return ids(engine, Query(clauses=tuple(Clause(phrases=(phrase,)) for phrase in phrases), **more))

    assert holds(("乙", "t0")) == holds(("丙", "丁")) == holds(("甲",), ("丁",)) == [1]
    assert holds((f"t{LONGEST_CHUNK - 1}", f"t{LONGEST_CHUNK}"), ("乙",), ("丙",)) == [1]
    assert holds(("丁", "丙")) == holds(("t1", "t3")) == []
    assert holds(("甲",), ("丁",), every=False) == [1, 2]
    assert engine.knows(["甲", "t9"]) == {"甲": 2, "t9": 1}
    engine.put([an_entry(1, "换货")])
    assert holds(("甲",), every=False) == [2]


def test_an_entry_that_says_one_thing_ten_thousand_times_is_found(engine):
    engine.put([an_entry(1, "说明", "退货" * 10_000), an_entry(2, "换货", "货退" * (CHUNK + 1))])
    assert found(engine, "退货退货") == [1, 2]


def test_an_entry_without_a_word_is_kept_and_never_found(engine):
    engine.put([Entry(id=1, tokens={}), an_entry(2, "！"), an_entry(3, "退货")])
    assert found(engine, "退货") == [3]


words = st.text(st.characters(codec="utf-8"), min_size=1, max_size=6)


@pytest.mark.parametrize("name", ENGINES)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.lists(words, max_size=6), st.lists(words, max_size=6)), min_size=1, max_size=5), st.data())
def test_what_is_put_is_found_by_each_run_of_its_tokens_and_what_is_removed_is_not(name, kept_engines, texts, data):
    engine = kept_engines(name)
    entries = {
        number: Entry(id=number, tokens={"title": tuple(title), "body": tuple(body)})
        for number, (title, body) in enumerate(texts, 1)
    }
    engine.replace_all(entries.values())
    number, field = data.draw(st.sampled_from([(n, f) for n in entries for f in ("title", "body")]))
    tokens = entries[number].tokens[field]
    if tokens:
        begin = data.draw(st.integers(0, len(tokens) - 1))
        end = data.draw(st.integers(begin + 1, len(tokens)))
        query = Query(clauses=(Clause(phrases=(tokens[begin:end],)),))
        expected = [each.id for each in entries.values() if holds(each, tokens[begin:end])]
        assert sorted(ids(engine, query)) == expected
        engine.remove([number])
        assert sorted(ids(engine, query)) == [each for each in expected if each != number]


def holds(entry, phrase):
    phrase = tuple(map(kept, phrase))
    for tokens in entry.tokens.values():
        every = tuple(map(kept, tokens))
        if any(every[at : at + len(phrase)] == phrase for at in range(len(every))):
            return True
    return False


@pytest.fixture
def kept_engines(request, tmp_path):
    """Give an engine for all examples of a law."""
    made = {}

    def give(name):
        if name not in made:
            if name == "whoosh":
                made[name] = an_engine(name, str(tmp_path / "search"))
            else:
                url = request.getfixturevalue("a_postgres_database")()
                make_tables(url)
                made[name] = an_engine(name, url)
        return made[name]

    return give


# versions, breaking


def test_without_an_index_nothing_can_be_read_or_put(place):
    engine = an_engine(*place)
    assert engine.version() == ""
    for act in (
        lambda: found(engine, "退货"),
        lambda: engine.knows(["退货"]),
        lambda: engine.put([an_entry(1, "退货")]),
    ):
        with pytest.raises(Unreadable):
            act()


def test_an_index_of_another_version_can_not_be_read_and_is_replaced_by_a_rebuild(place):
    an_engine(*place, version="old").replace_all([an_entry(1, "退货")])
    engine = an_engine(*place)
    assert engine.version() == "old"
    with pytest.raises(Unreadable):
        found(engine, "退货")
    with pytest.raises(Unreadable):
        engine.put([an_entry(2, "退货")])
    engine.replace_all([an_entry(3, "退货")])
    assert (engine.version(), found(engine, "退货")) == ("t", [3])


# Whoosh leaves the file open that it could not make sense of; it is closed with the exception.
@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
def test_a_broken_index_can_not_be_read_and_is_mended_by_a_rebuild(place):
    name, where = place
    engine = an_engine(name, where)
    engine.replace_all([an_entry(1, "退货")])
    for way in WAYS_TO_BREAK[name]:
        way(where)
        with pytest.raises(Unreadable):
            found(an_engine(name, where), "退货")
        with contextlib.suppress(Unreadable):
            found(engine, "退货")  # an open file may still be read
        mend(name, where)
        engine.replace_all([an_entry(1, "退货")])
        assert found(an_engine(name, where), "退货") == found(engine, "退货") == [1]
    gc.collect()


def builds(where):
    return [each for each in Path(where).iterdir() if each.is_dir()]


def cut_short(where):
    for build in builds(where):
        for file in build.glob("*.seg"):
            os.truncate(file, 20)


def scribble(where):
    for build in builds(where):
        for file in build.iterdir():
            if file.suffix != ".toc" and file.stat().st_size:
                file.write_bytes(b"\x80" * 200)


def lose_segments(where):
    for build in builds(where):
        for file in build.glob("*.seg"):
            file.unlink()


def lose_table(url):
    with create_engine(url, poolclass=NullPool).begin() as connection:
        connection.execute(text("ALTER TABLE search_entry RENAME TO gone"))


def mend(name, where):
    if name == "postgresql":
        with create_engine(where, poolclass=NullPool).begin() as connection:
            connection.execute(text("ALTER TABLE IF EXISTS gone RENAME TO search_entry"))


WAYS_TO_BREAK = {
    "whoosh": [
        cut_short,
        scribble,
        lose_segments,
        lambda where: (Path(where) / "current.json").write_text("{"),
        lambda where: (Path(where) / "current.json").write_text('{"folder": "none", "version": "t"}'),
        lambda where: [file.unlink() for build in builds(where) for file in build.iterdir()],
    ],
    "postgresql": [lose_table],
}


# at the same time


def test_readers_see_the_old_or_the_new_while_all_is_replaced(place):
    name, where = place
    writer, reader = an_engine(name, where), an_engine(name, where)
    writer.replace_all([an_entry(number, "退货") for number in range(1, 4)])
    stop, seen, wrong = threading.Event(), set(), []

    def read():
        while not stop.is_set():
            try:
                seen.add(tuple(found(reader, "退货")))
            except Exception as error:
                wrong.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    states = [(1, 2, 3), (4, 5), (6, 7, 8, 9)] * 4
    for state in states:
        writer.replace_all([an_entry(number, "退货") for number in state])
    stop.set()
    thread.join()
    assert wrong == []
    assert seen <= set(states)
    assert tuple(found(reader, "退货")) == states[-1]


def test_another_engine_on_the_same_index_sees_what_is_put(place):
    one, other = an_engine(*place), an_engine(*place)
    one.replace_all([])
    assert found(other, "退货") == []
    one.put([an_entry(1, "退货")])
    assert found(other, "退货") == [1]


def test_two_writers_lose_nothing(place):
    engine = an_engine(*place)
    engine.replace_all([])

    def write(begin):
        own = an_engine(*place)
        for number in range(begin, begin + 8):
            own.put([an_entry(number, "退货")])

    writers = [threading.Thread(target=write, args=(begin,)) for begin in (10, 20)]
    for each in writers:
        each.start()
    for each in writers:
        each.join()
    assert found(engine, "退货") == [*range(10, 18), *range(20, 28)]


def test_only_one_is_alone_and_it_may_ask_again(place):
    one, other = an_engine(*place), an_engine(*place)
    one.replace_all([])
    with one.alone() as first, one.alone() as again:
        assert (first, again) == (True, True)
        one.put([an_entry(1, "退货")])
        with other.alone() as second:
            assert not second
    with other.alone() as third:
        assert third


def test_whoever_waits_too_long_is_told(place, monkeypatch):
    name, _ = place
    monkeypatch.setattr(f"lms.search.{name}.WRITER_WAIT", 0.05)
    one, other = an_engine(*place), an_engine(*place)
    one.replace_all([])
    with one.alone(), pytest.raises(Busy):
        other.put([an_entry(1, "退货")])


@pytest.mark.parametrize("how", ["put", "many", "rebuild"])
def test_a_writer_killed_in_the_middle_breaks_nothing(place, how):
    """SIGKILL in the middle of its work (SOAK=1: at several moments of it): what is there can be read, written on, and built anew."""
    name, where = place
    engine = an_engine(name, where)
    engine.replace_all([an_entry(1, "编号1 退货")])
    for moment in range(5) if "SOAK" in os.environ else (1,):
        writer = subprocess.Popen(
            [sys.executable, "-m", "tests.support.search_writer", name, where, how],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=Path(__file__).parents[2],
        )
        for _ in range(moment + 1):
            assert writer.stdout.readline()
        with contextlib.suppress(subprocess.TimeoutExpired):
            writer.wait(0.004 * (moment + 1))  # somewhere inside the next turn
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        assert 1 in found(engine, "编号1")
        engine.put([an_entry(2, "编号2 退货")])
        assert found(an_engine(name, where), "编号2") == [2]
    engine.replace_all([an_entry(1, "编号1 退货")])
    assert found(engine, "退货") == [1]
    if name == "whoosh":
        assert len(builds(where)) == 1, "what a killed rebuild left is cleared away"

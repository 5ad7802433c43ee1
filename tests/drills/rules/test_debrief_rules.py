"""What the debrief rests on: words marked in a reply, looking things up, the best of others, the guide, the mend."""

from dataclasses import replace
from fractions import Fraction

import pytest

from lms.content.wordlists.spec import WordEntry
from lms.drills.rules.best import Written, best_written
from lms.drills.rules.curve import curve
from lms.drills.rules.guide import LEAST, guide
from lms.drills.rules.guide import MOST as MOST_ASKED
from lms.drills.rules.judge import LISTED, Words, judge
from lms.drills.rules.lookups import Looked, Lookup, searched
from lms.drills.rules.marked import Tone, lines, pieces
from lms.drills.rules.mending import Moved, Unfit, checked, is_said, likely, mended
from lms.drills.rules.rescore import Ended, plan
from lms.drills.rules.score import score
from lms.drills.rules.turning import turning_points, well_done
from lms.drills.spec import RouteKind, Scene
from lms.questions.spec import Span
from tests.support.make_plays import played
from tests.support.make_runs import a_drill, must, never, opening, when

ASK = Scene(
    title="核实",
    free=True,
    rubric=(must("抱歉 | 理解", 共情=8), never("一定到", 共情=-30)),
    routes=(when(RouteKind.ELSE, "好"),),
)
WORDS = Words(banned=(WordEntry(words=("加微信",), instead="走平台"),))


def tones(said):
    judged = judge(ASK, said, WORDS)
    return [(piece.text, piece.tone, piece.lines) for piece in pieces(said, ASK, judged) if piece.tone]


def test_words_that_earn_cost_or_are_in_doubt_are_marked_where_they_stand():
    assert tones("很抱歉，17号一定到") == [("抱歉", Tone.EARNS, (1,)), ("一定到", Tone.COSTS, (2,))]
    assert tones("不能保证一定到") == [("一定到", Tone.DOUBT, (2,))]


def test_what_a_shared_list_forbids_is_marked_without_a_line():
    assert tones("加 微 信 说") == [("加 微 信", Tone.COSTS, ())]


def test_the_pieces_together_are_the_reply():
    said = "很抱歉，不一定到，一定到，加微信"
    assert "".join(piece.text for piece in pieces(said, ASK, judge(ASK, said, WORDS))) == said


def test_a_doubt_waits_until_somebody_has_decided_it():
    doubtful, listed = judge(ASK, "不能保证一定到", WORDS), judge(ASK, "请不要加微信", WORDS)
    assert doubtful.doubt
    assert not judge(ASK, "不能保证一定到", WORDS, {1: False}).doubt
    assert (listed.doubt, judge(ASK, "请不要加微信", WORDS, {LISTED: False}).doubt) == (True, False)
    assert [line.state.value for line in lines(ASK, doubtful, "不能保证一定到")] == ["missing", "doubt"]


def test_what_only_sounds_alike_is_told_apart_from_what_is_negated():
    def doubts(said):
        return [(line.alike, line.said) for line in lines(ASK, judge(ASK, said), said) if line.state.value == "doubt"]

    assert doubts("17号医定到") == [(True, ("医定到",))]
    assert doubts("不能保证一定到") == [(False, ("一定到",))]


def test_not_looked_not_found_and_found_in_vain_are_told_apart():
    asked, read = (
        Lookup(lane=0, step=2, words="发货", found=0),
        Lookup(lane=0, step=1, document_id=7, title="延迟", seconds=9),
    )
    assert searched(0, 2, [], {7}).looked is Looked.NOT
    assert searched(0, 2, [asked], {7}).looked is Looked.MISSED
    assert searched(0, 2, [asked, read], {7}).looked is Looked.FOUND
    assert searched(0, 2, [replace(read, step=3)], {7}).looked is Looked.NOT
    assert searched(0, 2, [replace(read, lane=1)], {7}).looked is Looked.NOT
    assert searched(0, 1, [read], ()).opened == ("延迟",)


def test_what_others_wrote_is_shown_only_where_three_wrote():
    three = [Written(person_id=each, text=f"第{each}句", points=each) for each in (1, 2, 3)]
    assert best_written(three, 1) == ("第3句", "第2句")
    assert best_written(three[1:], 0) == ()
    assert best_written([*three, Written(person_id=3, text="又一句", points=9)], 2) == ("又一句",)
    assert best_written(three, 3) == ()


def test_a_mood_is_drawn_from_the_start_to_the_end():
    drawn = curve([(0, 40), (3, 100), (5, 0)], [20], width=112, height=62)
    assert [(point.x, point.y) for point in drawn.points] == [(6, 36), (56, 6), (106, 56)]
    assert (drawn.lowest, drawn.limits) == (0, ((46, 20),))
    assert curve([], width=1, height=1) is None


def a_talk(*acts, ratings, drill=None):
    play = played(drill or a_drill(opening()), *acts)
    gone = play.gone()
    said = {each.fact.seq: "等着吧。" for each in gone}
    result = score(play.drills[0], play.lanes[0].state)
    numbers = {each.fact.seq: each.after.steps for each in gone}
    turns = turning_points(play.drills, gone)
    looked = {turn.seq: Looked.NOT for turn in turns}
    return guide(turns, well_done(play.drills, gone), result.dimensions, ratings, looked, said=said, numbers=numbers)


def test_a_rating_far_above_the_score_is_asked_about_first():
    talk = a_talk(1, ratings={"共情": 5})
    assert str(talk.questions[0]) == "他给自己的共情打 5 分（满分 5），实际 0：先问他怎么看第 1 步。"
    assert LEAST <= len(talk.questions) <= MOST_ASKED


def test_a_good_run_is_praised_first_and_there_is_still_something_to_ask():
    talk = a_talk(0, ratings={"共情": 5})
    assert "第 1 步" in str(talk.praise[0])
    assert len(talk.questions) == LEAST


def test_a_bad_run_without_a_rating_has_its_guide_too():
    talk = a_talk(70.0, ratings={})
    assert "超时" in str(talk.questions[0])
    assert talk.praise
    assert talk.agree


def ended(play, **more):
    result = score(play.drills[0], play.lanes[0].state)
    fields = {"run_id": 1, "then": play.drills, "gone": play.gone(), "total": result.total, "passed": result.passed}
    return Ended(**{**fields, **more})


def test_a_mended_rubric_raises_and_never_invents():
    play = played(a_drill(ASK), "体谅您着急")
    wider = replace(ASK, rubric=(must("抱歉 | 理解 | 体谅", 共情=8), ASK.rubric[1]))
    (change,) = plan((a_drill(wider),), [ended(play)]).changes
    assert (change.was, change.total, change.flips) == (0, 100, True)
    (same,) = plan((a_drill(ASK),), [ended(play)]).changes
    assert (same.is_other, same.kept) == (False, None)


def test_a_run_whose_scene_is_gone_keeps_its_score_and_says_so():
    play = played(a_drill(ASK), "抱歉")
    done = plan((a_drill(opening()),), [ended(play, total=Fraction(7))])
    assert (done.changes[0].total, done.changes[0].is_other) == (7, False)
    assert "核实" in str(done.kept[0].kept)


SOURCE = "## 核实\r\n- 必说 `共情+8`：抱歉 | 理解\r\n    - 点评：先接住。\r\n- 其他 => [好](#好)\r\n"
LINE = replace(must("抱歉 | 理解", 共情=8), span=Span(first=2, last=3))


def test_a_mend_changes_the_one_line_alone():
    after = mended(SOURCE, LINE, " 体谅 ")
    assert after == SOURCE.replace("抱歉 | 理解", "抱歉 | 理解 | 体谅")


@pytest.mark.parametrize("phrase", ["", "好|的", "（好）", "`好`", "字" * 31])
def test_a_phrase_with_signs_of_the_rubric_is_refused(phrase):
    with pytest.raises(Unfit):
        checked(phrase)


def test_a_line_that_reads_otherwise_by_now_is_not_touched():
    with pytest.raises(Moved):
        mended(SOURCE.replace("抱歉", "对不起"), LINE, "体谅")


def test_the_likeliest_clause_of_a_reply_is_offered():
    assert likely("您好，真的很体谅您的着急，我查一下", "理解 | 着急") == "真的很体谅您的着急"
    assert is_said("体谅您", "真的很体谅 您的着急")

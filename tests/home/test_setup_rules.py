"""How far the first steps are: derived from what is there, never from a flag."""

from hypothesis import given
from hypothesis import strategies as st

from lms.home.setup.rules import Facts, State, Step, in_training, minutes_left, standings

COMPANY = {"named": True, "teams": 2, "shops": 3}
STAFF = {"people": 11, "trainers": 1}
CONTENT = {"curricula": 1}
COHORT = {"cohorts": 1, "cohort_id": 7, "learning": 8}


def states(**there):
    return "".join(each.state[0] for each in standings(Facts(**there)))


def lacks(step, **there):
    return [str(reason) for reason in standings(Facts(**there))[list(Step).index(step)].lacks]


def test_an_empty_installation_begins_with_the_company():
    assert states() == "nllll"


def test_what_is_done_hands_over_to_the_next():
    assert states(**COMPANY) == "dnlll"
    assert states(**COMPANY, **STAFF) == "ddnll"
    assert states(**COMPANY, **STAFF, **CONTENT) == "dddnl"
    assert states(**COMPANY, **STAFF, **CONTENT, **COHORT, unprinted=8) == "ddddn"
    assert states(**COMPANY, **STAFF, **CONTENT, **COHORT) == "ddddd"


def test_a_step_is_skipped_by_doing_a_later_one():
    assert states(**STAFF) == "sdnll"
    assert states(**CONTENT) == "ssdnl"


def test_a_company_without_a_shop_is_not_done_and_says_what_it_lacks():
    assert lacks(Step.COMPANY, named=True, teams=1) == ["还没有店铺"]


def test_people_without_a_trainer_are_not_enough():
    assert lacks(Step.STAFF, people=9) == ["还没有培训师，没有人能讲课和确认任务"]


def test_a_plan_that_nobody_owns_is_not_done():
    assert lacks(Step.CONTENT, curricula=1, strays=1) == ["培训计划还没有负责人"]


def test_an_intake_of_people_without_a_plan_is_not_done():
    assert lacks(Step.COHORT, cohorts=1) == ["批次里还没有人拿到培训计划"]


def test_one_new_learner_without_a_slip_is_a_step_to_do_again():
    assert states(**COMPANY, **STAFF, **CONTENT, **COHORT, unprinted=1) == "ddddn"


def test_the_first_intake_is_in_training_once_everybody_can_get_in():
    assert not in_training(Facts(**COHORT, unprinted=1))
    assert in_training(Facts(**COHORT))


def test_the_minutes_are_those_of_the_steps_still_to_come():
    assert minutes_left(standings(Facts())) <= 15
    assert minutes_left(standings(Facts(**COMPANY, **STAFF, **CONTENT, **COHORT))) == 0


COUNTS = st.integers(0, 2)


@given(
    st.builds(
        Facts,
        named=st.booleans(),
        teams=COUNTS,
        shops=COUNTS,
        people=COUNTS,
        trainers=COUNTS,
        curricula=COUNTS,
        strays=COUNTS,
        cohorts=COUNTS,
        learning=COUNTS,
        unprinted=COUNTS,
    )
)
def test_whatever_is_there_one_step_at_most_is_now_and_what_is_done_lacks_nothing(facts):
    steps = standings(facts)
    order = [each.state for each in steps]
    assert order.count(State.NOW) <= 1
    assert all((each.state == State.DONE) == (not each.lacks) for each in steps)
    assert State.LATER not in order[: order.index(State.NOW)] if State.NOW in order else State.LATER not in order

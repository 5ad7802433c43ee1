"""With what a part of a package begins: what it knows of its learner before it has said a word. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from lms.courseware.rules.cmi import State, hundredths, length_text
from lms.courseware.rules.manifest import V12, Sco


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    """learner_id: a pseudonym. name: as colleagues call the person. review: nothing is recorded any more."""

    learner_id: str
    name: str
    review: bool = False


def relaunched(edition: str, state: State, before: int, most: int, *, left: bool) -> tuple[dict[str, str], int]:
    """Return the state and the time with which a part is opened again.

    before: 1/100 s of the openings before the last one; most: what the last one can have lasted at most. left: whether
    it took its leave; one that was cut off goes on where it was, like one that was put aside.
    """
    where = "cmi.core." if edition == V12 else "cmi."
    kept = dict(state)
    session = hundredths(edition, kept.pop(f"{where}session_time", ""))
    exit_word = kept.pop(f"{where}exit", "")
    kept.pop("adl.nav.request", None)
    begun = bool(kept) and kept.keys() != {f"{where}entry"}
    kept[f"{where}entry"] = (
        "ab-initio" if not begun else "resume" if not left or exit_word in ("suspend", "logout") else ""
    )
    return kept, before + min(session, most)


def values(edition: str, sco: Sco, state: State, before: int, learner: Learner) -> dict[str, str]:
    """Return every element that has a value when a part begins. before: 1/100 s of the earlier openings."""
    mode = "review" if learner.review else "normal"
    credit = "no-credit" if learner.review else "credit"
    if edition == V12:
        given = {
            "cmi.core.student_id": learner.learner_id,
            "cmi.core.student_name": learner.name[:255],
            "cmi.core.credit": credit,
            "cmi.core.lesson_mode": mode,
            "cmi.core.total_time": length_text(edition, before),
            "cmi.launch_data": sco.launch_data,
            "cmi.student_data.mastery_score": _plain(None if sco.mastery is None else sco.mastery * 100),
            "cmi.student_data.max_time_allowed": sco.max_time,
            "cmi.student_data.time_limit_action": sco.time_limit_action,
        }
    else:
        given = {
            "cmi.learner_id": learner.learner_id,
            "cmi.learner_name": learner.name[:250],
            "cmi.credit": credit,
            "cmi.mode": mode,
            "cmi.total_time": length_text(edition, before),
            "cmi.launch_data": sco.launch_data[:4_000],
            "cmi.scaled_passing_score": _plain(sco.mastery),
            "cmi.completion_threshold": _plain(sco.threshold),
            "cmi.max_time_allowed": sco.max_time,
            "cmi.time_limit_action": sco.time_limit_action,
        }
    return {**{name: value for name, value in given.items() if value}, **state}


def _plain(value: Fraction | None) -> str:
    return "" if value is None else f"{float(value):g}"


def interactions(edition: str, state: State) -> list[Mapping[str, str]]:
    """Return the answers that a package reported, in its order: id, type, response, right, result, latency, text."""
    names = {
        "id": "id",
        "type": "type",
        "response": "student_response" if edition == V12 else "learner_response",
        "right": "correct_responses.0.pattern",
        "result": "result",
        "latency": "latency",
        "text": "description",
    }
    found: list[Mapping[str, str]] = []
    number = 0
    while f"cmi.interactions.{number}.id" in state:
        found.append({key: state.get(f"cmi.interactions.{number}.{name}", "") for key, name in names.items()})
        number += 1
    return found

"""Ownership of profiles: competencies are the company's, profiles and proofs of the person and who leads them."""

from typing import Any

from tests.support.asked import Asked
from tests.support.make_profiles import a_competency, a_proof

#            own mate mentor lead other trainer quality hr admin director
PROFILE = "{0} 404 404 {0} 404 404 404 {0} 404 {0}"
RATE = "403 403 403 {0} 404 403 {0} 403 403 403"
EDIT = "403 403 403 403 403 {0} 403 {0} 403 403"
TABLE: dict[tuple[str, str], Asked] = {
    ("GET", "performance.profile"): Asked(PROFILE.format(200)),
    ("GET", "performance.profile_print"): Asked(PROFILE.format(200)),
    ("GET", "performance.profile_pdf"): Asked(PROFILE.format(200)),
    ("GET", "performance.proofs"): Asked(PROFILE.format(200)),
    ("POST", "performance.issue_proof"): Asked(PROFILE.format(422)),
    ("GET", "performance.proof"): Asked(PROFILE.format(200)),
    ("GET", "performance.proof_csv"): Asked(PROFILE.format(200)),
    ("GET", "performance.proof_pdf"): Asked(PROFILE.format(200)),
    ("GET", "performance_api.profile"): Asked(PROFILE.format(200)),
    ("GET", "performance_api.proofs"): Asked(PROFILE.format(200)),
    ("POST", "performance_api.issue_proof"): Asked(
        PROFILE.format(422), json={"from_on": "2020-01-01", "until_on": "2020-01-02"}
    ),
    ("POST", "performance_api.rate"): Asked(
        RATE.format(201), json={"competency": "complaints", "level": 3, "reason": "会话 8821"}
    ),
    ("GET", "performance.rate"): Asked(RATE.format(200)),
    ("POST", "performance.save_rating"): Asked(RATE.format(422)),
    ("GET", "performance.competency"): Asked(EDIT.format(200)),
    ("POST", "performance.competency_change"): Asked(EDIT.format(422)),
}


def furnish(house: Any) -> dict[str, Any]:
    """The house has had a drill and a quiz done by then, so that there is something to prove."""
    return {"competency_id": a_competency().public_id, "proof_code": a_proof(house.own)}

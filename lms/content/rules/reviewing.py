"""Who has to look at a draft before people read it, and who may say yes. Pure."""

from collections.abc import Collection, Mapping

NOTE = 400
"""Characters of what is written to a reviewer, and of the answer."""


def folders_of(slug: str) -> list[str]:
    """Return the folders in which a document lies, the nearest first; "" = above all."""
    parts = slug.split("/")[:-1]
    return ["/".join(parts[:length]) for length in range(len(parts), -1, -1)]


def nearest(slug: str, reviewers: Mapping[str, int]) -> int | None:
    """Return who reviews what lies at this address. reviewers: by folder; of several folders the nearest counts."""
    return next((reviewers[folder] for folder in folders_of(slug) if folder in reviewers), None)


def may_publish(actor_id: int, reviewer_id: int | None) -> bool:
    """Return whether somebody may publish without being asked back. reviewer_id: of the category, None without one.

    0 is the command line: who can start a command there may do everything.
    """
    return reviewer_id is None or actor_id in (0, reviewer_id)


def may_decide(actor_id: int, *, publishes: bool, reviewer_id: int | None, writers: Collection[int]) -> bool:
    """Return whether somebody may approve or return a draft that was handed in.

    The reviewer may, and whoever publishes and did not write it: a reviewer who is away holds nobody up.
    writers: who handed it in and who wrote that version.
    """
    if actor_id == reviewer_id:
        return True
    return publishes and actor_id not in writers

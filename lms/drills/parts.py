"""A drill as parts of a document: its scenes, and the debrief as a section. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256

from lms.content.parts import PartKind, PartSpec
from lms.content.rules.parts import section_parts
from lms.drills.spec import DrillSpec, Scene
from lms.drills.write import write_scene

_MOST_WORDS = 4_000


def drill_parts(spec: DrillSpec) -> tuple[PartSpec, ...]:
    """Return every scene, then the debrief."""
    debrief = () if spec.debrief is None else section_parts((spec.debrief.section,))
    return (*(_part(scene) for scene in spec.scenes), *debrief)


def with_keys(spec: DrillSpec, keys: Mapping[int, str]) -> DrillSpec:
    """Return the drill whose scenes bear these keys. keys: by the scene's place."""
    scenes = tuple(replace(scene, key=keys.get(place, scene.key)) for place, scene in enumerate(spec.scenes))
    return replace(spec, scenes=scenes)


def _part(scene: Scene) -> PartSpec:
    return PartSpec(
        kind=PartKind.SCENE,
        key=scene.key or None,
        title=scene.title,
        anchor=scene.anchor,
        sha=sha256(write_scene(_played(scene)).encode()).digest(),
        words=_words(scene),
        first=scene.span.first,
        last=scene.span.last,
        spec=scene,
    )


def _played(scene: Scene) -> Scene:
    """Return the scene without what is said of it afterwards: what it says, asks and earns."""

    return replace(
        scene,
        key="",
        choices=tuple(replace(each, note=None) for each in scene.choices),
        rubric=tuple(replace(each, note=None) for each in scene.rubric),
        routes=tuple(replace(each, note=None) for each in scene.routes),
    )


def _words(scene: Scene) -> str:
    said = [bubble.body.text for bubble in scene.bubbles]
    sent = [choice.text for choice in scene.choices]
    looked_for = [criterion.words for criterion in scene.rubric]
    return "\n".join([scene.title, *said, *sent, *looked_for])[:_MOST_WORDS]

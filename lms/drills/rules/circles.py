"""Which links of a drill lead back, so that without them nobody goes in a circle. Pure."""

from collections.abc import Sequence

from lms.drills.spec import DrillSpec


def follows(drill: DrillSpec) -> list[tuple[int, ...]]:
    """Return for each scene the numbers of those to which it links, each once, without broken links."""
    number = {each.title: at for at, each in reversed(list(enumerate(drill.scenes)))}
    return [
        () if scene.ending else tuple(dict.fromkeys(number[title] for title in scene.targets if title in number))
        for scene in drill.scenes
    ]


def back_links(follow: Sequence[Sequence[int]]) -> frozenset[tuple[int, int]]:
    """Return the links that lead back to a scene through which one came, looked at from the first scene on in order."""
    found: set[tuple[int, int]] = set()
    seen: set[int] = set()
    for start in range(len(follow)):
        if start in seen:
            continue
        seen.add(start)
        open_now = {start}
        path = [(start, iter(follow[start]))]
        while path:
            scene, rest = path[-1]
            for target in rest:
                if target in open_now:
                    found.add((scene, target))
                elif target not in seen:
                    seen.add(target)
                    open_now.add(target)
                    path.append((target, iter(follow[target])))
                    break
            else:
                open_now.discard(scene)
                path.pop()
    return frozenset(found)

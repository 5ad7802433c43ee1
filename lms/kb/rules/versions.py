"""What a version of an article says, as lines that can be compared: no layout, no comments, no questions. Pure."""

from lms.kb.spec import ArticleSection, ArticleSpec, validity_chips


def as_lines(spec: ArticleSpec) -> str:
    """Return the words of a version for a reader: its title, its headings, the days on which each section holds."""
    parts = [f"# {spec.title}"]
    if spec.about.summary:
        parts.append(spec.about.summary)
    if spec.intro.text:
        parts.append(spec.intro.text)
    parts += [_section(section) for section in spec.sections]
    return "\n\n".join(parts) + "\n"


def _section(section: ArticleSection) -> str:
    head = f"{'#' * section.level} {section.title}"
    days = " · ".join(validity_chips(section.validity))
    return "\n".join(part for part in (head, days, section.text) if part)

"""Data of real people in a text that is kept. Pure.

`masked` puts stars for numbers into what is counted by the thousand and never shown whole (searches without a hit).
`mask` reads one talk: it puts a placeholder for each thing, the same for the same, and names what it can't decide.
"""

from lms.core.masking.finding import Doubt, Found, Kind
from lms.core.masking.mask import Masked, mask
from lms.core.masking.stars import STARS, masked

__all__ = ["STARS", "Doubt", "Found", "Kind", "Masked", "mask", "masked"]

"""For what must end: a loop, or a square of the input's length, is cut off. How fast it is, `make bench` says."""

import pytest

ENDS = pytest.mark.timeout(100)
"""Many times what it takes on a slow machine that does other things besides."""

"""A process that writes to a search index until it is killed: `python -m tests.support.search_writer ENGINE WHERE how`.

how: `put` one entry after another, `many` forty at a time, or `rebuild` over and over. It says each thing that it did
on stdout.
"""

import sys
from itertools import count

from tests.support.search_engines import an_engine, an_entry


def main() -> None:
    name, where, how = sys.argv[1:]
    engine = an_engine(name, where)
    for number in count(1_000):
        if how == "put":
            engine.put([an_entry(number, f"编号{number} 退货")])
        elif how == "many":
            engine.put(
                [an_entry(number * 100 + at, f"编号{number} 退货", "正文很长的一段话。" * 40) for at in range(40)]
            )
        else:
            engine.replace_all([an_entry(at, f"编号{at} 退货", "正文很长的一段话。" * 40) for at in range(1, 60)])
        print(number, flush=True)


if __name__ == "__main__":
    main()

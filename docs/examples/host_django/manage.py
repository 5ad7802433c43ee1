"""A host written in Django, with the academy under /training.

    python docs/examples/host_django/manage.py      # http://127.0.0.1:8102, sign in as A1001 with "desk"

Without a command it makes both databases ready and serves; with one it is Django's manage.py.
"""

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
os.environ["DJANGO_SETTINGS_MODULE"] = "shop.settings"

if __name__ == "__main__":
    from django.core.management import execute_from_command_line

    if len(sys.argv) > 1:
        execute_from_command_line(sys.argv)
    else:
        execute_from_command_line(["manage.py", "migrate", "--verbosity", "0"])
        from shop.serving import prepare, serve

        prepare()
        serve()

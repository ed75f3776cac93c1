"""Speed and memory, beside others."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "langid_site.settings")  # which the names of languages need

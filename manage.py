#!/usr/bin/env python
"""Runs the project's commands."""

import os
import sys

from django.core.management import execute_from_command_line
from django.db import Error

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "langid_site.settings")
    try:
        execute_from_command_line(sys.argv)
    except Error as error:
        from classifier.services.errors import describe, is_unavailable

        if not is_unavailable(error):
            raise
        sys.exit(f"The database cannot be used. {describe(error)}")

import os
import subprocess
import sys

import pytest
from django.conf import settings

PROBE = """
import sys
from django.urls import get_resolver
from classifier.services import registry

assert get_resolver().url_patterns and get_resolver().reverse_dict
print("loaded:", *(one.identify(["orignal"])[0].model for one in registry.current().identifiers.values()))
imported = {name.partition(".")[0] for name in sys.modules}
print("heavy:", *imported & {"tensorflow", "keras", "wordfreq", "langcodes"})
"""


def test_serving_imports_no_training_library(manage):
    process = manage("shell", "--no-imports", "-c", PROBE)
    loaded, heavy = process.stdout.splitlines()
    assert len(loaded.split()) > 1, process.stderr
    assert heavy.split() == ["heavy:"]


@pytest.mark.parametrize("module", ["encoding", "artifacts", "identifier", "verdict"])
def test_ml_imports_no_django_at_run_time(module):
    probe = f"import sys, classifier.ml.{module}; print('django' in sys.modules)"
    output = subprocess.check_output([sys.executable, "-c", probe], cwd=settings.BASE_DIR, text=True)
    assert output == "False\n"


def test_server_imports_nothing_that_no_page_uses(tmp_path):
    probe = "import sys, langid_site.wsgi; print(*{'psycopg', 'requests', 'jinja2', 'pygments'} & {*sys.modules})"
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3"}
    output = subprocess.check_output([sys.executable, "-c", probe], cwd=settings.BASE_DIR, env=environment, text=True)
    assert output == "\n"

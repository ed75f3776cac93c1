"""The door for WSGI servers."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "langid_site.settings")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # NumPy would start a thread per core in every worker

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

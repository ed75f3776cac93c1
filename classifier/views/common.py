"""What the pages share."""

from django.views.decorators.cache import cache_control

personal = cache_control(private=True, no_store=True)

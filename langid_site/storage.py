"""Static files by hashed names."""

from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped]


class HashedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types
    """Storage whose missing files leave a page without style, not without an answer."""

    def stored_name(self, name: str) -> str:
        """Return the hashed name, or the plain one before `collectstatic`."""
        try:
            hashed: str = super().stored_name(name)
        except ValueError:
            return name
        return hashed

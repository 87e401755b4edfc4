"""Pictures: checked, kept untouched, shown as re-encoded copies."""

from services.pictures.files import LEAST_FREE, MEDIA_TYPES, Pictures, StoredPicture, Variant

__all__ = ["LEAST_FREE", "MEDIA_TYPES", "Pictures", "StoredPicture", "Variant"]

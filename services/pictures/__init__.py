"""Pictures: checked, kept untouched, shown as re-encoded copies."""

from services.pictures.files import MEDIA_TYPES, Pictures, StoredPicture, Variant

__all__ = ["MEDIA_TYPES", "Pictures", "StoredPicture", "Variant"]

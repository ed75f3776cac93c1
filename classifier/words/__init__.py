"""From what people type, paste or upload to clean words; no models, no database."""

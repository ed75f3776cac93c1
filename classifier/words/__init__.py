"""Clean words from text that people type, paste or upload."""

"""Operations that join models, database and versions."""

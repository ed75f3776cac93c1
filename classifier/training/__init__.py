"""From word lists to a version folder; the only room with TensorFlow and wordfreq."""

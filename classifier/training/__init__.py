"""From word lists to a version folder, with TensorFlow and wordfreq."""

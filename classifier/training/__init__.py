"""Word lists to version folders, with TensorFlow and wordfreq."""

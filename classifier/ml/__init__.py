"""Word to probabilities to verdict, without Django and TensorFlow."""

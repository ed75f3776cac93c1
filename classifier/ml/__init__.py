"""The machine-learning core: encoding, serving and training, without any Django."""

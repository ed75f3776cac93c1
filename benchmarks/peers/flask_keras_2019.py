"""A Keras model behind Flask, as tutorials of 2019 did it: `model.predict` for each request, nothing stored.

Rebuilt from the description of "Deploying a Keras model as an API using Flask" (2019) with our network FF, which has
the size of the article's.
"""

import keras
from flask import Flask, Response, jsonify, request

from benchmarks.systems import shipped_models
from classifier.ml.encoding import Encoder

LABELS = ("English", "Francais", "Espanol")  # the last output, `und`, is left out: the article has none

app = Flask(__name__)
model = keras.models.load_model(shipped_models()["FF"] / "model.keras", compile=False)
encoder = Encoder()


@app.get("/api")
def predict() -> Response:
    """Answer in percent."""
    word = request.args["word"]
    [probabilities] = model.predict(encoder.encode([word]), verbose=0)
    percentages = {label: round(100 * float(share), 2) for label, share in zip(LABELS, probabilities, strict=False)}
    return jsonify(word=word, model="FF", **percentages)

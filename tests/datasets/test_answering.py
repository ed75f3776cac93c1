import json
import os
import subprocess
import sys
from dataclasses import replace

from django.conf import settings

from classifier.datasets.answering import ModelFiles
from classifier.ml.artifacts import Card, digest

# What a worker process does, without the settings of the project.
PROGRAM = """
import sys
from pathlib import Path
from classifier.datasets import answering, kinds
from classifier.datasets.sources import find_files, number_partitions

folder, version = sys.argv[1:]
answering.use_plain_messages()
sources = kinds.describe(find_files(f"{folder}/words.csv"), "word")
identifier = answering.ModelFiles.read(Path(version)).load()
question = answering.Question(f"{folder}/answers", identifier.card.languages, 0.9, sources[0].names)
for partition in number_partitions(sources, lambda source: kinds.cut(source, 1000)):
    print(answering.answer_partition(partition, question, identifier))
print({"django.db", "rest_framework", "langid_site"} & set(sys.modules))
"""


def test_workers_get_the_calibration_of_a_version_that_has_one(make_version, tmp_path):
    folder = make_version(tmp_path / "Ngram" / "20261122-0000000a")
    assert ModelFiles.read(folder).files.keys() == {"card.json", "model.tflite"}
    (folder / "calibration.npz").write_bytes(b"calibration")
    card = Card.read(folder)
    replace(card, sha256={**card.sha256, "calibration.npz": digest(folder / "calibration.npz")}).write(folder)
    assert ModelFiles.read(folder).files["calibration.npz"] == b"calibration"


def test_worker_answers_without_settings_and_orm(tmp_path):
    (tmp_path / "words.csv").write_text("n,word\n1,chat\n2,12\n")
    version = next(settings.BASE_DIR.glob("ml_models/Ngram/*"))
    environment = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME"}}

    command = [sys.executable, "-c", PROGRAM, tmp_path, version]
    output = subprocess.check_output(command, cwd=settings.BASE_DIR, env=environment, text=True)
    assert output.splitlines() == ["Result(rows=1, bad_rows=1)", "set()"]
    [row] = (tmp_path / "answers/bad_rows/part-000000.jsonl").read_text().splitlines()
    assert json.loads(row)["error"] == "The word contains no letters."

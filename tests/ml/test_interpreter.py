"""The interpreter that words and lists share."""

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from classifier.ml import identifier
from classifier.ml.identifier import _Interpreter

WORD, CHUNK = np.ones((1, 4), np.int32), np.ones((64, 4), np.int32)


class EchoInterpreter:
    """LiteRT's interface; its output is its input."""

    def __init__(self, **_options):
        self.sizes = []
        self.inputs = []

    def get_input_details(self):
        return [{"index": 0, "shape": (1, 4)}]

    def get_output_details(self):
        return [{"index": 1}]

    def resize_tensor_input(self, _index, shape, strict):
        assert not strict
        self.sizes.append(shape)

    def allocate_tensors(self):
        pass

    def set_tensor(self, _index, ids):
        assert ids.shape == self.sizes[-1]
        self.ids = ids
        self.inputs.append(len(ids))

    def invoke(self):
        pass

    def get_tensor(self, _index):
        return self.ids


@pytest.fixture
def interpreter(monkeypatch):
    monkeypatch.setattr(identifier, "Interpreter", EchoInterpreter)
    return _Interpreter(b"")


def test_size_is_set_only_when_it_changes(interpreter):
    for ids in (WORD, WORD, CHUNK, CHUNK, WORD):
        assert interpreter.run(ids) is ids
    assert interpreter._interpreter.sizes == [(1, 4), (64, 4), (1, 4)]


def test_interpreter_whose_size_could_not_be_set_is_made_anew(interpreter, monkeypatch):
    interpreter.run(WORD)
    first = interpreter._interpreter
    with monkeypatch.context() as patch:
        patch.setattr(EchoInterpreter, "allocate_tensors", None)
        with pytest.raises(TypeError):
            interpreter.run(CHUNK)
    assert interpreter.run(WORD) is WORD
    assert interpreter._interpreter is not first


def test_word_that_waits_is_next(interpreter):
    interpreter.run(WORD)
    with ThreadPoolExecutor(2) as pool, interpreter._lock:  # as long as a chunk runs
        pool.submit(interpreter.run, WORD)
        while not interpreter._turn.locked():
            time.sleep(0.001)
        pool.submit(interpreter.run, CHUNK)
    assert interpreter._interpreter.inputs == [1, 1, 64]

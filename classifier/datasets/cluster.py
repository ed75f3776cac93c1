"""Answers the partitions of a dataset on a Dask cluster."""

import logging
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from itertools import islice
from typing import cast
from uuid import uuid4

from distributed import Client, Future, LocalCluster, WorkerPlugin, as_completed, get_worker

from classifier.datasets.answering import ModelFiles, Question, Result, answer_partition, use_plain_messages
from classifier.datasets.sources import DatasetError, Partition

WAIT_SECONDS = 30  # for the scheduler and for a first worker
Report = Callable[[Partition, Result | BaseException], None]

AHEAD = 3  # partitions that are cut and sent before they are needed, for each thread of a worker


class Model(WorkerPlugin):
    """The model of a run, loaded once in each worker process, also in those that join later."""

    def __init__(self, files: ModelFiles) -> None:
        self.files = files
        self.name = f"identify {files.name} {files.version} {uuid4()}"

    def setup(self, worker: object) -> None:
        """Load the model, when a worker process starts."""
        use_plain_messages()
        self.identifier = self.files.load()


def dask_setup(_worker: object) -> None:
    """Ignore Ctrl-C in a worker process that `connect` starts; Dask finds this function by its name."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes of a terminal; the client stops them


@contextmanager
def connect(scheduler: str, workers: int | None) -> Iterator[Client]:
    """Connect to a scheduler; without an address start processes on this machine, by default one a core.

    Raises DatasetError when no scheduler answers, or none of its workers.
    """
    logging.getLogger("distributed").setLevel(logging.WARNING)
    if not scheduler:
        local = LocalCluster(
            n_workers=workers, threads_per_worker=1, dashboard_address="127.0.0.1:0", preload=[__name__]
        )
        with local, Client(local) as client:
            yield client
        return
    try:
        client = Client(scheduler, timeout=WAIT_SECONDS)
    except (OSError, ValueError) as error:
        raise DatasetError(f"The scheduler {scheduler} cannot be reached: {error}") from error
    with client:
        _check_cluster(client, scheduler)
        yield client


def _check_cluster(client: Client, scheduler: str) -> None:
    """Raise DatasetError unless there are workers, and all processes know this module."""
    try:
        client.wait_for_workers(1, timeout=WAIT_SECONDS)
        client.run_on_scheduler(import_module, __name__)
        client.run(import_module, __name__)
    except TimeoutError as error:
        raise DatasetError(f"The scheduler {scheduler} has no workers; start one: docs/scaling.md") from error
    except ImportError as error:
        message = f"The scheduler {scheduler} or a worker was not started in the folder of this program: {error}"
        raise DatasetError(message) from error


def answer_all(
    client: Client,
    partitions: Iterable[Partition],
    question: Question,
    files: ModelFiles,
    report: Report,
) -> None:
    """Answer partitions on all workers; report each, in the order in which they end.

    A partition whose worker dies is given to another; only as many are cut as the workers need soon.
    """
    model = Model(files)
    try:
        client.register_plugin(model)
        _run(client, iter(partitions), question, model.name, report)
    finally:
        # Fails where workers or the scheduler are gone, and must not replace the error that has ended the run.
        with suppress(OSError, KeyError, ValueError):
            client.unregister_worker_plugin(model.name)


def _run(
    client: Client,
    partitions: Iterator[Partition],
    question: Question,
    model: str,
    report: Report,
) -> None:
    running: dict[Future[Result], Partition] = {}
    completed = as_completed()
    while True:
        wanted = max(1, AHEAD * sum(client.nthreads().values())) - len(running)
        for partition in islice(partitions, max(0, wanted)):
            future = client.submit(_answer, partition, question, model, key=f"{model} {partition.number}", pure=False)
            running[future] = partition
            completed.add(future)
        if not running:
            return
        future = next(completed)
        partition = running.pop(future)
        report(partition, future.exception() or future.result())


def _answer(partition: Partition, question: Question, model: str) -> Result:
    plugin = cast("Model", get_worker().plugins[model])
    return answer_partition(partition, question, plugin.identifier)

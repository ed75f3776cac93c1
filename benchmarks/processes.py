"""CPU time and memory of processes (Linux)."""

import os
from collections import defaultdict
from pathlib import Path


def tree(pid: int) -> list[int]:
    """Return a process and all processes that descend from it."""
    children = defaultdict(list)
    for path in Path("/proc").glob("[0-9]*/stat"):
        fields = _stat(path)
        if fields:
            children[int(fields[1])].append(int(path.parent.name))
    found = [pid]
    for parent in found:
        found += children[parent]
    return found


def cpu_seconds(*pids: int) -> float:
    """Return the CPU time that processes have used."""
    fields = [_stat(Path(f"/proc/{pid}/stat")) for pid in pids]
    return sum(int(one[11]) + int(one[12]) for one in fields if one) / os.sysconf("SC_CLK_TCK")


def _stat(path: Path) -> list[str]:
    """Return the fields from the state on; none of a process that has ended."""
    try:
        return path.read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def memory_mb(pid: int) -> dict[str, int]:
    """Return the memory of a process in MB.

    Resident now, resident at its peak, and its own: resident and not shared.
    """
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    kilobytes = {key: line.split()[0] for key, line in (line.split(":", 1) for line in lines) if line.endswith("kB")}
    return {
        name: int(kilobytes[key]) // 1024 for name, key in (("now", "VmRSS"), ("peak", "VmHWM"), ("own", "RssAnon"))
    }


def resident_mb(*pids: int) -> float:
    """Return the resident memory of processes in MB; shared pages count in each."""
    pages = 0
    for pid in pids:
        try:
            pages += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2

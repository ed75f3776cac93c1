"""Datasets too large for one machine: cut into partitions, answered by the workers of a Dask cluster."""

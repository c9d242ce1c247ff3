import sys

import numpy as np
import pyarrow as pa


def blocks(stream):
    """Blocks of an Arrow stream of rows: place and values on c, z, y, x."""
    for batch in pa.ipc.open_stream(stream):
        for row in batch.to_pylist():
            dtype = np.dtype(row["dtype"]).newbyteorder("<")
            if row["codec"] == "zero":
                values = np.zeros(row["shape"], dtype)
            else:
                values = np.frombuffer(row["data"], dtype).reshape(row["shape"])
            yield [row["origin_c"], row["origin_z"], row["origin_y"], row["origin_x"]], values


sums = {}
for origin, values in blocks(sys.stdin.buffer):
    for c, channel in enumerate(values, start=origin[0]):
        sums[c] = sums.get(c, 0) + int(channel.sum(dtype=np.uint64))
for c in sorted(sums):
    print(sums[c])

import os

# The equations are many and small: shared over threads they take longer, on a busy machine fifty times longer, and
# their last digits would depend on the machine. Read by numpy when it is first imported, which is below this line.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

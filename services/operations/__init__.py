"""Image operations: rows of the store that workers take under a lease and carry to their end.

queue.py holds the line and the leases, worker.py sends and polls, held.py is how it writes, calls.py how its
calls are ended, saving.py keeps the pictures, policy.py says when to poll again and when to give up,
endings.py in which words, view.py is what a page reads.
"""

from services.operations.queue import Operations
from services.operations.view import OperationView, Poll, Slot
from services.operations.worker import OperationWorker

__all__ = ["OperationView", "OperationWorker", "Operations", "Poll", "Slot"]

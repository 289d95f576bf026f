"""A file that keeps what a tracker knows and says, and who has heard it: SQLite, nothing else.

`Journal` is for trackers, `History` for whoever reads along. The files of this folder: `schema` has
the tables and their migrations, `connection` opens files, `file` sees that one is fit for use,
`rows` and `bodies` turn what is kept into rows and back, `writer` puts them down many at a time,
`outbox` and `acknowledgements` say who has heard what, `sweeping` lets go of what nobody needs;
`history` reads along, `reading` without a trace, `kept` is what it gives, `retold` the same as
answers; `unfit` says why a file can't be used.
"""

from jobstate.journal.connection import Durability
from jobstate.journal.journal import Journal
from jobstate.journal.reader import History
from jobstate.journal.records import Hearing, HeldJob, KeptJob

__all__ = ["Durability", "Hearing", "HeldJob", "History", "Journal", "KeptJob"]

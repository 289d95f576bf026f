"""A file that keeps what a tracker knows and says, and who has heard it: SQLite, nothing else.

`Journal` is for trackers, `JournalReader` for whoever reads along. The files of this folder:
`schema` has the tables and their migrations, `place` says which file it is, `connection` opens and
locks one, `schema_check`, `header` and `integrity` see whether it is a journal and whole,
`validation` says what is not, `database` makes it fit for use, `job_rows` and `event_codec` turn
what is kept into rows and back, `writer` puts them down many at a time, `outbox` and
`acknowledgements` say who has heard what, `pruning` lets go of what nobody needs; `following`,
`records`, `snapshot_read`, `job_reader` and `reconstruction` serve readers.
"""

from jobstate.journal.connection import Durability
from jobstate.journal.journal import Journal
from jobstate.journal.reader import JournalReader
from jobstate.journal.records import HeldJob, JournalJob, ListenerPosition

__all__ = ["Durability", "HeldJob", "Journal", "JournalJob", "JournalReader", "ListenerPosition"]

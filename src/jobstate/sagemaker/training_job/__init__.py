"""The life cycle of a training job, its answers read and written, its rules and its drawing."""

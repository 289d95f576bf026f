"""Bridges to programs that wait for jobs: Airflow, Step Functions, a queue of SQS; a file each.

What else is waited with (the SageMaker SDK, aiobotocore, a script) needs no more than
`jobstate.aws` has; docs/orchestrating.md shows how.
"""

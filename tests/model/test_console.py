"""Where people look at jobs: addresses as the console's own pages have them."""

from __future__ import annotations

import pytest

from jobstate import JobKey, check
from jobstate.kinds import KINDS
from jobstate.model import Console
from tests.support.command import item

BATCH = "41d5f8b0-6a0e-4c1a-9d0b-0123456789ab"


@pytest.mark.parametrize(
    ("partition", "region", "domain"),
    [
        ("aws", "eu-west-1", "console.aws.amazon.com"),
        ("aws-cn", "cn-north-1", "console.amazonaws.cn"),
        ("aws-us-gov", "us-gov-west-1", "console.amazonaws-us-gov.com"),
    ],
)
@pytest.mark.parametrize(
    ("resource", "page"),
    [
        ("training-job", "jobs"),
        ("processing-job", "processing-jobs"),
        ("transform-job", "transform-jobs"),
        ("hyper-parameter-tuning-job", "hyper-tuning-jobs"),
    ],
)
def test_jobs_of_sagemaker(
    partition: str, region: str, domain: str, resource: str, page: str
) -> None:
    """Partition and region are the arn's."""
    schema = KINDS.named(f"sagemaker-{resource}").schema
    assert schema is not None
    assert schema.console is not None
    arn = f"arn:{partition}:sagemaker:{region}:111122223333:{resource}/tide"
    assert schema.console.page(JobKey(schema.kind, arn)) == (
        f"https://{domain}/sagemaker/home?region={region}#/{page}/tide"
    )


@pytest.mark.parametrize("arn", ["tide", "arn:aws-iso:sagemaker:us-iso-east-1:1:job/tide", "arn:"])
def test_where_nobody_knows(arn: str) -> None:
    """Without a region, or in a partition whose console nobody has seen, there is no address."""
    schema = KINDS.named("sagemaker-training-job").schema
    assert schema is not None
    assert schema.console is not None
    assert schema.console.page(JobKey(schema.kind, arn)) is None


def test_batch_jobs_have_it_by_their_arn() -> None:
    """Where some answer had one, be it not the last."""
    bare = {"jobId": BATCH, "jobName": "clean", "status": "RUNNABLE", "createdAt": 1790000000000}
    arn = f"arn:aws:batch:us-east-2:111122223333:job/{BATCH}"
    assert check(KINDS, bare).console is None
    report = check(KINDS, [{**bare, "jobArn": arn}, bare])
    address = f"https://console.aws.amazon.com/batch/home?region=us-east-2#jobs/detail/{BATCH}"
    assert report.console == report.to_dict()["console"] == address
    assert check(KINDS, {**bare, "jobArn": "no arn"}).console is None


def test_a_service_of_ones_own() -> None:
    """Its address needs no region; what stands in it is quoted."""
    console = Console(url="https://orders.example/{name}?id={id}")
    assert console.page(JobKey("order", "a/b #1\ud800")) == (
        "https://orders.example/a%2Fb%20%231%3F?id=a%2Fb%20%231%3F"
    )


@pytest.mark.parametrize("url", ["https://{host}/", "https://{}", "https://{id", "{id.nothing}"])
def test_an_address_that_can_not_be(url: str) -> None:
    """Is refused at once."""
    with pytest.raises(ValueError, match=r"^expected an address with \{id\}, \{name\}, "):
        Console(url=url)


def test_a_report_has_it_and_when_the_job_ended() -> None:
    """A list item says the end in a field; what goes on has none."""
    ended = {**item("tide"), "TrainingEndTime": "2026-03-04T05:36:07Z"}
    data = check(KINDS, ended).to_dict()
    assert data["ended"] == "2026-03-04T05:36:07Z"
    assert data["console"] == (
        "https://console.aws.amazon.com/sagemaker/home?region=eu-west-1#/jobs/tide"
    )
    assert check(KINDS, item("tide", "InProgress")).ended is None
    assert check(KINDS, item("tide")).ended is None

"""Claims about Terraform, Kubernetes and CloudFormation."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from advisor.calm.errors import BadDocument
from advisor.drift import cloudformation, kubernetes, terraform
from advisor.drift.resources import Inventory, Resource, compare
from tests.support.drifting import document, ids

Told = dict[str, Any]


def placed(kind: str, **names: list[Any]) -> Callable[[Told], None]:
    """Say which resources nodes are."""

    def change(whole: Told) -> None:
        for node in whole["nodes"]:
            if node["unique-id"] in names:
                node["metadata"]["deployment"] = {kind: names[node["unique-id"]]}

    return change


def where(pointer: str) -> str:
    """Return a place."""
    return f"file:{pointer}"


def found(kind: str, resources: list[Resource], **names: list[Any]) -> list[str]:
    """Return what differs."""
    return ids(compare(document(placed(kind, **names)), Inventory(kind, resources, "file")))


DATABASE = {
    "address": "aws_db_instance.books",
    "mode": "managed",
    "values": {"multi_az": True, "password": "secret", "tags": {"a": "1"}},
    "sensitive_values": {"password": True, "tags": {}},
}
LOOKED_UP = {"address": "data.aws_ami.base", "mode": "data", "values": {}}
INNER = {"address": "module.shop.aws_ecs_service.shop[0]", "mode": "managed", "values": {}}
STATE: Told = {
    "format_version": "1.0",
    "values": {"root_module": {"resources": [DATABASE, LOOKED_UP], "child_modules": [{"resources": [INNER]}]}},
}
NAMES: dict[str, list[Any]] = {"books": ["aws_db_instance.books"], "shop": ["module.shop.aws_ecs_service.shop[0]"]}


def changed(actions: list[str], before: Told | None, after: Told | None, **more: Any) -> Told:
    """Return a change of the database as plans have it."""
    change = {"actions": actions, "before": before, "after": after, **more}
    return {"address": DATABASE["address"], "mode": "managed", "change": change}


def plan(**more: Any) -> Told:
    """Return a plan over the state."""
    return {"format_version": "1.2", "prior_state": {"format_version": "1.0", "values": STATE["values"]}, **more}


@pytest.mark.parametrize(
    ("told", "names", "differs"),
    [
        (STATE, NAMES, []),
        (STATE, {**NAMES, "shop": ["module.shop.*"]}, []),
        (STATE, {**NAMES, "till": ["aws_ecs_service.till"]}, ["terraform-missing:aws_ecs_service.till"]),
        (STATE, {"books": NAMES["books"]}, ["terraform-extra:module.shop.aws_ecs_service.shop[0]"]),
        (
            STATE,
            {
                **NAMES,
                "books": [{"resource": "aws_db_instance.books", "attributes": {"multi_az": False, "tags.a": "1"}}],
            },
            ["terraform-changed:aws_db_instance.books/multi_az=true"],
        ),
        (plan(), NAMES, []),
        (plan(resource_changes=[changed(["no-op"], {"a": 1}, {"a": 1})]), NAMES, []),
        (
            plan(resource_changes=[changed(["update"], {"size": "large"}, {"size": "small"})]),
            NAMES,
            ["terraform-changed:aws_db_instance.books/size=large"],
        ),
        (
            plan(resource_drift=[changed(["update"], {"size": "small"}, {"size": "large"})]),
            NAMES,
            ["terraform-changed:aws_db_instance.books/size=large"],
        ),
        (
            plan(resource_drift=[changed(["delete"], {"size": "small"}, None)]),
            NAMES,
            ["terraform-missing:aws_db_instance.books"],
        ),
    ],
)
def test_terraform_states_and_plans_are_compared(told: Told, names: dict[str, list[Any]], differs: list[str]) -> None:
    """Missing, too much, changed outside, and not yet applied; data sources are nobody's."""
    assert found("terraform", terraform.resources(told, where), **names) == differs


def test_secrets_of_terraform_are_not_told() -> None:
    """Neither one that is declared, nor one that has changed."""
    told = plan(
        resource_drift=[
            changed(["update"], {"password": "old"}, {"password": "new"}, before_sensitive={"password": True})
        ]
    )
    of = document(placed("terraform", **NAMES))
    (one,) = compare(of, Inventory("terraform", terraform.resources(told, where), "file")).drifts
    assert "old" not in str(one)
    assert "new" not in one.seen + one.declared + one.id
    names = {**NAMES, "books": [{"resource": "aws_db_instance.books", "attributes": {"password": "x"}}]}
    assert found("terraform", terraform.resources(STATE, where), **names) == []


def manifest(kind: str, name: str, **spec: Any) -> Told:
    """Return a manifest."""
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name}, "spec": spec}


SHOP, TILL = manifest("Deployment", "shop", replicas=1), manifest("Deployment", "till")
BOTH = {"shop": ["deployment/shop"], "till": ["deployment/till"]}


@pytest.mark.parametrize(
    ("told", "names", "differs"),
    [
        ([SHOP, TILL, manifest("Service", "shop")], BOTH, []),
        ([{"kind": "List", "items": [SHOP, TILL]}], BOTH, []),
        ([SHOP], BOTH, ["kubernetes-missing:deployment/till"]),
        ([SHOP, TILL, manifest("CronJob", "night")], BOTH, ["kubernetes-extra:cronjob/night"]),
        ([manifest("Deployment", "shop", replicas=3), TILL], BOTH, ["kubernetes-replicas:deployment/shop/3"]),
        (
            [SHOP, TILL],
            {**BOTH, "shop": [{"resource": "deployment/shop", "attributes": {"spec.paused": True}}]},
            ["kubernetes-changed:deployment/shop/spec.paused=nothing"],
        ),
    ],
)
def test_manifests_are_compared(told: list[Told], names: dict[str, list[Any]], differs: list[str]) -> None:
    """Workloads in both directions, how many of each, and attributes that are declared."""
    assert found("kubernetes", kubernetes.resources((one, "file:1") for one in told), **names) == differs


TEMPLATE: Told = {"Resources": {"Books": {"Type": "AWS::RDS::DBInstance", "Properties": {"MultiAZ": True}}}}
DRIFTS: Told = {
    "StackResourceDrifts": [
        {
            "LogicalResourceId": "Books",
            "StackResourceDriftStatus": "MODIFIED",
            "PropertyDifferences": [
                {
                    "PropertyPath": "/Tags/0/Value",
                    "ExpectedValue": "a",
                    "ActualValue": "b",
                    "DifferenceType": "NOT_EQUAL",
                }
            ],
        }
    ]
}


def _deleted(told: Told) -> None:
    told["StackResourceDrifts"][0] |= {"StackResourceDriftStatus": "DELETED", "PropertyDifferences": []}


@pytest.mark.parametrize(
    ("told", "change", "names", "differs"),
    [
        (TEMPLATE, None, {"books": ["Books"]}, []),
        (TEMPLATE, None, {"books": ["Book"]}, ["cloudformation-missing:Book", "cloudformation-extra:Books"]),
        (
            TEMPLATE,
            None,
            {"books": [{"resource": "Books", "attributes": {"MultiAZ": False}}]},
            ["cloudformation-changed:Books/MultiAZ=true"],
        ),
        (DRIFTS, None, {"books": ["Books"]}, ["cloudformation-changed:Books/Tags.0.Value=b"]),
        (DRIFTS, _deleted, {"books": ["Books"]}, ["cloudformation-missing:Books"]),
    ],
)
def test_templates_and_detected_drift_are_compared(
    told: Told, change: Callable[[Told], None] | None, names: dict[str, list[Any]], differs: list[str]
) -> None:
    """By logical id."""
    whole = copy.deepcopy(told)
    if change:
        change(whole)
    assert found("cloudformation", cloudformation.resources(whole, where), **names) == differs


def test_without_a_mapping_nothing_is_compared() -> None:
    """Else everything would be too much."""
    check = compare(document(), Inventory("terraform", terraform.resources(STATE, where), "file"))
    assert check.skipped.startswith("No node has a deployment.terraform")


@pytest.mark.parametrize("read", [terraform.resources, cloudformation.resources])
def test_other_files_are_refused(read: Callable[..., Any]) -> None:
    """With the command that writes the right one."""
    with pytest.raises(BadDocument) as refused:
        read({"DetectionStatus": "DETECTION_COMPLETE"}, where)
    assert "json" in refused.value.hint

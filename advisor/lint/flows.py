"""Rules about flows: what they tell in an incident, and whether one can follow them."""

from collections.abc import Iterator

from advisor.calm.pointer import below
from advisor.graph import ways
from advisor.lint.rule import Case, Rule, Said
from advisor.lint.structure import repeated

TOLD = {
    "business-impact": "what it costs while it does not work",
    "degraded-behavior": "what still works then",
    "customer-communication": "the sentence that customers are told",
    "sla": 'what is promised: "99.9% availability, 500ms p99 latency"',
    "tier": '"tier-1", "tier-2" or "tier-3"',
}


def _told(case: Case) -> Iterator[Said]:
    for flow in case.architecture.flows:
        for key, meaning in TOLD.items():
            if key not in flow.metadata:
                at = flow.metadata.pointer if flow.metadata else flow.pointer
                yield Said(at, f"{flow.id} does not tell its {key}.", f"Add {key!r} to its metadata: {meaning}.")


def _ids(case: Case) -> Iterator[Said]:
    document = case.architecture
    parts = [(part.id, part.pointer) for part in document.parts]
    flows = {flow.pointer for flow in document.flows}
    return (said for said in repeated(parts) if said.pointer.removesuffix("/unique-id") in flows)


def _in_order(case: Case) -> Iterator[Said]:
    for flow in case.architecture.flows:
        for expected, step in enumerate(flow.transitions, 1):
            if step.number is not None and step.number != expected:
                yield Said(
                    below(step.pointer, "sequence-number"),
                    f"Step {expected} of {flow.id} has the number {step.number}.",
                    "Number the steps from 1 on, in the order in which they stand.",
                )
                break


def _connected(case: Case) -> Iterator[Said]:
    for flow in case.architecture.flows:
        reached: set[str] = set()
        for step in flow.transitions:
            pairs = ways(case.architecture, step)
            if pairs and reached and not any(start in reached for start, _ in pairs):
                yield Said(
                    below(step.pointer, "relationship-unique-id"),
                    f"{flow.id} goes on from {pairs[0][0]}, which it has not reached.",
                    "Add the step that leads there, or turn the 'direction' round.",
                )
            reached |= {end for pair in pairs for end in pair}


RULES = (
    Rule("flow-told", "warning", "ours", "Every flow tells what an incident of it means.", _told),
    Rule("flow-id-unique", "warning", "ours", "Ids of flows are unique.", _ids),
    Rule("flow-in-order", "warning", "ours", "Steps are numbered from 1 on, without gaps.", _in_order),
    Rule("flow-connected", "warning", "ours", "Each step begins where the flow has been.", _connected),
)

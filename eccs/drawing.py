"""The workflow of a kind of document as a diagram, drawn from the declarations."""

from __future__ import annotations

from eccs.workflow import Document


def drawing(model: type[Document]) -> str:
    """The workflow as a Mermaid state diagram, drawn from the declarations."""
    labels = model.stage_labels()
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{labels[stage]}" as {stage}' for stage in model.stage_order()]
    for declared in model.steps().values():
        if declared.anytime:
            lines += [f"    note right of {t} : {declared.label}, from many stages" for t in declared.targets]
        if not declared.tells_the_way:
            continue
        for source in declared.sources:
            lines += [f"    {source} --> {target} : {declared.label}" for target in declared.targets]
    reached = {t for s in model.steps().values() for t in s.targets}
    lines += [
        f"    {stage} --> [*]" for stage in model.stage_order() if stage in reached and stage not in model.open_stages()
    ]
    return "\n".join(lines)

"""A JSON schema of the fields of KubeRay's RayCronJob that units use, by the types of its resource definition.

It is strict: a field that is not here is an error. Templates of pods are those of Kubernetes, with validators.
"""

from typing import Any

TEXT, WHOLE = {"type": "string"}, {"type": "integer"}
TEXTS = {"type": "object", "additionalProperties": TEXT}
TEMPLATE = {"type": "object", "required": ["spec"]}


def _strict(required: str, **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": required.split(),
        "additionalProperties": False,
    }


HEAD = _strict("rayStartParams template", rayStartParams=TEXTS, template=TEMPLATE)
WORKERS = _strict(
    "groupName template",
    groupName=TEXT,
    replicas=WHOLE,
    minReplicas=WHOLE,
    maxReplicas=WHOLE,
    rayStartParams=TEXTS,
    template=TEMPLATE,
)
CLUSTER = _strict(
    "headGroupSpec",
    rayVersion=TEXT,
    headGroupSpec=HEAD,
    workerGroupSpecs={"type": "array", "items": WORKERS},
)
JOB = _strict(
    "entrypoint rayClusterSpec",
    entrypoint=TEXT,
    entrypointNumGpus={"type": "number"},
    backoffLimit=WHOLE,
    activeDeadlineSeconds={"type": "integer", "minimum": 1},
    shutdownAfterJobFinishes={"type": "boolean"},
    ttlSecondsAfterFinished=WHOLE,
    rayClusterSpec=CLUSTER,
)
RAY_CRON_JOB = _strict(
    "apiVersion kind metadata spec",
    apiVersion={"const": "ray.io/v1"},
    kind={"const": "RayCronJob"},
    metadata=_strict("name", name=TEXT),
    spec=_strict("schedule jobTemplate", schedule=TEXT, jobTemplate=JOB),
)

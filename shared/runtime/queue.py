"""The queue that carries async actions to ``generate``: ``{project, action_id}``."""

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient


class ActionQueue:
    """A message says which action; what the action is stands in the table."""

    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client = client
        self._url = url

    def send(self, project: str, action_id: str) -> None:
        """Announce an action. Sent before the action is committed: a message without its action is a request that
        never was and is dropped, while an action without its message would wait for ever.
        """
        body = json.dumps({"project": project, "action_id": action_id})
        self._client.send_message(QueueUrl=self._url, MessageBody=body)

"""Reading about uploads."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from typing import Any

from lianyi.kernel.errors import NotThere
from lianyi.kernel.text import Text, folded
from lianyi.ops.intake.models import OPEN, RememberedMapping, Upload


def list_uploads(limit: int = 50) -> list[Upload]:
    """The newest uploads, those that were dropped left out."""
    return list(Upload.objects.exclude(state="dropped")[:limit])


def get_upload(public_id: str) -> Upload:
    """One upload. Raises NotThere."""
    found = Upload.objects.filter(public_id=public_id).first()
    if found is None:
        raise NotThere(what=Text(zh="上传", en="upload"), given=public_id)
    return found


def list_in_hand() -> list[Upload]:
    """Uploads that a worker checks or imports."""
    return list(Upload.objects.filter(state__in=["checking", "importing"]))


def list_forgotten(before: dt.datetime) -> list[Upload]:
    """Uploads that nobody went on with since a moment."""
    return list(Upload.objects.filter(state__in=OPEN, uploaded_at__lt=before))


def find_remembered(headings: Sequence[str]) -> dict[str, Any] | None:
    """What the columns of such a file meant the last time, or None."""
    found = RememberedMapping.objects.filter(signature=signature_of(headings)).first()
    return dict(found.choices) if found else None


def signature_of(headings: Sequence[str]) -> str:
    """What tells one layout of columns from another: the headings in their order, whatever their spaces and case.

    >>> signature_of(["订单号", "Paid "]) == signature_of(["订单号", "paid"])
    True
    """
    return hashlib.sha256("\x1f".join(folded(heading) for heading in headings).encode()).hexdigest()

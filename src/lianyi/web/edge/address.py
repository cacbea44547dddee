"""Where a request comes from."""

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The network address of who asks, "" when unknown.

    Behind n proxies of ours (LIANYI_PROXIES) it is the n-th last entry of X-Forwarded-For: what stands before it was written by the asker.
    """
    proxies = settings.LIANYI_PROXIES
    if proxies:
        hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
        if len(hops) >= proxies:
            return hops[-proxies]
    return request.META.get("REMOTE_ADDR", "")

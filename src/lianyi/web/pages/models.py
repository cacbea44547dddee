"""What the pages themselves keep: which sign-in links were used."""

from django.db import models


class UsedLink(models.Model):
    """A sign-in link that was used. It may go when the link has expired anyway."""

    nonce = models.CharField(max_length=32, unique=True)
    until = models.DateTimeField()

    class Meta:
        verbose_name = "已用链接"
        indexes = [models.Index(fields=["until"], name="used_link_until")]

    def __str__(self) -> str:
        return self.nonce

"""Assess a soak: how long jobs took, and whether any was lost, doubled, wrong or stuck."""

from __future__ import annotations

import statistics
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from traffic import UNTRUE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chaos import Chaos
    from localcloud.cloud import LocalCloud
    from traffic import SoakJob


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Hold what became of the jobs. `lost`, `doubled`, `wrong`, `stuck` and `untold` must be zero.

    lost: ended without a result, although its user did what the reasons said. doubled: a guide is there twice. wrong: differs
    from the library's result. stuck: had not ended when the time was over. untold: failed with a reason that tells nothing.
    """

    jobs: int
    seconds: float
    p50: float
    p95: float
    longest: float
    kills: int
    damaged: int
    resubmitted: int
    lost: int
    doubled: int
    wrong: int
    stuck: int
    untold: int
    failed_invocations: int
    reasons: tuple[tuple[str, int], ...]
    stuck_in: tuple[tuple[str, int], ...]  # the status, and whether the index of its genome was damaged

    @classmethod
    def of(cls, jobs: Sequence[SoakJob], chaos: Chaos, seconds: float, cloud: LocalCloud) -> Self:
        times = sorted(job.ended - job.submitted for job in jobs if job.ended is not None)
        cuts = statistics.quantiles(times, n=20, method="inclusive")
        reasons = Counter(reason for job in jobs for reason in job.reasons)
        return cls(
            jobs=len(jobs),
            seconds=seconds,
            p50=cuts[9],
            p95=cuts[18],
            longest=times[-1],
            kills=chaos.kills,
            damaged=len(chaos.damaged),
            resubmitted=sum(job.submissions - 1 for job in jobs),
            lost=sum(job.status == "failed" and job.ended is not None for job in jobs),
            doubled=sum(job.doubled for job in jobs),
            wrong=sum(job.status == "complete" and not job.right for job in jobs),
            stuck=sum(job.ended is None for job in jobs),
            untold=sum(count for reason, count in reasons.items() if UNTRUE in reason),
            failed_invocations=sum(one.failed for one in cloud.invocations()),
            reasons=tuple(reasons.most_common(10)),
            stuck_in=tuple(
                Counter(
                    f"{job.status}, index {'damaged' if chaos.has_damaged(job.genome.genome_id) else 'whole'}"
                    for job in jobs
                    if job.ended is None
                ).most_common()
            ),
        )

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.doubled or self.wrong or self.stuck or self.untold)

    def __str__(self) -> str:
        happened = f"{self.kills} processes killed, {self.failed_invocations} invocations failed, {self.damaged} files damaged"
        bad = f"lost {self.lost}, doubled {self.doubled}, wrong {self.wrong}, stuck {self.stuck}, untold {self.untold}"
        lines = [
            f"{self.jobs} jobs in {self.seconds:.0f} s; {happened}",
            f"time of a job: p50 {self.p50:.1f} s, p95 {self.p95:.1f} s, longest {self.longest:.1f} s",
            f"{bad}; submitted again {self.resubmitted}",
            *(f"  stuck: {count} x {where}" for where, count in self.stuck_in),
            *(f"  {count} x {reason}" for reason, count in self.reasons),
        ]
        return "\n".join(lines)

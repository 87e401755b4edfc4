"""What was measured as a table: each bar with the figure it is held against."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

Figures = Mapping[str, Mapping[str, float]]  # by what was measured, "stream playground", then by figure


@dataclass(frozen=True, slots=True)
class Bar:
    """A figure of the playground, over the same of another one, and the most (or least) it may be.

    against: the other one measured in the same run, or a number such as the size of the text.
    """

    work: str
    what: str
    figure: str
    limit: float
    against: str | float = "naive"
    least: bool = False

    def value(self, figures: Figures) -> float:
        """The figure as it is held against the limit."""
        own = figures[f"{self.work} playground"][self.figure]
        if isinstance(self.against, str):
            return own / figures[f"{self.work} {self.against}"][self.figure]
        return own / self.against

    def holds(self, figures: Figures) -> bool:
        """Whether it is within the limit."""
        return self.value(figures) >= self.limit if self.least else self.value(figures) <= self.limit


def bars(text_bytes: int) -> tuple[Bar, ...]:
    """All bars; text_bytes: how long the text of the stream is."""
    return (
        Bar("stream", "bytes to the page, of the text's", "bytes", 10, text_bytes),
        Bar("stream", "server CPU", "app_cpu_s", 0.35),
        Bar("stream", "page's main thread", "main_thread_ms", 0.45),
        Bar("stream", "token delay, 95th percentile", "delay_p95_ms", 0.6),
        Bar("stream", "last token painted", "last_ms", 0.7),
        Bar("burst", "last token painted", "last_ms", 0.06),
        Bar("picture", "painted after it was ready", "painted_ms", 0.35),
        Bar("picture", "kB to the page", "bytes", 300, 1000.0),
        Bar("50 people", "median end, of the ideal", "end_ratio", 1.08, 1.0),
        Bar("50 people", "first text", "first_ms", 0.35),
        Bar("50 people", "memory of the server", "memory_mib", 0.8),
        Bar("100 people", "median end, of the ideal", "end_ratio", 1.15, 1.0),
        Bar("100 people", "updates a second of the slowest", "slowest_updates_per_s", 3.5, 1.0, least=True),
        Bar("100 people", "first text", "first_ms", 0.03),
        Bar("100 people", "connecting all", "connect_s", 0.1),
        Bar("cold start", "to a page that can be used", "total_ms", 1.15, "empty"),
    )


def medians(runs: Sequence[Figures]) -> dict[str, dict[str, float]]:
    """The median of every figure over the rounds."""
    return {
        work: {name: median(run[work][name] for run in runs) for name in figures}
        for work, figures in runs[0].items()
    }


def markdown(figures: Figures, text_bytes: int) -> str:
    """The bars, then every figure that was measured."""
    return "\n".join([*_bars(figures, text_bytes), "", *_figures(figures)]) + "\n"


def _bars(figures: Figures, text_bytes: int) -> Iterator[str]:
    yield "| Work | Figure | Measured | Bar | Holds |"
    yield "|---|---|---:|---:|---|"
    for bar in bars(text_bytes):
        if f"{bar.work} playground" not in figures:
            continue
        times = f" × {bar.against}" if isinstance(bar.against, str) else ""
        limit = f"{'≥' if bar.least else '≤'} {bar.limit:g}"
        holds = "yes" if bar.holds(figures) else "**no**"
        yield f"| {bar.work} | {bar.what} | {bar.value(figures):.2f}{times} | {limit} | {holds} |"


def _figures(figures: Figures) -> Iterator[str]:
    yield "| Work | Who | Figures (medians) |"
    yield "|---|---|---|"
    for work, measured in figures.items():
        name, _, who = work.rpartition(" ")
        listed = ", ".join(f"{figure} {value:.4g}" for figure, value in measured.items())
        yield f"| {name} | {who} | {listed} |"

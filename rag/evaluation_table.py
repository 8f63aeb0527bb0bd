"""An evaluation as a table for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rag.evaluation_report import Report
from rag.render import safe

_RETRIEVAL = ("R@1", "R@5", "R@10", "MRR@10", "nDCG@10")
#: Questions shown in each direction of a comparison.
_SHOWN = 10
#: Of the risk-coverage curve these points are shown.
_COVERAGES = (0.2, 0.4, 0.6, 0.8, 1.0)
_LABELS = {
    "containment": "answer contained",
    "containment_unthresholded": "  whatever the confidence",
    "citation_precision": "citation precision",
    "citation_recall": "citation recall",
    "first_citation_gold": "first citation is gold",
    "exact_quotes": "quotes that equal their source",
    "abstention_unanswerable": "abstains where nothing answers",
    "abstention_answerable": "abstains where something does",
    "AURC": "area under risk-coverage",
    "quoted_characters": "characters quoted, mean",
    "quoted_sentences": "sentences quoted, mean",
}


def describe(report: Report, comparison: dict[str, Any] | None = None) -> str:
    """A table for people."""
    facts, numbers = report.as_json(), report.numbers
    lines = [
        f"{facts['file']}: {facts['questions']} questions ({facts['unanswerable']} unanswerable) on {facts['documents']} documents, {facts['passages']} passages, {facts['model']}"
    ]
    if report.left_out:
        lines.append(f"{report.left_out} questions left out: their paragraph is no text")
    lines += [
        "",
        "  ".join(f"{name:>7}" for name in _RETRIEVAL),
        "  ".join(f"{_shown(numbers[name]):>7}" for name in _RETRIEVAL),
        "",
    ]
    width = max(map(len, _LABELS.values()))
    lines += [f"{label:<{width}}  {_shown(numbers[name]):>7}" for name, label in _LABELS.items()]
    for title, groups in (("lang", numbers["by_lang"]), ("type", numbers["by_type"])):
        if groups:
            lines += ["", f"{'by ' + title:<12}{'questions':>9}  {'R@1':>7}  contained"]
            lines += [
                f"{name:<12}{group['questions']:>9}  {_shown(group['R@1']):>7}  {_shown(group['containment']):>9}"
                for name, group in groups.items()
            ]
    if curve := numbers["risk_coverage"]:
        lines += ["", f"{'confidence of at least':<24}{'answered':>9}  wrong of these"]
        for share in _COVERAGES:
            point = next((point for point in curve if point["coverage"] >= share), curve[-1])
            lines.append(f"{point['threshold']:<24.3f}{point['coverage']:>9.3f}  {point['risk']:>14.3f}")
    counts: dict[str, int] = {}
    for miss in report.misses():
        counts[miss["kind"]] = counts.get(miss["kind"], 0) + 1
    lines += [
        "",
        f"misses: {', '.join(f'{count} {kind}' for kind, count in sorted(counts.items())) or 'none'} (--json lists them)",
    ]
    if comparison is not None:
        lines += ["", *_comparison(comparison)]
    return safe("\n".join(lines))


def _comparison(comparison: dict[str, Any]) -> Iterator[str]:
    yield f"compared with {comparison['file']}: {len(comparison['better'])} questions better, {len(comparison['worse'])} worse, {comparison['same']} the same"
    for name in ("MRR@10", "R@1"):
        change = comparison[name]
        p = change["p"]
        chance = "" if p is None else f"  p {'< 0.001' if p < 0.001 else f'= {p:.3f}'} (paired t-test)"
        yield f"{name:<8}{_shown(change['before'])} -> {_shown(change['after'])}{chance}"
    for direction in ("better", "worse"):
        for change in comparison[direction][:_SHOWN]:
            before, after = (rank or "none" for rank in (change["before"], change["after"]))
            yield f"{direction:<8}{change['id']}: rank {before} -> {after}"
        if (more := len(comparison[direction]) - _SHOWN) > 0:
            yield f"{direction:<8}and {more} more (--json lists them)"


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}" if value <= 1 else f"{value:.1f}"

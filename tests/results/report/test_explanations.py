"""Explanations in a report: a page of each, and a link from the paper's page."""

from results.report.explanations import page_name
from results.report.pages import PaperPage
from results.report.report import write_report
from tests.results.explanations.test_explanations import FOUND


def test_a_paper_links_to_its_explanations_and_lists_what_it_assumes(tmp_path):
    paper = PaperPage(
        *("kim2014", "Kim (2014)", "About it.", (), ()),
        assumptions=("a rate of <1>",),
        deviations=("batches of 50",),
        explained=((FOUND, True),),
    )
    write_report([paper], tmp_path / "report", "a test")
    index = (tmp_path / "report/kim2014/index.html").read_text("utf-8")
    assert f'href="{page_name(FOUND)}"' in index and "with this change: letter case" in index
    assert "TREC, test accuracy (stale): Theirs may be" in index
    assert "a rate of &lt;1&gt;" in index and "We deviate" in index
    page = (tmp_path / "report/kim2014" / page_name(FOUND)).read_text("utf-8")
    assert "Stale: recipe, code or printed number have changed since." in page
    assert "words &lt;in&gt; one case" in page
    assert 'href="../report.css"' in page

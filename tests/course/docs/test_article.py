"""docs/article.md tells every section of the article, under its own heading."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[3] / "docs"
TEXT = (DOCS / "article.md").read_text(encoding="utf-8")
MAP = (DOCS / "article-map.md").read_text(encoding="utf-8")

# As the article prints them.
HEADINGS = """\
1. 背景介绍
1.1 长尾推荐问题的概念
1.2 大模型的概念
1.3 大模型在长尾推荐问题中的应用背景
2. 核心概念与联系
2.1 大模型的基本原理
2.2 长尾推荐问题的核心概念
2.3 大模型在长尾推荐问题中的应用架构
2.4 Mermaid 流程图（核心概念原理和架构）
3. 核心算法原理 & 具体操作步骤
3.1 算法原理概述
3.2 算法步骤详解
3.3 算法优缺点
3.4 算法应用领域
4. 数学模型和公式 & 详细讲解 & 举例说明
4.1 数学模型构建
4.2 公式推导过程
4.3 案例分析与讲解
5. 项目实践：代码实例和详细解释说明
5.1 开发环境搭建
5.2 源代码详细实现
5.3 代码解读与分析
6. 实际应用场景
6.1 电子商务
6.2 社交媒体
6.3 在线视频
6.4 音乐推荐
7. 工具和资源推荐
7.1 学习资源推荐
7.2 开发工具推荐
7.3 相关论文推荐
8. 总结：未来发展趋势与挑战
8.1 研究成果总结
8.2 未来发展趋势
8.3 面临的挑战
8.4 研究展望
9. 附录：常见问题与解答
9.1 什么是长尾推荐问题？
9.2 大模型有哪些优势？
9.3 大模型在长尾推荐问题中的应用有哪些？
9.4 如何优化大模型的计算资源消耗？""".splitlines()


def _sections():
    parts = re.split(r"^### (\d\.\d) .*$", TEXT, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_heading_stands_in_order_with_its_rendering():
    found = re.findall(r"^###? (\d\..+?) · (.+)$", TEXT, re.M)
    assert [chinese for chinese, _ in found] == HEADINGS
    assert all(re.match(r"[A-Z]", english) for _, english in found)


def test_every_row_of_the_map_has_a_section():
    rows = MAP.partition("## Sections")[2].partition("## Formulas")[0]
    mapped = set(re.findall(r"^\| (\d\.\d)", rows, re.M))
    assert len(mapped) > 25
    assert mapped <= set(_sections())


def test_errata_stand_where_the_map_has_them():
    sections = _sections()
    errata = re.findall(r"^\| (E\d+) \| ([^|]+) \|", MAP, re.M)
    assert len(errata) >= 24
    for erratum, places in errata:
        for place in re.findall(r"\d\.\d", places):
            assert re.search(rf"\b{erratum}\b", sections[place]), f"{erratum} in {place}"
    assert set(re.findall(r"\bE\d+\b", TEXT)) <= {erratum for erratum, _ in errata}


@pytest.mark.parametrize("said", ["X_u = [1, 0, 1, 0, 0]", r"\tag{3}", ".8808", "1.25", ".7773"])
def test_formulas_and_numbers_of_the_example_are_there(said):
    assert said in TEXT
